"""A network as it is drawn: its parts with the sizes of one pass, and how they are joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PathKind = Literal["encoder", "bottleneck", "decoder"]
EdgeKind = Literal["forward", "skip"]
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the model's input


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a network, and the map (channels, rows, columns) that it made in this pass.

    `stage` is how often the map was halved since the input, below 0 where it is larger. `site` is
    the gate inside it, `opens` the skip that the gate opens; `words` is what it does.
    """

    name: str
    kind: str
    path: PathKind
    stage: int
    channels: int
    rows: int
    columns: int
    site: str | None = None
    opens: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """What one part gives another: straight on, or across as a skip, which has a name."""

    source: str
    target: str
    kind: EdgeKind = "forward"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the parts that a picture is computed in (overlap-tile, Ronneberger et al. 2015).

    `core` is what comes out of it, `whole` what goes in: the overlap is what lies between. Both in
    pixels of the model's input; what reaches out of the picture is mirrored.
    """

    row: int
    column: int
    core: Box
    whole: Box


@dataclass(frozen=True, slots=True)
class Network:
    """Parts in the order of execution, and what joins them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    tiles: tuple[Tile, ...] = ()

    def opens(self, site: str) -> str | None:
        """The skip that a gate opens; None for a gate within a block."""
        return next((node.opens for node in self.nodes if node.site == site), None)
