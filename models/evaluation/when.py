"""What heads over time are worth: accuracy by the share of the time that the thing is there, how
much of the weight falls on the right frames, whether the heaviest frame is one; and what it is
worth to know the order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file

from foveate.models.analysis.spacetime import when
from foveate.models.evaluation.intervals import Figures, Interval, difference, interval
from foveate.models.evaluation.runs import Runs
from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.recording import recording
from foveate.models.training.when.clips import SHARES, First, Shown
from foveate.models.training.when.features import Takes
from foveate.models.training.when.scenes import FRAMES
from foveate.models.weights.source import MODEL_FILE, Report
from foveate.models.zoo.video.heads.base import Head
from foveate.models.zoo.video.heads.table import HEADS, head_of
from foveate.models.zoo.video.when import SETTINGS_FILE

LOOKED = 100  # clips at a time
DATA = "Caltech-101 (CC BY 4.0), photos held out of training, on held-out backgrounds"
AT = 1 / 8  # of the time, at which heads are compared


def opened(run: Path) -> Head:
    """A run's head, as it is used: float16 weights in float32."""
    settings = json.loads((run / SETTINGS_FILE).read_text())
    head = head_of(settings["head"], len(settings["classes"]))
    weights = load_file(run / MODEL_FILE)
    head.load_state_dict({name: each.float() for name, each in weights.items()})
    return head.eval().requires_grad_(False)


def measure(what: Runs, first: Runs, test: Takes, report: Report) -> dict[str, Any]:
    """Figures of every head on held-out clips (scene after scene, at every share)."""
    clips = Shown(test, fixed=True)
    right: dict[str, Figures] = {}
    heads: dict[str, Any] = {}
    for name, trained in what.items():
        right[name], heads[name] = _head(name, [opened(run) for run in trained.values()], clips)
        heads[name]["training"] = _training(trained)
        report(f"{name}: {heads[name]['accuracy']}")
    return {
        "data": DATA,
        "clips": len(test),
        "frames": FRAMES,
        "seeds": sorted({seed for trained in what.values() for seed in trained}),
        "shares": [round(share, 4) for share in SHARES],
        "chance": {"accuracy": 1 / (1 + int(test.labels.max())), "pointing": list(SHARES)},
        "heads": heads,
        "differences": _differences(right, lambda each: each[:, :, SHARES.index(AT)]),
        "first": _first(first, test, report),
    }


def _head(name: str, made: Sequence[Head], clips: Shown) -> tuple[Figures, dict[str, Any]]:
    """Whether it was right (seeds, scenes, shares), and its figures."""
    passes = [judged(head, clips) for head in made]
    right = _by_scene([each["right"] for each in passes])
    found: dict[str, Any] = {
        "model": f"when-{name}",
        "words": HEADS[name].words,
        "parameters": sum(p.numel() for p in made[0].parameters()),
        "accuracy": _curve(right),
    }
    if HEADS[name].chooses:
        found["pointing"] = _curve(_by_scene([each["pointed"] for each in passes]))
        found["weight"] = _curve(_by_scene([each["inside"] for each in passes]))
        off = [judged(head, clips, Intervention(attention="off"))["right"] for head in made]
        found["accuracy_off"] = _curve(_by_scene(off))
    return right, found


@torch.inference_mode()
def judged(head: Head, clips: Shown, intervention: Intervention = UNTOUCHED) -> dict[str, Figures]:
    """Of every clip (N,): whether the head was `right`, whether its heaviest frame `pointed` at the
    thing, and how much of its weight is `inside` the time at which it is there.
    """
    rights: list[Any] = []
    weights: list[Any] = []
    for start in range(0, len(clips), LOOKED):
        given, labels = clips.batch(slice(start, start + LOOKED))
        with recording(len(given), needed=False) as calls:
            logits = head(given, intervention)
        rights.append((logits.argmax(1) == labels).numpy())
        each = (calls.only(number) for number in range(len(given) if calls else 0))
        weights += [when(head.sites(only)[-1], 0)[-1].numpy() for only in each]
    found = {"right": np.concatenate(rights).astype(np.float64)}
    if weights:
        by_frame = np.stack(weights).astype(np.float64)  # (N, F)
        there = clips.there
        found["pointed"] = there[np.arange(len(there)), by_frame.argmax(1)].astype(np.float64)
        found["inside"] = (by_frame * there).sum(1)
    return found


def _first(runs: Runs, test: Takes, report: Report) -> dict[str, Any]:
    """Accuracy where the first of two things is asked for, in both orders: who cannot tell them
    apart by time is right in half of the clips at most.
    """
    clips = First(test, fixed=True)
    right: dict[str, Figures] = {}
    heads = {}
    for name, trained in runs.items():
        made = [_right(opened(run), clips).reshape(-1, 2).mean(1) for run in trained.values()]
        right[name] = np.stack(made)  # (seeds, scenes): the mean of both orders
        heads[name] = {"model": f"when-{name}", **interval(right[name]).rounded()}
        report(f"first, {name}: {heads[name]}")
    apart = _differences(right, lambda each: each)
    return {"clips": len(clips), "chance": 0.5, "heads": heads, "differences": apart}


@torch.inference_mode()
def _right(head: Head, clips: First) -> Figures:
    parts = [clips.batch(slice(n, n + LOOKED)) for n in range(0, len(clips), LOOKED)]
    return np.concatenate([(head(given).argmax(1) == labels).numpy() for given, labels in parts])


def _differences(
    right: Mapping[str, Figures], part: Callable[[Figures], Figures]
) -> list[dict[str, Any]]:
    """Pairs of heads on the same clips. `noise`: the interval has zero inside."""
    pairs = [("additive", "average"), ("query", "average"), ("query-placed", "average")]
    pairs += [("query", "additive"), ("query-placed", "query")]
    return [
        {"head": one, "against": other} | _said(difference(part(right[one]), part(right[other])))
        for one, other in pairs
        if one in right and other in right
    ]


def _said(apart: Interval) -> dict[str, Any]:
    return apart.rounded() | {"noise": apart.is_zero_inside}


def _training(trained: Mapping[int, Path]) -> dict[str, Any]:
    """How its runs were made: the plan, and the seconds that each took."""
    logs = [json.loads((run / "training.json").read_text()) for run in trained.values()]
    plan = {name: value for name, value in logs[0]["plan"].items() if name not in ("head", "seed")}
    return {"plan": plan, "seconds": [log["log"][-1]["seconds"] for log in logs]}


def _by_scene(seeds: Sequence[Figures]) -> Figures:
    """(seeds, scenes, shares) of figures (N,) of each seed."""
    return np.stack([each.reshape(-1, len(SHARES)) for each in seeds])


def _curve(found: Figures) -> list[dict[str, Any]]:
    """By share the mean with its interval, and each seed's own mean."""
    return [
        {"share": round(share, 4), **interval(found[:, :, number]).rounded()}
        | {"seeds": found[:, :, number].mean(1).round(4).tolist()}
        for number, share in enumerate(SHARES)
    ]
