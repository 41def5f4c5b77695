"""`foveate add`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.app.cli.terminal import notes, opened
from foveate.models.errors import InputError

if TYPE_CHECKING:
    from foveate.models.catalog.card import Card
    from foveate.models.inputs.clip import Clip
    from foveate.models.inputs.photo import Photo
    from foveate.models.zoo.base import ConvolutionalModel

REPOSITORY = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?")
SENTENCE = "The animal did not cross the street."
Words = Annotated[str | None, typer.Option()]


def add(
    model: Annotated[str, typer.Argument(help="A folder, or OWNER/NAME[@REVISION] of the Hub")],
    name: Annotated[str | None, typer.Option(help="What it is called; else by its folder")] = None,
    licence: Annotated[str | None, typer.Option(help="Where its model card does not say")] = None,
    paper: Annotated[
        str | None, typer.Option(help="Authors and year, for an unknown family")
    ] = None,
    paper_url: Annotated[str | None, typer.Option(help="Where to read it (https)")] = None,
    credit: Annotated[str | None, typer.Option(help="Who made it")] = None,
    languages: Annotated[
        str | None,
        typer.Option(help="What it reads and writes: en,fr or eng-Latn,fra-Latn"),
    ] = None,
) -> None:
    """List a model of one's own: its card is worked out from its folder, and it is tried."""
    from foveate.models.catalog.adding import draft, slug, unknown, write
    from foveate.models.catalog.catalog import own_file

    folder, source, owner = _located(model)
    given = {"name": name, "licence": licence, "paper": paper, "paper_url": paper_url}
    given |= {"credit": credit or owner, "languages": languages}
    for field in unknown(folder, given):
        given[field] = _asked(field)
    card = draft(folder, source, given)
    if card.name in opened(None):
        raise InputError(
            f"model {card.name!r} is listed already: give another --name, or take its table out of "
            f"{own_file()}.",
            "name",
        )
    _tell(card)
    write(card, own_file())
    notes.print(f"Listed in {own_file()}.", highlight=False, soft_wrap=True)
    page = {"image": "", "video": "video"}.get(card.task, "sentence")
    notes.print(f"Next: foveate serve, then /{page}?model={slug(card.name)}", highlight=False)


def _located(model: str) -> tuple[Path, dict[str, Any], str | None]:
    """The folder, the card's source without its checksum, and whose it is where that is known."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder, {"kind": "folder", "path": str(folder.resolve())}, None
    found = REPOSITORY.fullmatch(model)
    if not found:
        raise InputError(
            f"{model!r} is no folder and no repository: give a folder that transformers saved, or "
            "OWNER/NAME of the Hugging Face Hub.",
            "model",
        )
    from foveate.models.weights.hub import resolved, snapshot

    repository, revision = found["repository"], resolved(found["repository"], found["revision"])
    source = {"kind": "hub", "repository": repository, "revision": revision}
    return snapshot(repository, revision), source, repository.partition("/")[0]


def _asked(field: str) -> str | None:
    """What the user says where a terminal is there to ask; else nothing, and the card says so."""
    if not notes.is_terminal:
        return None
    return str(typer.prompt(f"Its {field.replace('_', ' ')}", err=True)).strip() or None


def _tell(card: Card) -> None:
    """Loads the model, shows it something, and says what there is to see. Raises WeightsError."""
    from foveate.models.analysis.verdict import verdict
    from foveate.models.catalog.load import load
    from foveate.models.zoo.base import ConvolutionalModel

    notes.print(f"{card.title}: {card.paper}. Licence: {card.licence}.", highlight=False)
    zoo = load(card, "float32", notes.print)
    if isinstance(zoo, ConvolutionalModel):
        notes.print(_classified(zoo))
        return
    trace = _tried(card, zoo)
    sites = trace.attended
    kinds = {site.attention.kind for site in sites}
    layers, heads = len({(s.stack, s.layer) for s in sites}), max(site.heads for site in sites)
    notes.print(f"{layers} layers of up to {heads} heads, recorded as {', '.join(sorted(kinds))}.")
    if any(output.labels for output in trace.outputs.values()):
        notes.print(f"A verdict in words ({verdict(trace, 1)[0].label}, of a sample).")


def _tried(card: Card, zoo: Any) -> Any:
    """The trace of one pass over a sample, so that a model that cannot be shown is not listed."""
    if card.task == "sentence":
        return zoo.trace(zoo.read(SENTENCE)).trace
    if card.task == "translation":
        return zoo.translate([zoo.read(SENTENCE)])[0].trace
    if card.task == "video":
        return zoo.trace(_clip(zoo.frames), 224)
    return zoo.trace(_photo(), 224)


def _classified(zoo: ConvolutionalModel) -> str:
    """What there is to see of a network without attention, and its verdict on a sample."""
    from foveate.models.analysis.verdict import verdict

    photo = _photo()
    layers, first = zoo.layers(photo, 224), verdict(zoo.trace(photo, 224), 1)[0]
    return (
        f"{len(layers)} layers of convolutions: a verdict in words ({first.label}, of a sample), "
        "class activation maps, receptive fields."
    )


def _photo() -> Photo:
    from foveate.app.runtime.samples import sample_bytes, samples
    from foveate.models.inputs.photo import read_photo

    return read_photo(sample_bytes(next(iter(samples()))))


def _clip(frames: int) -> Clip:
    """A sample with as many frames as a model takes, whatever a visitor may choose."""
    from foveate.app.runtime.samples import video_bytes, videos
    from foveate.models.inputs.clip import Clip, Sampling
    from foveate.models.inputs.video import read_clip

    found = read_clip(video_bytes(next(iter(videos()))), Sampling())
    chosen = [number * len(found.frames) // frames for number in range(frames)]
    return Clip(
        tuple(found.frames[n] for n in chosen),
        tuple(found.times[n] for n in chosen),
        found.duration,
    )
