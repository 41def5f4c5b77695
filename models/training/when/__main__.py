"""Trains heads over time: python -m foveate.models.training.when HEAD... --data FOLDER.

FOLDER is Caltech-101's, one folder a class. A run goes to --out/HEAD-SEED, resumes from there, and
leaves the weights as float16 beside their log.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import torch
import typer
from safetensors.torch import save_file

from foveate.models.errors import InputError
from foveate.models.training.checkpoint import Standing
from foveate.models.training.vision.features import deep_sha256, stem_sha256
from foveate.models.training.vision.photos import TARGETS
from foveate.models.training.vision.run import Plan, Trainer
from foveate.models.training.when.clips import First, Shown
from foveate.models.training.when.features import takes
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.video.heads.table import HEADS, head_of
from foveate.models.zoo.video.when import SETTINGS_FILE

BUILD = Path("build/when")
ASKS: dict[str, type[Shown] | type[First]] = {"what": Shown, "first": First}


def main(
    heads: Annotated[list[str], typer.Argument(help=f"all, or some of {', '.join(HEADS)}")],
    folder: Annotated[Path, typer.Option("--data", help="Caltech-101's folder")],
    asks: Annotated[
        Literal["what", "first"], typer.Option(help="What is there, or which thing came first")
    ] = "what",
    out: Annotated[Path | None, typer.Option(help="Runs go to OUT/HEAD-SEED")] = None,
    cache: Annotated[Path, typer.Option(help="Features of frames")] = BUILD / "features",
    seed: Annotated[list[int] | None, typer.Option(help="One or several; 0")] = None,
    scenes: Annotated[int, typer.Option(help="To train on; 32 frames each")] = 400,
    epochs: Annotated[int, typer.Option(help="Passes over them")] = 40,
    batch: Annotated[int, typer.Option()] = 64,
    rate: Annotated[float, typer.Option(help="Highest learning rate")] = 3e-3,
) -> None:
    """Train heads over time on one thread, every one with the first seed first."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    names = list(HEADS) if heads == ["all"] else heads
    made = ASKS[asks]
    train = made(takes(folder, cache, "train", print, scenes), fixed=False)
    val = made(takes(folder, cache, "val", print), fixed=True)
    for number in seed or [0]:
        for name in names:
            plan = Plan(name, scenes, epochs, batch, rate, seed=number)
            place = (out or BUILD / asks) / f"{name}-{number}"
            trainer = Trainer(plan, train, val, len(TARGETS), place, head_of)
            trainer.run(lambda at, plan=plan: _report(plan, at))  # type: ignore[misc]
            export(trainer)


def _report(plan: Plan, at: Standing) -> None:
    if at.epoch % 10 == 0 or at.epoch == plan.epochs:
        print(f"{plan.head} seed {plan.seed}: {json.dumps(at.log[-1])}", flush=True)


def export(trainer: Trainer) -> None:
    """The weights in float16, the settings, and how they came about."""
    out, state = trainer.folder, trainer.network.state_dict()
    half = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    save_file({k: v.contiguous() for k, v in half.items()}, out / MODEL_FILE)
    settings = {
        "head": trainer.plan.head,
        "stem": stem_sha256(),
        "deep": deep_sha256(),
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
