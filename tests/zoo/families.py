"""Writes docs/families.md: every family, how it is recorded, and how far from transformers' own.

Run it as `python -m tests.zoo.families`: a tiny random model of each family is made, saved, loaded
and traced, and its weights are compared with those of transformers' eager attention.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch
import transformers as hub
from torch import Tensor

from foveate.models.axis import Crop, Grid
from foveate.models.zoo.image.families.table import FAMILIES, REFUSED, Family
from foveate.models.zoo.image.vit import VisionTransformer
from foveate.models.zoo.text.table import FAMILIES as TEXT
from foveate.models.zoo.text.table import REFUSED as NO_TEXT
from foveate.models.zoo.text.table import TRANSLATORS
from foveate.models.zoo.video.layouts import FAMILIES as VIDEO
from tests.photos import ROOT
from tests.zoo.clips import difference as clip_difference
from tests.zoo.clips import opened as opened_clips
from tests.zoo.reference import eager_weights
from tests.zoo.texts import CAUSAL, SENTENCE, tiny_text
from tests.zoo.texts import difference as text_difference
from tests.zoo.tiny import classifier, tiny, tiny_classifier
from tests.zoo.translators import SENTENCE as WHOLE_SENTENCE
from tests.zoo.translators import difference as translation_difference
from tests.zoo.translators import tiny_translator

PAGE = ROOT / "docs" / "families.md"
WHOLE = Crop(0, 0, 160, 120)
HEAD = """# Families of models

Any folder that transformers' `save_pretrained` wrote of one of these is shown as it is
([adding a model](adding-a-model.md)). Written by `python -m tests.zoo.families`.

- **Recorded**: queries and keys as they pass through transformers' attention interface, beside its
  fused kernel; or by hooks on the layers that make them, where a model has a softmax of its own.
- **Off by**: the largest difference of any weight from transformers' own eager attention, on tiny
  random models.
- **Verdict off by**: the same of a probability of the family's classifier (a folder
  whose `architectures` is an `...ForImageClassification`), by transformers' own model, eager.
- A photo is never stretched, and any shape is taken, but for PVT and the hybrid DPT, which take
  pictures of one size.
- Where grids differ by layer, a query is a patch of the finest: coarser layers have it at the same
  place.

| family | `model_type` | recorded | off by | verdict off by | what is shown |
| --- | --- | --- | --- | --- | --- |
"""
TAIL = """
## What is not shown, and why

| `model_type` | |
| --- | --- |
"""
PAIRS = """
## Encoder-decoders

The encoder's and the decoder's own attention and the decoder's view of the source, step by step;
beams, a given target, pins. Of many languages, a card's `languages` say which two
(`foveate add --languages`).

| family | `model_type` | off by | beside q k^T |
| --- | --- | --- | --- |
"""
CLIPS = """
**Window rollout, approximate** (`method=window-rollout`) follows a patch of Swin or Swin V2 through
all blocks: half of each passes straight through (as in Abnar and Zuidema 2020), and a merged patch
counts as the even mean of its four.

A model of another family is shown where it turns out to have plain patches in every layer, and
refused in a sentence where it does not.

## Clips

Any vision transformer of plain patches above also sees clips, frame by frame. These attend over
time themselves, and take the number and size of frames that they were made for.

| family | `model_type` | off by | what is shown |
| --- | --- | --- | --- |
"""
TEXTS = """
## Texts

A causal model also says what it expects next. Every family has the query-key-value steps.

| family | `model_type` | read as | off by | beside q k^T |
| --- | --- | --- | --- | --- |
"""


def opened(family: str, folder: Path) -> VisionTransformer:
    """A tiny model of the family, loaded from a folder."""
    return VisionTransformer(family, tiny(family, folder), torch.float32)


def noise(model: VisionTransformer) -> tuple[Tensor, Grid]:
    """Noise as a photo of a few cells, wider than high where the model allows it."""
    cell, side = model.structure.cell, model.structure.side
    rows, columns = (side // cell, side // cell) if side else (3, 4) if cell > 16 else (6, 8)
    torch.manual_seed(1)
    return torch.randn(1, 3, rows * cell, columns * cell), Grid(rows, columns, cell)


def difference(model: VisionTransformer) -> float | None:
    """The largest of any weight from transformers' own; None of gates, which it does not give."""
    pixels, cells = noise(model)
    sites = model.trace_pixels(pixels, cells, WHOLE).sites
    if sites[0].kind == "gate":
        return None
    pairs = zip(sites, eager_weights(model, pixels, cells), strict=True)
    return max(float((site.weights() - weights).abs().max()) for site, weights in pairs)


