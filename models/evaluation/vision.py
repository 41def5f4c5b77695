"""What the heads of the vision lab are worth: accuracy by the target's share, maps, time.

A map of places is `summary` of a head's last site that has places: the mean of the weights over
heads and queries, or the gate's values. The pointing game (Zhang et al. 2018) asks whether the
place with the highest value touches the target's box.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from foveate.models.analysis.summary import summary
from foveate.models.axis import Patches
from foveate.models.evaluation.erasing import areas, order_of
from foveate.models.evaluation.intervals import Figures, difference, interval
from foveate.models.evaluation.runs import Runs
from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.recording import recording
from foveate.models.training.vision.composites import SHARES, Maker
from foveate.models.training.vision.features import Features, stem_sha256
from foveate.models.training.vision.photos import read_photos
from foveate.models.weights.source import MODEL_FILE, Report
from foveate.models.zoo.image.headed import SETTINGS_FILE
from foveate.models.zoo.image.heads.base import Head
from foveate.models.zoo.image.heads.table import HEADS, head_of
from foveate.models.zoo.image.stem import PLACES, stem

LOOKED = 64  # composites at a time
ROUNDS, BATCH = 12, 16  # of the timing
ERASED = 10  # pictures whose places are erased
DATA = "Caltech-101 (CC BY 4.0), photos held out of training, pasted on held-out backgrounds"
NINTH = 1 / 9
PUBLISHED = [
    {
        "head": "se",
        "what": "ResNet-20 on CIFAR-10: 91.7 % without, 91.6 % with SE, 91.9 % with ECA",
        "source": "mnikitin (GitHub), not run here: -0.1 to +0.2 points",
    },
    {
        "head": "cbam",
        "what": "ResNet-18 on CIFAR-10: 93.0 % without, 93.7 % with SE, 93.6 % with CBAM",
        "source": "collected from public reimplementations, not run here: +0.6 to +0.7 points",
    },
]


def opened(run: Path) -> Head:
    """A run's head, as it is used: float16 weights in float32."""
    settings = json.loads((run / SETTINGS_FILE).read_text())
    head = head_of(settings["head"], len(settings["classes"]))
    weights = load_file(run / MODEL_FILE)
    head.load_state_dict({name: each.float() for name, each in weights.items()})
    return head.eval().requires_grad_(False)


def measure(runs: Runs, test: Features, data: Path, report: Report) -> dict[str, Any]:
    """Figures of every head on held-out composites (photo after photo, at every share)."""
    right: dict[str, Figures] = {}
    heads: dict[str, Any] = {}
    for name, trained in runs.items():
        made = [opened(run) for run in trained.values()]
        right[name], heads[name] = _head(name, made, test)
        heads[name]["seeds"] = list(trained)
        heads[name]["training"] = _training(trained)
        report(f"{name}: {heads[name]['accuracy'][SHARES.index(NINTH)]}")
    first = {name: opened(next(iter(trained.values()))) for name, trained in runs.items()}
    for name, took in milliseconds(first, test).items():
        heads[name]["milliseconds"] = took
    erased = erasures(first, test, data)
    for name, pair in erased.items():
        if name in heads:
            heads[name] |= pair
    return {
        "data": DATA,
        "pictures": len(test) // len(SHARES),
        "seeds": sorted({seed for trained in runs.values() for seed in trained}),
        "shares": [round(share, 4) for share in SHARES],
        "chance": chance(test) | {"accuracy": 1 / (1 + int(test.labels.max()))} | erased["random"],
        "heads": heads,
        "differences": differences(right),
        "published": PUBLISHED,
    }


