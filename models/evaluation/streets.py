"""What the decoders of street scenes are worth: intersection over union by class, thin and large.

Figures are of the whole test set's confusion, at CamVid's own 480 x 360; a class's IoU counts every
pixel of all pictures together. Intervals are percentiles over draws of seeds and pictures, both
with replacement (Efron and Tibshirani 1993); two decoders are compared on the same draws of
pictures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.evaluation.intervals import Figures, Interval
from foveate.models.evaluation.runs import Runs
from foveate.models.intervention import NO_SWITCHES, UNTOUCHED, Intervention, switches
from foveate.models.recording import recording
from foveate.models.training.streets.camvid import Scenes
from foveate.models.training.streets.encoders import encoder_of
from foveate.models.training.streets.features import Features, features
from foveate.models.training.streets.run import confusion, ious_of
from foveate.models.weights.source import MODEL_FILE, Report
from foveate.models.zoo.image.decoders.base import Decoder
from foveate.models.zoo.image.decoders.classes import CLASSES, LABELS
from foveate.models.zoo.image.decoders.table import DECODERS
from foveate.models.zoo.image.streets import opened

DRAWS = 2000
KEPT = "confusions.npy"
DATA = "CamVid's 233 test pictures, 11 classes (CC BY-NC 4.0), never used for a choice"
GROUPS: dict[str, list[int]] = {
    name: [number for number, each in enumerate(CLASSES) if each.group == name]
    for name in ("thin", "large")
}
PAIRS = (
    ("unet", "bottleneck", "What skips are worth."),
    ("attention-unet", "unet", "What gates on the skips are worth."),
    ("attention-bottleneck", "unet", "What self-attention at the bottleneck is worth."),
    ("unet", "patches", "A decoder on the stem, against DINOv2's patches classified alone."),
)
SWITCHED: dict[str, dict[str, Intervention]] = {
    "unet": {f"skip.{n} cut": Intervention(cuts=(f"skip.{n}",)) for n in (1, 2, 3)},
    "attention-unet": {
        "gates open": Intervention({"all": "open"}),
        "gates flat": Intervention({"all": "flat"}),
    },
}
PUBLISHED = [
    {
        "what": "ENet",
        "miou": 0.521,
        "source": "davidtvs/PyTorch-ENet (GitHub), trained whole on CamVid; not run here",
    },
    {
        "what": "Bayesian SegNet",
        "miou": 0.631,
        "source": "Kendall, Badrinarayanan and Cipolla 2015, arXiv 1511.02680; not run here",
    },
]
Confusions = NDArray[np.int64]  # (pictures, classes, classes)


def measure(runs: Runs, data: Path, cache: Path, report: Report) -> dict[str, Any]:
    """Figures of every decoder on the test pictures, and of pairs of them."""
    scenes, models = Scenes(data, "test"), {}
    seen: dict[str, Confusions] = {}
    drawn: dict[str, Figures] = {}
    for name, trained in runs.items():
        test = features(scenes, encoder_of(name), cache, 0, report)
        judged = [_kept(run, test, scenes) for run in trained.values()]
        seen[name] = np.stack(judged)
        drawn[name] = draws_of(seen[name], runs=len(drawn))
        models[name] = told(seen[name], drawn[name]) | _about(name, trained)
        models[name]["switched"] = _switched(name, trained, test, scenes, seen[name][0])
        report(f"{name}: mIoU {models[name]['miou']}")
    return {
        "data": DATA,
        "pictures": len(scenes),
        "seeds": sorted({seed for trained in runs.values() for seed in trained}),
        "classes": [each._asdict() for each in CLASSES],
        "frequencies": scenes.frequencies[: len(CLASSES)].round(5).tolist(),
        "models": models,
        "differences": [
            {"model": one, "against": other, "words": words}
            | compared(seen[one], seen[other], drawn[one], drawn[other])
            for one, other, words in PAIRS
            if one in seen and other in seen
        ],
        "published": PUBLISHED,
    }


def _kept(run: Path, test: Features, scenes: Scenes) -> Confusions:
    """Those of a run, worked out once: they lie beside its weights."""
    file, weights = run / KEPT, run / MODEL_FILE
    if not file.is_file() or file.stat().st_mtime < weights.stat().st_mtime:
        np.save(file, confusions(opened(run)[1], test, scenes))
    found: Confusions = np.load(file)
    return found


@torch.inference_mode()
def confusions(
    decoder: nn.Module, test: Features, scenes: Scenes, intervention: Intervention = UNTOUCHED
) -> Confusions:
    """Of every picture, at the size of its labels."""
    found, changed = [], NO_SWITCHES
    if isinstance(decoder, Decoder):
        changed = switches(intervention, decoder.named_gates(), decoder.named_skips())
    for number in range(len(test)):
        maps, _ = test.batch([number])
        with recording(needed=False, switches=changed):
            logits = decoder([each.float() for each in maps])
        labels = scenes.labels(number)
        found.append(confusion(_classes(logits, labels.shape), labels))
    return np.stack(found)


def _classes(logits: Tensor, size: tuple[int, ...]) -> NDArray[np.int64]:
    fine = F.interpolate(logits, size, mode="bilinear", align_corners=False)
    found: NDArray[np.int64] = fine[0].argmax(0).numpy()
    return found


def draws_of(seen: Confusions, draws: int = DRAWS, runs: int = 0) -> Figures:
    """IoU by class (draws, classes) of confusions (seeds, pictures, classes, classes) drawn anew.

    The pictures of a draw are the same for all; `runs` has the seeds drawn otherwise.
    """
    seeds, pictures = seen.shape[:2]
    even = np.full(pictures, 1 / pictures)
    times = np.random.default_rng(7).multinomial(pictures, even, size=draws)  # (draws, pictures)
    flat = seen.reshape(seeds, pictures, -1)
    counts = np.einsum("dp,spc->sdc", times, flat).reshape(seeds, draws, *seen.shape[2:])
    ious = ious_of(counts)  # (seeds, draws, classes)
    chosen = np.random.default_rng([7, runs]).integers(seeds, size=(draws, seeds))
    found: Figures = np.stack([ious[chosen[:, n], np.arange(draws)] for n in range(seeds)]).mean(0)
    return found


def told(seen: Confusions, drawn: Figures) -> dict[str, Any]:
    """Mean IoU, of all classes and of each group, and IoU by class; each seed's own beside it."""
    own = ious_of(seen.sum(1))  # (seeds, classes)
    parts = _parts(lambda kept: _figure(own[:, kept].mean(1), drawn[:, kept].mean(1)))
    by_class = {
        label: _figure(own[:, number], drawn[:, number]) for number, label in enumerate(LABELS)
    }
    return parts | {"iou": by_class}


