"""Global average pooling: the fixed vector (Lin et al. 2014, "Network in network").

https://arxiv.org/abs/1312.4400. Every place counts the same, whatever it shows: an object has as
much of the vector as it has of the picture.
"""

from __future__ import annotations

from foveate.models.zoo.image.heads.base import Head


class Average(Head):
    """No attention."""