def _head(name: str, made: Sequence[Head], test: Features) -> tuple[Figures, dict[str, Any]]:
    """Whether it was right (seeds, photos, shares), and its figures."""
    entry = HEADS[name]
    passes = [judged(head, test) for head in made]
    right = _by_photo([each["right"] for each in passes])
    found: dict[str, Any] = {
        "model": f"vision-{name}",
        "group": entry.kind,
        "chooses": entry.chooses,
        "words": entry.words,
        "parameters": sum(p.numel() for p in made[0].parameters()),
        "accuracy": _curve(right),
    }
    if "pointed" in passes[0]:
        found["pointing"] = _curve(_by_photo([each["pointed"] for each in passes]))
        found["weight"] = _curve(_by_photo([each["inside"] for each in passes]))
    if made[0].offers.attention:
        off = judged(made[0], test, Intervention(attention="off"))["right"]
        found["accuracy_off"] = _curve(_by_photo([off]))  # of the first seed
    return right, found


@torch.inference_mode()
def judged(
    head: Head, test: Features, intervention: Intervention = UNTOUCHED
) -> dict[str, Figures]:
    """Of every composite (N,): whether the head was `right`, whether its map `pointed` at the
    target, and how much of the map's sum is `inside` the target's box.
    """
    rights, maps = [], []
    for first in range(0, len(test), LOOKED):
        given, labels = test.batch(slice(first, first + LOOKED))
        with recording(len(given), needed=False) as calls:
            logits = head(given, intervention)
        rights.append((logits.argmax(1) == labels).numpy())
        if not intervention.key:
            parts = (map_of(head, calls.only(number)) for number in range(len(given)))
            maps += [part for part in parts if part is not None]
    found = {"right": np.concatenate(rights).astype(np.float64)}
    if maps:
        covered = coverage(test.boxes)
        flat = torch.stack(maps).flatten(1).double().numpy()  # (N, places)
        highest = covered[np.arange(len(flat)), flat.argmax(1)] > 0
        found["pointed"] = highest.astype(np.float64)
        found["inside"] = (flat * covered).sum(1) / flat.sum(1)
    return found


def map_of(head: Head, calls: Any) -> Tensor | None:
    """A picture's map on the stem's grid (rows, columns); None for a head that has none."""
    placed = [site for site in head.sites(calls) if isinstance(site.key, Patches)]
    if not placed:
        return None
    axis = placed[-1].key
    assert isinstance(axis, Patches)
    found = summary(placed[-1]).view(axis.grid.rows, axis.grid.columns)
    factor = PLACES.rows // axis.grid.rows
    return found.repeat_interleave(factor, 0).repeat_interleave(factor, 1)


def coverage(boxes: NDArray[np.int64]) -> Figures:
    """How much of every place's square lies in a box, (N, places) from 0 to 1."""
    edges = np.arange(PLACES.rows + 1) * PLACES.patch_size

    def along(low: NDArray[Any], high: NDArray[Any]) -> Figures:
        first = np.maximum(edges[None, :-1], low[:, None])
        last = np.minimum(edges[None, 1:], high[:, None])
        covered: Figures = np.clip(last - first, 0, None) / PLACES.patch_size
        return covered

    across, down = along(boxes[:, 0], boxes[:, 2]), along(boxes[:, 1], boxes[:, 3])
    whole: Figures = (down[:, :, None] * across[:, None]).reshape(len(boxes), -1)
    return whole


