"""Additive attention over frames (Bahdanau et al. 2015; of frames, Yao et al. 2015).

https://arxiv.org/abs/1409.0473, appendix A.1.2; https://arxiv.org/abs/1502.08029, equation 7. There
the query is a decoder's state; here one verdict is asked for, so that W s is a learned vector.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from foveate.models.intervention import Intervention
from foveate.models.recording import record_weights
from foveate.models.zoo.video.frames import WIDTH
from foveate.models.zoo.video.heads.base import Head, Pooling, only


class AdditivePooling(Pooling):
    """e = v . tanh(U h + W s), alpha = softmax(e) over frames, c = sum of alpha h."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.key = nn.Linear(width, width)  # U; its bias is W s, the same for every clip
        self.score = nn.Linear(width, 1, bias=False)  # v

    def forward(self, frames: Tensor, intervention: Intervention) -> Tensor:
        scores = self.score(self.key(frames).tanh()).mT  # (B, F, C) -> (B, 1, F)
        if intervention.attention == "off":
            scores = torch.zeros_like(scores)
        if intervention.frame is not None:
            scores = scores + only(intervention.frame, scores)
        weights = scores.softmax(-1)
        record_weights(self, weights[:, None])
        pooled: Tensor = (weights @ frames)[:, 0]  # (B, 1, F) x (B, F, C) -> (B, C)
        return pooled


class Additive(Head):
    """The frames' weighted sum in the average's stead."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.pooler = AdditivePooling(width)

    def pool(self, frames: Tensor, intervention: Intervention) -> Tensor:
        pooled: Tensor = self.pooler(frames, intervention)
        return pooled
