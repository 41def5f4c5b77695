"""Trains a translator of the lab: python -m foveate.models.training additive --data FOLDER.

FOLDER holds NAME.train.tsv and NAME.val.tsv (or .tsv.xz) for every corpus of the mixture. The run
goes to --out, resumes from there, and leaves the weights as float16 beside their log.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import sentencepiece
import torch
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors.torch import load_file, save_file

from foveate.models.catalog.load import native_bfloat16
from foveate.models.errors import InputError
from foveate.models.evaluation import scores
from foveate.models.inputs.text import MAX_TOKENS
from foveate.models.training import pairs
from foveate.models.training.run import Plan, Standing, Trainer
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.translation.trained import PIECES_FILE, SETTINGS_FILE

RECURRENT = {"embedding": 192, "hidden": 384}
SIZES = {"transformer": {"width": 192, "heads": 4, "inner": 768, "encoder": 3, "decoder": 2}}
ZOO = {
    "fixed": "fixed:Fixed",
    "additive": "additive:AdditiveTranslator",
    "dot": "multiplicative:DotTranslator",
    "general": "multiplicative:GeneralTranslator",
    "concat": "multiplicative:ConcatTranslator",
    "transformer": "transformer:Transformer",
}
MIX = "tatoeba:0.11,multi30k:1,hansards:0.057"
LOOK = 100  # validation pairs of each corpus a look


def network(model: str, vocabulary: int, dropout: float) -> tuple[Any, dict[str, Any]]:
    """An untrained network and the settings that make it again."""
    module, name = ZOO[model].split(":")
    size = {"vocabulary": vocabulary, **SIZES.get(model, RECURRENT)}
    made = getattr(importlib.import_module(f"foveate.models.zoo.translation.{module}"), name)
    return made.network_of(dropout=dropout, **size), size


def main(
    model: Annotated[str, typer.Argument(help=", ".join(ZOO))],
    folder: Annotated[Path, typer.Option("--data", help="Folder of NAME.train.tsv files")],
    out: Annotated[Path | None, typer.Option(help="The run's folder; build/MODEL")] = None,
    mix: Annotated[str, typer.Option(help="How often an epoch takes each corpus")] = MIX,
    vocabulary: Annotated[Path, typer.Option(help="Made where it is not there")] = Path(
        "build/pieces.spm"
    ),
    pieces: Annotated[int, typer.Option(help="Size of a vocabulary that is made")] = 8000,
    tokens: Annotated[float, typer.Option(help="Target tokens in all")] = 20e6,
    batch: Annotated[int, typer.Option(help="Target tokens a step")] = 2400,
    rate: Annotated[float, typer.Option(help="Highest learning rate")] = 1e-3,
    dropout: Annotated[float, typer.Option()] = 0.15,
    start: Annotated[
        Path | None, typer.Option(help="A trained folder whose weights the run begins with")
    ] = None,
    sampled: Annotated[float, typer.Option(help="Scheduled sampling, share of words")] = 0.0,
    longest: Annotated[int, typer.Option(help="Pairs with more tokens are left out")] = 100,
    every: Annotated[int, typer.Option(help="Steps between looks at validation BLEU")] = 500,
    seed: Annotated[int, typer.Option()] = 1,
    bfloat16: Annotated[
        bool | None, typer.Option(help="Matrix products in bfloat16; else where that is native")
    ] = None,
    threads: Annotated[int | None, typer.Option()] = None,
) -> None:
    """Train one model of the lab."""
    if threads:
        torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    if model not in ZOO:
        raise InputError(f"model {model!r} is not in the zoo: give one of {', '.join(ZOO)}.")
    if longest > MAX_TOKENS:
        raise InputError(f"--longest {longest}: a translator reads {MAX_TOKENS} tokens at most.")
    out = out or Path("build") / model
    shares = _shares(mix)
    texts = {name: pairs.read_pairs(folder, f"{name}.train") for name in shares}
    if not vocabulary.is_file():
        vocabulary.parent.mkdir(parents=True, exist_ok=True)
        pairs.train_vocabulary(
            [pair for part in texts.values() for pair in part], vocabulary, pieces
        )
    spm = sentencepiece.SentencePieceProcessor(str(vocabulary))
    torch.manual_seed(seed)
    net, size = network(model, spm.get_piece_size(), dropout)
    if start is not None:
        net.load_state_dict({k: v.float() for k, v in load_file(start / MODEL_FILE).items()})
    mixture = pairs.Mixture({n: pairs.encode(spm, t) for n, t in texts.items()}, shares, longest)
    fast = _native() if bfloat16 is None else bfloat16
    plan = Plan(int(tokens), batch, rate, sampled=sampled, seed=seed, every=every, bfloat16=fast)
    values = {name: pairs.read_pairs(folder, f"{name}.val")[:LOOK] for name in shares}
    recipe = {
        "model": model,
        "mix": shares,
        "longest": longest,
        "dropout": dropout,
        "start": None if start is None else str(start),
        "vocabulary": hashlib.sha256(vocabulary.read_bytes()).hexdigest(),
    }
    trainer = Trainer(net, mixture, plan, out, lambda found: _scores(found, spm, values), recipe)
    progress = _run(trainer)
    _export(out, trainer, size, vocabulary)
    print(json.dumps(progress.log[-1]))


def _shares(mix: str) -> dict[str, float]:
    """NAME:SHARE,... as numbers by name. Raises InputError."""
    found = {}
    for part in mix.split(","):
        name, _, share = part.partition(":")
        try:
            found[name.strip()] = float(share)
        except ValueError:
            raise InputError(f"--mix has {part!r}: NAME:SHARE is expected, as in {MIX}.") from None
    return found


def _native() -> bool:
    return torch.cuda.is_bf16_supported() if torch.cuda.is_available() else native_bfloat16()


def _run(trainer: Trainer) -> Standing:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("loss {task.fields[loss]:.3f}  {task.fields[speed]:.0f} tokens/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as bar:
        task = bar.add_task("Training", total=trainer.plan.tokens, loss=0.0, speed=0.0)

        def report(done: Standing, loss: float) -> None:
            speed = done.tokens / max(done.seconds, 1e-9)
            bar.update(task, completed=done.tokens, loss=loss, speed=speed)
            if done.step % 50 == 0 and not bar.console.is_terminal:
                bar.console.print(
                    f"step {done.step} tokens {done.tokens} loss {loss:.3f} {speed:.0f} tokens/s"
                )

        return trainer.run(report)


def _scores(net: Any, spm: Any, values: dict[str, list[pairs.Pair]]) -> dict[str, float]:
    """BLEU on a part of every corpus's validation pairs; `score` is their mean."""
    import sacrebleu

    found = {}
    for name, held in values.items():
        written = scores.translate(net, spm, [source for source, _ in held])
        bleu = sacrebleu.corpus_bleu(written, [[target for _, target in held]])
        found[name] = round(bleu.score, 2)
    print(found, flush=True)
    return {"score": sum(found.values()) / len(found), **found}


def _export(out: Path, trainer: Trainer, size: dict[str, Any], vocabulary: Path) -> None:
    """The best weights in float16, the settings, the vocabulary, and how they came about."""
    save_file({k: v.contiguous() for k, v in trainer.best.items()}, out / MODEL_FILE)
    (out / SETTINGS_FILE).write_text(json.dumps(size, indent=2) + "\n")
    (out / PIECES_FILE).write_bytes(vocabulary.read_bytes())
    log = {"plan": trainer.recipe, "log": trainer.progress.log}
    (out / "training.json").write_text(json.dumps(log, indent=1) + "\n")


if __name__ == "__main__":
    try:
        typer.run(main)
    except InputError as error:
        sys.exit(str(error))
