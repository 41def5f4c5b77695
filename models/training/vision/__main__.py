"""Trains heads of the vision lab: python -m foveate.models.training.vision HEAD... --data FOLDER.

FOLDER is Caltech-101's, one folder a class. A run goes to --out/HEAD-SEED, resumes from there, and
leaves the weights as float16 beside their log.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import save_file

from foveate.models.catalog.load import native_bfloat16
from foveate.models.errors import InputError
from foveate.models.training.checkpoint import Standing
from foveate.models.training.vision.features import features, stem_sha256
from foveate.models.training.vision.photos import TARGETS
from foveate.models.training.vision.run import Plan, Trainer
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.image.headed import SETTINGS_FILE
from foveate.models.zoo.image.heads.table import HEADS

BUILD = Path("build/vision")


def main(
    heads: Annotated[list[str], typer.Argument(help=f"all, or some of {', '.join(HEADS)}")],
    folder: Annotated[Path, typer.Option("--data", help="Caltech-101's folder")],
    out: Annotated[Path, typer.Option(help="Runs go to OUT/HEAD-SEED")] = BUILD,
    cache: Annotated[Path, typer.Option(help="The stem's features")] = BUILD / "features",
    seed: Annotated[list[int] | None, typer.Option(help="One or several; 0")] = None,
    composites: Annotated[int, typer.Option(help="To train on; 44 kB of features each")] = 4000,
    epochs: Annotated[int, typer.Option(help="Passes over them")] = 10,
    batch: Annotated[int, typer.Option()] = 64,
    rate: Annotated[float, typer.Option(help="Highest learning rate")] = 1e-2,
    bfloat16: Annotated[bool | None, typer.Option(help="Else where that is native")] = None,
    threads: Annotated[int | None, typer.Option()] = None,
) -> None:
    """Train heads of the vision lab, every one with the first seed first."""
    if threads:
        torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    names = list(HEADS) if heads == ["all"] else heads
    fast = native_bfloat16() if bfloat16 is None else bfloat16
    train = features(folder, cache, "train", print, composites)
    val = features(folder, cache, "val", print)
    for number in seed or [0]:
        for name in names:
            plan = Plan(name, composites, epochs, batch, rate, seed=number, bfloat16=fast)
            trainer = Trainer(plan, train, val, len(TARGETS), out / f"{name}-{number}")
            trainer.run(lambda at, plan=plan: _report(plan, at))  # type: ignore[misc]
            export(trainer)


def _report(plan: Plan, at: Standing) -> None:
    print(f"{plan.head} seed {plan.seed}: {json.dumps(at.log[-1])}", flush=True)


def export(trainer: Trainer) -> None:
    """The weights in float16, the settings, and how they came about."""
    out, state = trainer.folder, trainer.network.state_dict()
    half = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    save_file({k: v.contiguous() for k, v in half.items()}, out / MODEL_FILE)
    settings = {
        "head": trainer.plan.head,
        "stem": stem_sha256(),
        "classes": list(TARGETS.values()),
    }
    (out / SETTINGS_FILE).write_text(json.dumps(settings, indent=2) + "\n")
    log = {"plan": asdict(trainer.plan), "log": trainer.progress.log}
    (out / "training.json").write_text(json.dumps(log, indent=1) + "\n")


if __name__ == "__main__":
    try:
        typer.run(main)
    except InputError as error:
        sys.exit(str(error))
