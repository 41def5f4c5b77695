"""How models of clips lay out their tokens, and what their layers attend to.

Axis sizes in comments: B clips, F frames (or tubelets), N patches a frame, H heads, D width a head.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from foveate.models.attention import Partition, Product, QueryKey
from foveate.models.axis import Grid, Patches
from foveate.models.errors import Unrecordable
from foveate.models.recording import Calls, check_recordable, is_recording, record
from foveate.models.site import Site


class Layout:
    """Time and space in one softmax: a class token or none, then tubelets, frame after frame."""

    shows: ClassVar[str] = "every tubelet's view of all others, in space and time"

    def __init__(self, model: Any, prefix: tuple[str, ...] = ()) -> None:
        self.model, self.config, self.prefix = model, model.config, prefix

    @classmethod
    def check(cls, model: Any) -> None:
        """Raises Unrecordable for a model whose attention would be recorded wrong."""
        check_recordable(model)

    @property
    def frames(self) -> int:
        """How many frames the model takes."""
        return int(self.config.num_frames)

    @property
    def tubelet(self) -> int:
        """Frames that one token is of."""
        size: Any = self.config.tubelet_size
        return int(size if isinstance(size, int) else size[0])

    @property
    def grid(self) -> Grid:
        """The patches of the only size of frame that the model takes."""
        side, patch = _side(self.config.image_size), _side(self._patch_size())
        return Grid(side // patch, side // patch, patch)

    @property
    def axis(self) -> Patches:
        """The axis on which a clip is looked at."""
        return Patches(self.grid, self.prefix, frames=self.frames // self.tubelet)

    @property
    def partitions(self) -> Sequence[Partition | None]:
        """How each call divides its tokens; nothing where none does."""
        return ()

    def sites(self, calls: Calls) -> tuple[Site, ...]:
        """The sites of a pass. Raises Unrecordable where the calls are not those expected."""
        return tuple(
            Site(f"encoder.{layer}.self", "self", layer, self.axis, self.axis, attention)
            for layer, attention in enumerate(calls.attentions(), start=1)
        )

    def features(self, hidden: Tensor) -> Tensor:
        """Patch tokens (F * N, width), frame after frame, of a last layer (1, tokens, width)."""
        return hidden[0, len(self.prefix) :]

    def _patch_size(self) -> Any:
        if hasattr(self.config, "patch_size"):
            return self.config.patch_size
        return self.config.tubelet_size[1:]


class Divided(Layout):
    """TimeSformer (Bertasius et al. 2021, section 3): time, then space, in every layer.

    In time a patch looks at the same place of all frames; the paper has the class token there too,
    the published code has not. In space it looks at its own frame and a copy of the class token,
    whose results are averaged over the frames. Their product says what a patch of one frame has of
    a patch of another: its weight in space on that place, times the weight in time that the place
    gives to that frame. Tokens are stored place by place, the frames of each together.
    """

    shows: ClassVar[str] = "time and space apart, each a site, and their product by patch pair"

    def __init__(self, model: Any, prefix: tuple[str, ...] = ()) -> None:
        super().__init__(model)
        if self.config.attention_type != "divided_space_time":
            raise Unrecordable(
                f"This TimeSformer attends by {self.config.attention_type}: those that attend by "
                "divided_space_time are shown."
            )
        for layer in model.encoder.layer:
            for part in (layer.temporal_attention, layer.attention):
                _hook(part.attention)

    @classmethod
    def check(cls, model: Any) -> None:
        """Nothing to check: what is recorded is what the layers themselves compute."""

    @property
    def tubelet(self) -> int:
        return 1

    @property
    def partitions(self) -> Sequence[Partition | None]:
        return (self._time, self._space) * int(self.config.num_hidden_layers)

    @property
    def _time(self) -> Partition:
        """A window for each place: its frames."""
        frames, patches = self.frames, self.grid.size
        own = torch.arange(frames * patches).view(frames, patches).T.contiguous()  # (N, F)
        return Partition(own, own, frames * patches, frames * patches)

    @property
    def _space(self) -> Partition:
        """A window for each frame: its class token and its patches."""
        frames, patches = self.frames, self.grid.size
        places = frames + torch.arange(frames * patches).view(frames, patches)
        own = torch.cat([torch.arange(frames)[:, None], places], 1)  # (F, 1 + N)
        return Partition(own, own, frames + frames * patches, frames + frames * patches)

    def sites(self, calls: Calls) -> tuple[Site, ...]:
        found = calls.attentions()
        if len(found) != 2 * self.config.num_hidden_layers:
            raise Unrecordable(
                f"{len(found)} attention calls were recorded of {self.config.num_hidden_layers} "
                "layers, and two each were expected: this model's structure is not known."
            )
        pairs = zip(found[::2], found[1::2], strict=True)
        return tuple(
            site for layer, pair in enumerate(pairs, start=1) for site in self._layer(layer, *pair)
        )

    def _layer(self, layer: int, time: Any, space: Any) -> tuple[Site, ...]:
        axis = self.axis
        framed = Patches(self.grid, tuple(f"cls{n}" for n in range(self.frames)), (), self.frames)
        assert isinstance(time, QueryKey)
        assert isinstance(space, QueryKey)
        return (
            Site(f"encoder.{layer}.time", "self", layer, axis, axis, time),
            Site(f"encoder.{layer}.space", "self", layer, framed, framed, space),
            Site(f"encoder.{layer}.product", "self", layer, axis, axis, Product(time, space)),
        )

    def features(self, hidden: Tensor) -> Tensor:
        places = hidden[0, 1:].view(self.grid.size, self.frames, -1)  # (N, F, width)
        return places.transpose(0, 1).flatten(0, 1)


def _hook(attention: Any) -> None:
    """Notes what the one layer of queries, keys and values gives: (B * windows, T, 3 * H * D)."""

    def note(_: nn.Module, __: Any, made: Tensor) -> None:
        if is_recording():
            parts = made.view(*made.shape[:2], 3, attention.num_heads, -1).permute(2, 0, 3, 1, 4)
            record(attention, parts[0], parts[1], attention.scale)

    attention.qkv.register_forward_hook(note)


def _side(size: Any) -> int:
    sides = set(size) if isinstance(size, list | tuple) else {size}
    if len(sides) != 1:
        raise Unrecordable(f"{size} pixels are not square: this model is not shown here.")
    return int(sides.pop())


@dataclass(frozen=True, slots=True)
class Family:
    """What is known of a family of models of clips."""

    title: str
    paper: str
    paper_url: str
    layout: type[Layout]
    prefix: tuple[str, ...] = ()


FAMILIES: Mapping[str, Family] = {
    "timesformer": Family(
        "TimeSformer", "Bertasius et al. 2021", "https://arxiv.org/abs/2102.05095", Divided
    ),
    "videomae": Family("VideoMAE", "Tong et al. 2022", "https://arxiv.org/abs/2203.12602", Layout),
    "vivit": Family(
        "ViViT", "Arnab et al. 2021", "https://arxiv.org/abs/2103.15691", Layout, ("cls",)
    ),
}
