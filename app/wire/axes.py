"""Axes and sites: what queries and keys are, and where attention is computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field
from typing_extensions import TypeAliasType

from foveate.app.wire.base import Wire
from foveate.models import axis
from foveate.models.attention import QueryKey
from foveate.models.site import Site as Found
from foveate.models.site import SiteKind


class Grid(Wire):
    rows: int
    columns: int
    patch_size: int


class TokenAxis(Wire):
    """The tokens of a text."""

    kind: Literal["token"]
    size: int
    labels: list[str]
    prefix: Annotated[int, Field(deprecated=True)] = 0
    grid: Annotated[None, Field(deprecated=True)] = None


class PatchAxis(Wire):
    """Patches, row by row and frame after frame; `prefix` entries before them and `suffix` after
    them are none: `labels` names those, in their order.
    """

    kind: Literal["patch"]
    size: int
    prefix: int
    suffix: int
    frames: int
    grid: Grid
    labels: list[str]


class ChannelAxis(Wire):
    """The channels of a feature map, by number."""

    kind: Literal["channel"]
    size: int


class BranchAxis(Wire):
    """The branches of a layer: kernels of several sizes."""

    kind: Literal["branch"]
    size: int
    labels: list[str]


# Named, so that it has one name in OpenAPI and TypeScript too.
Axis = TypeAliasType(
    "Axis",
    Annotated[TokenAxis | PatchAxis | ChannelAxis | BranchAxis, Field(discriminator="kind")],
)


def axis_of(found: axis.Axis) -> Axis:
    match found:
        case axis.Tokens():
            return TokenAxis.model_validate(found)
        case axis.Channels():
            return ChannelAxis.model_validate(found)
        case axis.Branches():
            return BranchAxis.model_validate(found)
        case axis.Patches():
            return PatchAxis(
                kind=found.kind,
                size=found.size,
                prefix=len(found.prefix),
                suffix=len(found.suffix),
                frames=found.frames,
                grid=Grid.model_validate(found.grid),
                labels=[*found.prefix, *found.suffix],
            )


def rows(found: axis.Axis) -> Iterator[tuple[str | int, int | str, int | str]]:
    """Every entry as label or number, row and column; both are empty for what is no patch."""
    for index in range(found.size):
        place = found.position(index) if isinstance(found, axis.Patches) else None
        row, column = ("", "") if place is None else place[1:]
        numbered = place is not None or isinstance(found, axis.Channels)
        yield index if numbered else found.label(index), row, column


class Site(Wire):
    """A place where attention is computed: softmax(q.k * scale), if `causal` over the keys up to
    the query's own. `scale` is null where that is not all there is to it: ask for the weights.

    `attention` says what the site holds, and `normalised` whether its rows sum to 1 over the keys:
    those of a gate, 0 to 1 each, need not.
    """

    name: str
    kind: SiteKind
    stack: str
    layer: int
    heads: int
    attention: Literal["query-key", "weights", "gate"]
    normalised: bool
    scale: float | None
    causal: bool
    query: Axis
    key: Axis

    @classmethod
    def of(cls, found: Found) -> Self:
        held = found.attention
        recorded = held if isinstance(held, QueryKey) else None
        return cls(
            name=found.name,
            kind=found.kind,
            stack=found.stack,
            layer=found.layer,
            heads=found.heads,
            attention=held.kind,
            normalised=held.normalised,
            scale=recorded.scale if recorded is not None and not recorded.beside else None,
            causal=recorded is not None and recorded.causal,
            query=axis_of(found.query),
            key=axis_of(found.key),
        )
