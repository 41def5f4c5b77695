"""The fixed vector's counterpart in a picture: a decoder that sees the bottleneck alone.

Long, Shelhamer and Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation"
(https://arxiv.org/abs/1411.4038), FCN-32s: what is smaller than a place of the last map must be
guessed from it.
"""

from __future__ import annotations

from foveate.models.zoo.image.decoders.base import Decoder


class Bottleneck(Decoder):
    """No skips."""
