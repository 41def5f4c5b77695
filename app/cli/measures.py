"""What a data set's rows say of one input: statistics, saliency, alignment or an embedding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow

from foveate.app.cli.files import bytes_of
from foveate.app.cli.inputs import Kind, Row, What
from foveate.app.cli.pairs import Pairs
from foveate.app.cli.terminal import opened
from foveate.app.runtime.decoding import BATCH_SECONDS, Decoder
from foveate.app.wire.arrays import Statistics
from foveate.app.wire.view import saliency_of
from foveate.models.analysis.heatmap import by_patch
from foveate.models.catalog.card import Card
from foveate.models.catalog.load import Precision, load
from foveate.models.errors import InputError
from foveate.models.inputs.photo import RESOLUTIONS
from foveate.models.inputs.text import clean
from foveate.models.trace import Trace

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is worked out, of which kind of inputs, by which model, and how."""

    what: What
    kind: Kind
    model: str | None
    catalog: Path | None
    precision: Precision
    resolution: int
    beam: int
    threshold: float

    def cards(self) -> list[Card]:
        """The models at work, the asked one first. Raises InputError."""
        if self.kind == "photos" and self.what is What.alignment:
            raise InputError("--what alignment is of sentences: give a table with a column source.")
        if self.kind == "sentences" and self.what is What.saliency:
            raise InputError("--what saliency is of photos: give a folder, or a column path.")
        known = opened(self.catalog)
        if self.resolution not in RESOLUTIONS:
            listed = ", ".join(map(str, RESOLUTIONS))
            raise InputError(f"--resolution {self.resolution} is unknown: give one of {listed}.")
        if self.kind == "photos":
            return [known.card(self.model, "image")]
        if self.what is not What.alignment:
            return [known.card(self.model, "sentence")]
        card = known.card(self.model, "translation")
        return [card] if card.reverse is None else [card, known.card(card.reverse, "translation")]

    def schema(self) -> pyarrow.Schema:
        """The columns of the file: one row an input, null where its `error` says why."""
        return pyarrow.schema([*_INPUT[self.kind], *_FOUND[self.what], *_TOLD])

    def measure(self, folder: Path) -> Callable[[Row], Values]:
        """What works out a row, with its model loaded. Paths are relative to `folder`."""
        if self.what is What.alignment:
            return _Alignments(self).of
        return _Photos(self, folder).of if self.kind == "photos" else _Sentences(self).of


_NUMBER, _WORDS = pyarrow.int32(), pyarrow.list_(pyarrow.string())
_HEAD = pyarrow.struct(
    [
        ("site", pyarrow.string()),
        ("layer", _NUMBER),
        ("head", _NUMBER),
        ("entropy", pyarrow.float32()),
        ("distance", pyarrow.float32()),
    ]
)
_LINK = pyarrow.struct([("source", _NUMBER), ("target", _NUMBER), ("strength", pyarrow.float32())])
_ROW = ("row", pyarrow.int64())
_INPUT = {
    "photos": [_ROW, ("path", pyarrow.string()), ("width", _NUMBER), ("height", _NUMBER)],
    "sentences": [_ROW, ("source", pyarrow.string()), ("target", pyarrow.string())],
}
_FOUND = {
    What.statistics: [("heads", pyarrow.list_(_HEAD))],
    What.saliency: [
        ("rows", _NUMBER),
        ("columns", _NUMBER),
        ("saliency", pyarrow.list_(pyarrow.float32())),
    ],
    What.embeddings: [("embedding", pyarrow.list_(pyarrow.float32()))],
    What.alignment: [
        ("source_words", _WORDS),
        ("target_words", _WORDS),
        ("links", pyarrow.list_(_LINK)),
        ("pharaoh", pyarrow.string()),
    ],
}
_TOLD = [("notes", _WORDS), ("error", pyarrow.string())]
EMBEDDINGS = ("embedding", "features")  # outputs that are one vector an input


class _Photos:
    def __init__(self, asked: Asked, folder: Path) -> None:
        self._asked, self._folder = asked, folder
        # By the service's door: a file that crashes its decoder ends neither the run nor the rest.
        self._decoder = Decoder(1, BATCH_SECONDS)
        self._model = load(asked.cards()[0], asked.precision, fetch=False)

    def of(self, row: Row) -> Values:
        if row["path"] is None:
            raise InputError("path is empty: name a photo.", "path")
        photo = self._decoder.decode(bytes_of(self._folder / row["path"]))
        trace = self._model.trace(photo, self._asked.resolution)
        size = {"width": photo.width, "height": photo.height, "notes": list(photo.notes)}
        return size | _found(self._asked.what, trace)


class _Sentences:
    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._model = load(asked.cards()[0], asked.precision, fetch=False)

    def of(self, row: Row) -> Values:
        reading = self._model.trace(self._model.read(clean(row["source"] or "", "source")))
        return {"notes": list(reading.text.notes)} | _found(self._asked.what, reading.trace)


class _Alignments:
    def __init__(self, asked: Asked) -> None:
        self._beam = asked.beam
        self._pairs = Pairs(asked.model, asked.catalog, asked.threshold, lambda _: None)

    def of(self, row: Row) -> Values:
        found = self._pairs.translate(row["source"] or "", row["target"], self._beam)
        aligned = self._pairs.align(found)
        return {
            "target": aligned.target.text,
            "source_words": aligned.source_words,
            "target_words": aligned.target_words,
            "links": [asdict(link) for link in aligned.links],
            "pharaoh": aligned.pharaoh,
            "notes": [*aligned.source.notes, *aligned.target.notes],
        }


def _found(what: What, trace: Trace) -> Values:
    """What a trace says. Raises InputError where its model does not say that."""
    if what is What.statistics:
        heads = Statistics.of(trace).heads
        return {"heads": [head.model_dump(include=set(_HEAD.names)) for head in heads]}
    if what is What.saliency:
        values = by_patch(saliency_of(trace), trace.photo.grid)
        rows, columns = values.shape
        return {"rows": rows, "columns": columns, "saliency": values.flatten().tolist()}
    for name in EMBEDDINGS:
        if name in trace.outputs:
            return {"embedding": trace.outputs[name].value().flatten().tolist()}
    raise InputError(f"{trace.model} has no embedding: choose dinov2-small, or minilm for texts.")