def verdict_difference(family: str, folder: Path) -> float | None:
    """The largest of any probability from transformers' own, and of any weight of the classifier;
    None where the family has no classifier.
    """
    if classifier(family) is None:
        return None
    model = VisionTransformer(family, tiny_classifier(family, folder), torch.float32)
    pixels, cells = noise(model)
    if model.structure.side is None:  # transformers' own Swin fails on a map smaller than a window
        pixels = pixels.repeat(1, 1, 2, 2)
        cells = Grid(2 * cells.rows, 2 * cells.columns, cells.patch_size)
    found = model.trace_pixels(pixels, cells, WHOLE).outputs["classes"].value()
    theirs = getattr(hub, str(classifier(family))).from_pretrained(folder)
    if model.family.recorded == "interface":
        theirs.set_attn_implementation("eager")
    options = {name: on for name, on in model.structure.options.items() if "interpolate" in name}
    with torch.inference_mode():
        logits = theirs.eval()(pixels, **options).logits
    return max(float((found - logits.softmax(-1)).abs().max()), difference(model) or 0)


def rows() -> Iterator[str]:
    """A line of the table for each family."""
    for family, names in _together().items():
        with tempfile.TemporaryDirectory() as folder:
            off = _largest(difference(opened(name, Path(folder) / name)) for name in names)
            said = _largest(verdict_difference(name, Path(folder) / f"{name}-c") for name in names)
        paper = f"[{family.title}]({family.paper_url}), {family.paper}"
        types = ", ".join(f"`{name}`" for name in names)
        yield f"| {paper} | {types} | {family.recorded} | {off} | {said} | {family.shows} |"


def _largest(differences: Iterable[float | None]) -> str:
    known = [each for each in differences if each is not None]
    return _rounded(max(known)) if known else "-"


def _together() -> dict[Family, list[str]]:
    """What transformers calls each family: a vision model alone, or with its text model."""
    found: dict[Family, list[str]] = {}
    for name, family in FAMILIES.items():
        found.setdefault(family, []).append(name)
    return found


def clips() -> Iterator[str]:
    """A line of the table for each family of models of clips."""
    for name, family in VIDEO.items():
        with tempfile.TemporaryDirectory() as folder:
            off = clip_difference(opened_clips(name, Path(folder)))
        paper = f"[{family.title}]({family.paper_url}), {family.paper}"
        yield f"| {paper} | `{name}` | {_rounded(off)} | {family.layout.shows} |"


def texts() -> Iterator[str]:
    """A line of the table for each family of texts."""
    for name, family in TEXT.items():
        with tempfile.TemporaryDirectory() as folder:
            model = tiny_text(name, Path(folder))
            off = text_difference(name, Path(folder), model, model.read(SENTENCE))
        paper = f"[{family.title}]({family.paper_url}), {family.paper}"
        kind = "causal" if name in CAUSAL else "encoder"
        yield f"| {paper} | `{name}` | {kind} | {_rounded(off)} | {family.beside or '-'} |"


def translators() -> Iterator[str]:
    """A line of the table for each family of encoder-decoders."""
    for name, family in TRANSLATORS.items():
        with tempfile.TemporaryDirectory() as folder:
            model, _ = tiny_translator(name, Path(folder))
            (found,) = model.translate([model.read(WHOLE_SENTENCE)])
            off = translation_difference(Path(folder), found, model.network.first)
        paper = f"[{family.title}]({family.paper_url}), {family.paper}"
        yield f"| {paper} | `{name}` | {_rounded(off)} | {family.beside or '-'} |"


def _rounded(off: float) -> str:
    return f"{off:.0e}".replace("e-0", "e-").replace("0e+00", "0")


def refusals() -> Iterator[str]:
    """A line for each reason."""
    reasons: dict[str, list[str]] = {}
    for name, sentence in [*REFUSED.items(), *NO_TEXT.items()]:
        reasons.setdefault(sentence, []).append(name)
    for sentence, names in reasons.items():
        yield f"| {', '.join(f'`{name}`' for name in names)} | {sentence} |"


if __name__ == "__main__":
    torch.set_num_threads(1)
    tables = rows(), clips(), texts(), translators(), refusals()
    parts = zip((HEAD, CLIPS, TEXTS, PAIRS, TAIL), tables, strict=True)
    PAGE.write_text("".join(head + "\n".join(lines) + "\n" for head, lines in parts))
    print(f"{PAGE.relative_to(ROOT)} is written")
