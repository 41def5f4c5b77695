"""Trains decoders of street scenes: python -m foveate.models.training.streets NAME... --data FOLDER

FOLDER is CamVid's. A run goes to --out/NAME-SEED, resumes from there, and leaves the weights as
float16 beside their log.
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
from foveate.models.training.streets.camvid import Scenes
from foveate.models.training.streets.deciding import UNDONE, decided
from foveate.models.training.streets.encoders import encoder_of, settings_of
from foveate.models.training.streets.features import features
from foveate.models.training.streets.run import Plan, Trainer, noted
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.image.decoders.table import DECODERS

BUILD = Path("build/streets")
USUAL = Plan("unet")


def main(
    decoders: Annotated[list[str], typer.Argument(help=f"all, or some of {', '.join(DECODERS)}")],
    folder: Annotated[Path, typer.Option("--data", help="CamVid's folder")],
    out: Annotated[Path, typer.Option(help="Runs go to OUT/NAME-SEED")] = BUILD,
    cache: Annotated[Path, typer.Option(help="The encoder's features")] = BUILD / "features",
    seed: Annotated[list[int] | None, typer.Option(help="One or several; 0")] = None,
    epochs: Annotated[int, typer.Option(help="Passes over the pictures")] = USUAL.epochs,
    batch: Annotated[int, typer.Option()] = USUAL.batch,
    rate: Annotated[float, typer.Option(help="Highest learning rate")] = USUAL.rate,
    copies: Annotated[int, typer.Option(help="Of every picture: 1, mirrored 2")] = USUAL.copies,
    memory: Annotated[float, typer.Option(help="Of the weights' average; 0: the last")] = (
        USUAL.memory
    ),
    undone: Annotated[float, typer.Option(help="Of rare classes' weight, where one decides")] = (
        UNDONE
    ),
    bfloat16: Annotated[bool | None, typer.Option(help="Else where that is native")] = None,
    threads: Annotated[int | None, typer.Option()] = None,
) -> None:
    """Train decoders of street scenes, every one with the first seed first."""
    if threads:
        torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    names = list(DECODERS) if decoders == ["all"] else decoders
    fast = native_bfloat16() if bfloat16 is None else bfloat16
    train, val = Scenes(folder, "train"), Scenes(folder, "val")
    for number in seed or [0]:
        for name in names:
            encoder = encoder_of(name)
            plan = Plan(
                name, epochs, batch, rate, copies=copies, memory=memory, seed=number, bfloat16=fast
            )
            made = [features(train, encoder, cache, copy, print) for copy in range(copies)]
            looked = features(val, encoder, cache, 0, print)
            trainer = Trainer(plan, made, looked, train.frequencies, out / f"{name}-{number}")
            trainer.run(lambda at, plan=plan: _report(plan, at))  # type: ignore[misc]
            export(trainer, undone)


def _report(plan: Plan, at: Standing) -> None:
    print(f"{plan.decoder} seed {plan.seed}: {json.dumps(at.log[-1])}", flush=True)


def export(trainer: Trainer, undone: float) -> None:
    """The weights in float16 with which it decides, the settings, and how they came about."""
    network = decided(trainer.average.module, trainer.weights, undone)
    out, state = trainer.folder, network.state_dict()
    half = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    save_file({k: v.contiguous() for k, v in half.items()}, out / MODEL_FILE)
    settings = settings_of(trainer.plan.decoder)
    (out / "config.json").write_text(json.dumps(settings, indent=2) + "\n")
    last = {"undone": undone} | noted(trainer.look(network))
    log = {"plan": asdict(trainer.plan), "log": trainer.progress.log, "decided": last}
    (out / "training.json").write_text(json.dumps(log, indent=1) + "\n")


if __name__ == "__main__":
    try:
        typer.run(main)
    except InputError as error:
        sys.exit(str(error))
