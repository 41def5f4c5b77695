"""U-Net: convolutional networks for biomedical image segmentation (Ronneberger et al. 2015).

https://arxiv.org/abs/1505.04597: at every step up, the map of that size from the way down is put
beside what comes from below. Here the way down is the frozen stem, and a step is one convolution.
"""

from __future__ import annotations

from torch import Tensor

from foveate.models.zoo.image.decoders.base import Decoder


class UNet(Decoder):
    """A skip at every step."""

    skipped = True

    def across(self, number: int, tap: Tensor, below: Tensor) -> Tensor:
        carried: Tensor = self.skips[number](tap)
        return carried
