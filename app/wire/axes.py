"""Axes and sites: what queries and keys are, and where attention is computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from app.wire.base import Wire
from models import trace
from models.trace import AxisKind, SiteKind


class Grid(Wire):
    rows: int
    columns: int
    patch_size: int


class Axis(Wire):
    """What the queries or keys of a site are; `prefix` leading entries are no patches."""

    kind: AxisKind
    size: int
    prefix: int
    grid: Grid | None
    labels: list[str] | None

    @classmethod
    def of(cls, found: trace.Axis) -> Self:
        return cls.model_validate(found)

    def label(self, index: int) -> str:
        """An entry's name: its label, a patch's `row,column`, else its number."""
        if self.labels and index < len(self.labels):
            return self.labels[index]
        place = self._place(index)
        return str(index) if place is None else "{},{}".format(*place)

    def rows(self) -> Iterator[tuple[str | int, int | str, int | str]]:
        """Every entry as label or number, row and column; both are empty off the grid."""
        for index in range(self.size):
            named = self.labels is not None and index < len(self.labels)
            yield self.label(index) if named else index, *(self._place(index) or ("", ""))

    def _place(self, index: int) -> tuple[int, int] | None:
        if self.grid is None or index < self.prefix:
            return None
        return divmod(index - self.prefix, self.grid.columns)


class Site(Wire):
    """A place where attention is computed: softmax(q.k * scale), if `causal` over the keys up to
    the query's own. `scale` is null where that is not all there is to it: ask for the weights.
    """

    name: str
    kind: SiteKind
    layer: int
    heads: int
    scale: float | None
    causal: bool
    query: Axis
    key: Axis

    @classmethod
    def of(cls, found: trace.Site) -> Self:
        recorded = found.recorded
        plain = recorded is not None and recorded.bias is None
        return cls(
            name=found.name,
            kind=found.kind,
            layer=found.layer,
            heads=found.heads,
            scale=recorded.scale if recorded is not None and plain else None,
            causal=recorded is not None and recorded.causal,
            query=Axis.of(found.query),
            key=Axis.of(found.key),
        )
