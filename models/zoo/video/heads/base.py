"""What heads over time share: one scale for all features, a fixed vector, a classifier.

Guo et al. 2022, "Attention mechanisms in computer vision: a survey", section 3.3: temporal
attention says when. A head makes the frames' features one vector and differs from the others in
how. Axis sizes in comments: B clips, F frames, C numbers of a frame.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from foveate.models.attention import Attention
from foveate.models.axis import Grid, Patches, Tokens
from foveate.models.intervention import UNTOUCHED, Intervention, Offers
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.zoo.video.frames import SIDE, WIDTH

CLIP = Tokens(("clip",))  # whose one vector it is
HIDDEN, DROPPED = 0.1, 0.2  # of the features and of the pooled vector, in training
NAME = "pooler.1.cross"  # the only site of a head


def frames_axis(frames: int) -> Patches:
    """The frames, each of them one patch."""
    return Patches(Grid(1, 1, SIDE), frames=frames)


class Head(nn.Module):
    """Features of frames (B, F, C) to logits (B, classes)."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__()
        self.neck = nn.BatchNorm1d(width, affine=False)
        self.noise = nn.Dropout(HIDDEN)
        self.dropout = nn.Dropout(DROPPED)
        self.classifier = nn.Linear(width, classes)

    def forward(self, frames: Tensor, intervention: Intervention = UNTOUCHED) -> Tensor:
        scaled = self.neck(frames.flatten(0, 1)).view_as(frames)
        vector = self.pool(self.noise(scaled), intervention)  # (B, C)
        logits: Tensor = self.classifier(self.dropout(vector))
        return logits

    def pool(self, frames: Tensor, intervention: Intervention) -> Tensor:
        """The clip's one vector (B, C)."""
        raise NotImplementedError

    def poolers(self) -> Iterator[Pooling]:
        """Its part that attends, if there is one."""
        return (part for part in self.modules() if isinstance(part, Pooling))

    @property
    def placed(self) -> bool:
        """Whether it tells frames apart by their time."""
        return any(pooler.placed for pooler in self.poolers())

    @property
    def offers(self) -> Offers:
        """What an intervention may change in it."""
        attends = any(True for _ in self.poolers())
        return Offers(attention=attends, frame=attends, output="classes")

    def sites(self, calls: Calls) -> tuple[Site, ...]:
        """The site of a recorded pass over one clip; none of a head without attention."""
        return tuple(_site(held) for held in calls.attentions())


class Pooling(nn.Module):
    """Weighs frames (B, F, C) and sums them up (B, C)."""

    placed = False


def _site(held: Attention) -> Site:
    return Site(NAME, "cross", 1, CLIP, frames_axis(held.shape[2]), held)


def only(frame: int, like: Tensor) -> Tensor:
    """Added to scores (..., F): 0 at one frame, minus infinity at all others: (F,)."""
    added = like.new_full((like.shape[-1],), float("-inf"))
    added[frame] = 0.0
    return added