def erasures(heads: Mapping[str, Head], test: Features, data: Path) -> dict[str, dict[str, Any]]:
    """Deletion and insertion of a few pictures by every head's map, and by places at random."""
    maker = Maker(read_photos(data, "test"), "test")
    rows = np.flatnonzero(np.isclose(test.shares, NINTH))[:: len(test) // len(SHARES) // ERASED]
    pictures, through = [maker[row] for row in rows[:ERASED]], stem(stem_sha256())
    found = {}
    for name, head in heads.items():
        maps = [_map_at(head, test, row) for row in rows[:ERASED]]
        if maps[0] is not None:
            orders = [order_of(each) for each in maps if each is not None]
            found[name] = _areas(pictures, orders, through, head)
    chance = torch.Generator().manual_seed(0)
    orders = [torch.randperm(PLACES.size, generator=chance) for _ in pictures]
    found["random"] = _areas(
        pictures, orders, through, heads.get("additive", next(iter(heads.values())))
    )
    return found


def _areas(pictures: Any, orders: list[Tensor], through: Any, head: Head) -> dict[str, Any]:
    deleted, inserted = areas(pictures, orders, through, head)
    return {
        "deletion": interval(deleted[None]).rounded(),
        "insertion": interval(inserted[None]).rounded(),
    }


@torch.inference_mode()
def _map_at(head: Head, test: Features, row: int) -> Tensor | None:
    given, _ = test.batch(slice(row, row + 1))
    with recording(needed=False) as calls:
        head(given)
    return map_of(head, calls)


def chance(test: Features) -> dict[str, Any]:
    """What a map drawn at random and an even one would have, by share."""
    covered = coverage(test.boxes)
    pointed = (covered > 0).mean(1).reshape(-1, len(SHARES)).mean(0)
    inside = covered.mean(1).reshape(-1, len(SHARES)).mean(0)
    return {"pointing": pointed.round(4).tolist(), "inside": inside.round(4).tolist()}


def differences(right: Mapping[str, Figures]) -> list[dict[str, Any]]:
    """Every head against the average, and each gate's and block's against its plain counterpart, at
    a ninth of the picture. `noise`: the interval has zero inside.
    """
    at = SHARES.index(NINTH)
    against = {name: "average" for name in right if name != "average"}
    pairs = [*against.items(), ("convolved-se", "convolved"), ("convolved-cbam", "convolved")]
    pairs += [("vit", "vit-unplaced"), ("cbam", "spatial"), ("multiplicative", "additive")]
    pairs += [("additive", "convolved"), ("additive", "average-deep")]
    pairs += [("additive-deep", "average-deep"), ("additive-deep", "additive")]
    found = []
    for one, other in pairs:
        if one in right and other in right:
            apart = difference(right[one][:, :, at], right[other][:, :, at])
            row = {"head": one, "against": other, "share": round(NINTH, 4)}
            found.append(row | apart.rounded() | {"noise": apart.is_zero_inside})
    return found


@torch.inference_mode()
def milliseconds(heads: Mapping[str, Head], test: Features) -> dict[str, float]:
    """A picture's time in each head, the stem's apart: the same batch, warm, in turns, one thread;
    the median of all rounds.
    """
    given, _ = test.batch(slice(0, BATCH))
    took: dict[str, list[float]] = {name: [] for name in heads}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for _ in range(ROUNDS):
        for name, head in heads.items():
            start = time.perf_counter()
            head(given)
            took[name].append((time.perf_counter() - start) * 1000 / BATCH)
    torch.set_num_threads(threads)
    return {name: round(float(np.median(each[2:])), 3) for name, each in took.items()}


def _training(trained: Mapping[int, Path]) -> dict[str, Any]:
    """How its runs were made: the plan, and the seconds that each took."""
    logs = [json.loads((run / "training.json").read_text()) for run in trained.values()]
    plan = {name: value for name, value in logs[0]["plan"].items() if name not in ("head", "seed")}
    return {"plan": plan, "seconds": [log["log"][-1]["seconds"] for log in logs]}


def _by_photo(seeds: Iterable[Figures]) -> Figures:
    """(seeds, photos, shares) of figures (N,) of each seed."""
    return np.stack([each.reshape(-1, len(SHARES)) for each in seeds])


def _curve(found: Figures) -> list[dict[str, Any]]:
    """By share the mean with its interval, and each seed's own mean."""
    return [
        {"share": round(share, 4), **interval(found[:, :, number]).rounded()}
        | {"seeds": found[:, :, number].mean(1).round(4).tolist()}
        for number, share in enumerate(SHARES)
    ]