def compared(one: Confusions, other: Confusions, ours: Figures, theirs: Figures) -> dict[str, Any]:
    """The differences of the same figures. `noise`: the interval has zero inside."""
    apart = ious_of(one.sum(1)).mean(0) - ious_of(other.sum(1)).mean(0)  # (classes,)
    drawn = ours - theirs

    def of(kept: Sequence[int]) -> dict[str, Any]:
        low, high = np.nanpercentile(drawn[:, kept].mean(1), (2.5, 97.5))
        found = Interval(float(apart[kept].mean()), float(low), float(high))
        return {**found.rounded(), "noise": found.is_zero_inside}

    by_class = {label: of([number]) for number, label in enumerate(LABELS)}
    return _parts(of) | {"iou": by_class}


def _parts(of: Callable[[Sequence[int]], dict[str, Any]]) -> dict[str, Any]:
    every = range(len(CLASSES))
    return {"miou": of(list(every))} | {name: of(kept) for name, kept in GROUPS.items()}


def _figure(own: Figures, drawn: Figures) -> dict[str, Any]:
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    found = Interval(float(own.mean()), float(low), float(high)).rounded()
    return {**found, "seeds": own.round(4).tolist()}


def _about(name: str, trained: Mapping[int, Path]) -> dict[str, Any]:
    """What it is, how large, and how its runs were made."""
    logs = [json.loads((run / "training.json").read_text()) for run in trained.values()]
    left = ("decoder", "seed")
    plan = {key: value for key, value in logs[0]["plan"].items() if key not in left}
    plan["undone"] = logs[0]["decided"]["undone"]
    decoder = opened(next(iter(trained.values())))[1]
    return {
        "model": f"streets-{name}",
        "kind": DECODERS[name].kind,
        "words": DECODERS[name].words,
        "parameters": sum(each.numel() for each in decoder.parameters()),
        "training": {"plan": plan, "seconds": [log["log"][-1]["seconds"] for log in logs]},
        "validation": [log["decided"]["miou"] for log in logs],
    }


def _switched(
    name: str, trained: Mapping[int, Path], test: Features, scenes: Scenes, own: Confusions
) -> list[dict[str, Any]]:
    """What the first seed loses with its skips cut or its gates set, on the same draws."""
    decoder: Decoder = opened(next(iter(trained.values())))[1]
    found = []
    for words, change in SWITCHED.get(name, {}).items():
        seen = confusions(decoder, test, scenes, change)[None]
        parts = compared(seen, own[None], draws_of(seen), draws_of(own[None]))
        found.append({"words": words, **parts})
    return found
