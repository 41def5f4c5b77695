"""What work costs, by its size, in nominal seconds: about those of a laptop's two cores.

How fast a machine really is, and how busy, admission learns; these only say how much more one thing
is than another.
"""

from __future__ import annotations

from collections.abc import Sequence

from foveate.models.inputs.text import Text

PASS = 0.01  # what a pass takes at least
TURN = 0.002  # what any turn takes: a pace learned from small ones must hold for large ones too
DESCRIBED = 0.0002  # a token of the source, in what is told of a translation
TOKEN = 0.0015  # a source token and what is written for it, a hypothesis of the beam
PIXEL = 7.5e-7
CHARACTER = 2e-6  # cleaned, split and cut to pieces
VALUE = 5e-9  # worked out and sent
MULTIPLIED = 1e-11  # two numbers of a product of matrices
BYTE = 1e-8  # of a file, decoded


def translating(sources: Sequence[Text], beam: int = 1) -> float:
    """Decoding these sentences: tokens times beam. That of two parts is the sum of theirs."""
    return sum(TOKEN * beam * len(source.tokens) for source in sources)


def describing(sources: Sequence[Text]) -> float:
    """Alignments, links and steps of their translations, and all of it as JSON."""
    return sum(PASS / 5 + DESCRIBED * len(source.tokens) for source in sources)


def reading(characters: int) -> float:
    """A text on its way to tokens."""
    return TURN + CHARACTER * characters


def looking_up(characters: int) -> float:
    """A word in a table of embeddings: one product with all of it."""
    return PASS + reading(characters)


def aligning(characters: int) -> float:
    """A text that is translated before anybody has counted its tokens: three characters each."""
    return PASS + TOKEN * characters / 3


def seeing(side: int) -> float:
    """A forward pass on a photo: pixels."""
    return PASS + PIXEL * side**2


def watching(side: int, frames: int) -> float:
    """Passes on the frames of a clip."""
    return frames * seeing(side)


def working_out(values: int, multiplied: int = 0) -> float:
    """Numbers read off a trace, or pixels drawn, and products of matrices on the way there."""
    return TURN + VALUE * values + MULTIPLIED * multiplied


def decoding(size: int, frames: int = 1) -> float:
    """An image file of so many bytes, or a video of which so many frames are taken."""
    return frames * PASS + BYTE * size
