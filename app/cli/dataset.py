"""`foveate dataset`: any number of photos or sentences to one Parquet file, a row an input."""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from foveate.app.cli.inputs import Inputs, What, read_inputs
from foveate.app.cli.lock import alone
from foveate.app.cli.terminal import CannotStart, CatalogOption, notes
from foveate.app.wire.choices import Precision
from foveate.models.errors import InputError

if TYPE_CHECKING:
    from foveate.app.cli.measures import Asked
    from foveate.app.cli.rows import Task
    from foveate.app.cli.shards import Job, Shards


def dataset(
    place: Annotated[Path, typer.Argument(help="A folder of photos, or a table", exists=True)],
    output: Annotated[Path, typer.Option("-o", "--output", help="A file that ends in .parquet")],
    what: Annotated[What, typer.Option(help="saliency of photos, alignment of sentences")] = (
        What.statistics
    ),
    model: Annotated[str | None, typer.Option()] = None,
    catalog: CatalogOption = None,
    resolution: Annotated[int, typer.Option(help="Longest side: 224, 448 or 644")] = 448,
    precision: Annotated[Precision, typer.Option(help="auto takes what is native")] = "auto",
    beam: Annotated[int, typer.Option(min=1, max=8, help="1 is greedy")] = 1,
    threshold: Annotated[float, typer.Option(min=0.01, max=1, help="Least strength")] = 0.3,
    shard: Annotated[int, typer.Option(min=1, help="Inputs that a kill may cost a worker")] = 64,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else a core each")] = None,
    ray: Annotated[bool, typer.Option("--ray", help="By Ray Data, on RAY_ADDRESS or here")] = False,
    resume: Annotated[bool, typer.Option(help="Go on with what a former run has done")] = True,
    retry: Annotated[
        bool, typer.Option("--retry", help="Do again the rows that have an error, and no others")
    ] = False,
) -> None:
    """Trace a whole data set: a row an input, a bad one's row with a sentence on what is wrong.

    The status is 1 where every row has an error, 2 where the run cannot go on (its parts are kept)
    or another is at work on the same output.
    """
    if find_spec("pyarrow") is None:
        raise CannotStart("This needs the package pyarrow: pip install 'foveate[dataset]'.")
    from foveate.app.cli.measures import Asked
    from foveate.app.cli.rows import Task
    from foveate.app.cli.shards import Shards
    from foveate.models.catalog.load import prepare

    if output.suffix != ".parquet":
        raise InputError(f"cannot write {output}: end it in .parquet.")
    if retry and not resume:
        raise InputError("--retry is of a run that is there: leave out --no-resume.")
    inputs, catalog = read_inputs(place), catalog and catalog.absolute()
    asked = Asked(what, inputs.kind, model, catalog, precision, resolution, beam, threshold)
    cards = asked.cards()
    with alone(output.absolute()):
        for card in cards:
            prepare(card, notes.print)
        shards = Shards(output.absolute(), _run(asked, inputs, shard), asked.schema())
        jobs = _jobs(inputs, shard)
        if _is_left(shards, jobs, resume, retry):
            left = shards.left(jobs, retry)
            if left:
                _make(Task(asked, inputs.folder, shards), jobs, left, workers, ray)
            shards.end(jobs)
            _say(f"wrote {output}")
        else:
            _say(f"{output} is there already, of the same run: nothing to do")
        _tell(len(inputs.rows), shards.errors())


def _is_left(shards: Shards, jobs: list[Job], resume: bool, retry: bool) -> bool:
    """Whether there is something to do, with all parts at hand. Raises CannotStart."""
    if shards.begin(resume):
        return True
    if retry and shards.errors():
        shards.reopen(jobs)
        return True
    shards.clear()  # a kill may have left them
    return False


def _run(asked: Asked, inputs: Inputs, shard: int) -> str:
    """What decides the file's rows, as JSON: a run that was killed is gone on with by the same."""
    from foveate.models.catalog.load import dtype

    said: dict[str, object] = {
        "foveate": version("foveate"),
        "what": asked.what,
        "inputs": f"{len(inputs.rows)} {inputs.kind}",
        "digest": inputs.digest,
        "models": {card.name: card.source.sha256 for card in asked.cards()},
        "precision": str(dtype(asked.precision)),
        "shard": shard,
    }
    if inputs.kind == "photos":
        said["resolution"] = asked.resolution
    if asked.what == "alignment":
        said |= {"beam": asked.beam, "threshold": asked.threshold}
    return json.dumps(said, sort_keys=True)


def _jobs(inputs: Inputs, size: int) -> list[Job]:
    from foveate.app.cli.shards import Job

    firsts = range(0, len(inputs.rows), size)
    return [Job(number, at, inputs.rows[at : at + size]) for number, at in enumerate(firsts)]


def _make(task: Task, jobs: list[Job], left: list[Job], workers: int | None, ray: bool) -> None:
    """Works out what is left, telling how far it is. Ends the command where it is interrupted."""
    from foveate.app.cli.pool import locally
    from foveate.app.cli.raydata import on_ray

    columns = TextColumn("Tracing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=notes) as progress:
        rows = sum(len(job.rows) for job in jobs)
        before = rows - sum(len(job.rows) for job in left)
        bar = progress.add_task("", total=rows, completed=before)
        if before:
            progress.console.print(f"{before} of {rows} rows are there from a former run")
        try:
            for done in on_ray(task, left, workers) if ray else locally(task, left, workers):
                progress.advance(bar, done)
        except KeyboardInterrupt:
            _say("stopped: the shards that are done are kept, and the same command goes on")
            raise typer.Exit(130) from None


def _tell(rows: int, errors: list[str]) -> None:
    """How many rows there are, and have an error; the status is 1 where it is all of them."""
    if len(errors) == rows:
        _say(f"every row of {rows} has an error, the first: {errors[0]}")
        raise typer.Exit(1)
    _say(
        f"{rows} rows"
        + (f", {len(errors)} of them with an error: --retry does these again" if errors else "")
    )


def _say(line: str) -> None:
    notes.print(escape(line), highlight=False, soft_wrap=True)
