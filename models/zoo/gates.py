"""What networks with gates offer: their gates, the maps they multiply, and the network as drawn.

A network names its gates and its skips, and its parts in the order of execution; a pass notes what
each gate was and how large each part's map is. Whoever writes one calls `record_gate` where a gate
multiplies, `Skip` where a map goes across, and lists both: nothing else is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor, nn

from foveate.models.attention import Gate
from foveate.models.axis import Axis, Branches, Channels, Grid, Patches, Tokens
from foveate.models.calls import GateCall
from foveate.models.intervention import Switches
from foveate.models.network import Edge, Network, Node, PathKind
from foveate.models.recording import Calls, record_gate, record_map, record_skip, recording
from foveate.models.site import Site
from foveate.models.trace import finite

IMAGE = Tokens(("image",))
MAP_BYTES = 32 * 1024 * 1024  # of the maps that a trace keeps


class SqueezeExcitation(nn.Module):
    """A gate of channels (Hu et al. 2018): the mean of each goes through two layers and a sigmoid.

    `about` is the map that is looked at, where it is not the one that is multiplied.
    """

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, inner, 1)
        self.excite = nn.Conv2d(inner, channels, 1)

    def forward(self, maps: Tensor, about: Tensor | None = None) -> Tensor:
        """(B, C, rows, columns) to the same shape."""
        seen = (maps if about is None else about).mean((2, 3), keepdim=True)
        return maps * record_gate(self, self.weigh(seen), maps)

    def weigh(self, seen: Tensor) -> Tensor:
        """The gate of means (B, C, 1, 1): the same shape."""
        gate: Tensor = self.excite(self.squeeze(seen).relu()).sigmoid()
        return gate


class Skip(nn.Module):
    """What goes across from the way down to the way up, and can be cut."""

    def forward(self, maps: Tensor) -> Tensor:
        return record_skip(self, maps)


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it is drawn: the module that makes its map, and from whose; `skips` come across, by
    their names. `site` is the gate inside it, `opens` the skip that this one opens.
    """

    name: str
    module: nn.Module
    kind: str
    path: PathKind
    words: str
    after: tuple[str, ...]
    skips: Mapping[str, str] | None = None
    site: str | None = None
    opens: str | None = None


def watch(parts: Sequence[Part]) -> None:
    """Has every part's map measured, in any pass that is recorded."""

    def note(module: nn.Module, _: Any, made: Tensor) -> None:
        record_map(module, made)

    for part in parts:
        part.module.register_forward_hook(note)


def drawn(parts: Sequence[Part], pixels: Tensor, calls: Calls) -> Network:
    """The network with the sizes of one pass over pixels (B, 3, rows, columns)."""
    channels, rows, columns = pixels.shape[1:]
    first = Node("input", "input", "encoder", 0, channels, rows, columns, words="The photo.")
    nodes, edges = [first], []
    for part in parts:
        nodes.append(_node(part, calls.shapes[part.module], rows))
        edges += [Edge(source, part.name) for source in part.after]
        skips = (part.skips or {}).items()
        edges += [Edge(source, part.name, "skip", name) for name, source in skips]
    return Network(tuple(nodes), tuple(edges))


def pictures_of(
    parts: Sequence[Part], run: Callable[[], object], changed: Switches
) -> dict[str, Tensor]:
    """How strong each part's map is (rows, columns) in a pass of its own, by the parts' names.

    The mean over the channels of |map|; of a picture in tiles, that of the first tile. Raises
    NotFinite.
    """
    with recording(needed=False, switches=changed) as calls:
        made = calls.pictures = {}
        run()
    return {part.name: finite(made[part.module], f"the map of {part.name}") for part in parts}


def _node(part: Part, shape: tuple[int, ...], height: int) -> Node:
    channels, rows, columns = shape
    stage = round(math.log2(height / rows))
    sizes = stage, channels, rows, columns
    return Node(part.name, part.kind, part.path, *sizes, part.site, part.opens, part.words)


def gate_sites(gates: Mapping[str, nn.Module], calls: Calls, side: int) -> tuple[Site, ...]:
    """The sites of a pass in its order, by the modules' names; `side` is the width of the input.

    Of the maps that the gates multiply so many are kept as MAP_BYTES holds.
    """
    names = {module: name for name, module in gates.items()}
    found, left = [], MAP_BYTES
    for number, call in enumerate((c for c in calls if isinstance(c, GateCall)), start=1):
        held = call.item(0)
        if held.given is not None and held.given.nbytes > left:
            held = replace(held, given=None)
        left -= 0 if held.given is None else held.given.nbytes
        axis = _axis(call, held, side)
        query = Channels(held.shape[1]) if isinstance(axis, Branches) else IMAGE
        found.append(Site(names[call.module], "gate", number, query, axis, held))
    return tuple(found)


def _axis(call: GateCall, held: Gate, side: int) -> Axis:
    """Channels, places of the gate's map, or branches by the names that its module has for them."""
    size = held.shape[2]
    if call.gate.dim() == 5:
        names = getattr(call.module, "labels", tuple(map(str, range(size))))
        return Branches(tuple(names))
    rows, columns = call.gate.shape[-2:]
    if call.gate.shape[1] == 1 and rows * columns > 1:
        return Patches(Grid(rows, columns, max(side // columns, 1)))
    return Channels(size)
