"""What the zoo's models offer, by task: a card of the catalog loads to one of these.

A model is one class in one file under zoo/image, zoo/text or zoo/translation, made by
`Class(name, folder, dtype)`; where its published weights have a format of their own, its static
`convert(source, folder)` writes them as safetensors. All of it may run in any thread, and what it
raises for a visitor's input is InputError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Protocol, runtime_checkable

from torch import Tensor

from foveate.models.analysis.cam import CamMethod
from foveate.models.analysis.receptive import LayerView
from foveate.models.attention import Values
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.text import Text
from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.trace import Trace
from foveate.models.translation.guidance import FREE, Guidance
from foveate.models.translation.result import Reading, Translation, Watch
from foveate.models.zoo.embedding import EmbeddedPatch

Spans = Sequence[tuple[int, int]]  # where given words begin and end in a text


class Model(Protocol):
    """What every model says of itself: memory in bytes, and the precision it computes in.

    A small one may say how many `threads` it runs on at most: what more gain, they lose by waiting.
    """

    name: str
    precision: str

    @property
    def nbytes(self) -> int: ...


class ImageModel(Model, Protocol):
    """A model of photos: its trace has a PhotoFrame, and says what interventions it `offers`.

    One that is not offered raises InputError.
    """

    def trace(
        self, photo: Photo, resolution: int, intervention: Intervention = UNTOUCHED
    ) -> Trace: ...

    def values(
        self, photo: Photo, resolution: int, site: str, intervention: Intervention = UNTOUCHED
    ) -> Values: ...


@runtime_checkable
class Classifier(ImageModel, Protocol):
    """A model that may classify photos: its trace then has the output `classes` (1, classes), whose
    labels are the classes' names, else `labels` is empty.

    `probabilities` are those of photos of one size (photos, classes), from a pass without a trace;
    it raises InputError where there are no classes.
    """

    @property
    def labels(self) -> tuple[str, ...]: ...

    def probabilities(self, photos: Sequence[Photo], resolution: int) -> Tensor: ...


@runtime_checkable
class PatchModel(ImageModel, Protocol):
    """A model whose `embedding` says how a patch (row, column) becomes a token, with the kernel of
    one channel; it raises InputError where the model makes none, or none of that number.
    """

    def embedding(
        self, photo: Photo, resolution: int, patch: tuple[int, int], channel: int
    ) -> EmbeddedPatch: ...


@runtime_checkable
class DrawnModel(ImageModel, Protocol):
    """A network that is drawn part by part: `pictures` are how strong each part's map is (rows,
    columns), by the names of the trace's network, worked out by a pass of their own.
    """

    def pictures(
        self, photo: Photo, resolution: int, intervention: Intervention = UNTOUCHED
    ) -> Mapping[str, Tensor]: ...


@runtime_checkable
class ConvolutionalModel(Classifier, Protocol):
    """A classifier of photos that is a chain of convolutions: its trace has no sites.

    `layers` says of each layer where its units look. `class_map` is what speaks for a class in a
    layer (rows, columns), `class_maps` that of every layer, `unit_share` what each pixel of the
    input has in a unit (height, width); all are worked out by passes of their own.
    """

    def layer(self, name: str | None) -> str: ...

    def layers(self, photo: Photo, resolution: int) -> Mapping[str, LayerView]: ...

    def class_map(
        self, photo: Photo, resolution: int, method: CamMethod, number: int, layer: str
    ) -> Tensor: ...

    def class_maps(
        self, photo: Photo, resolution: int, method: CamMethod, number: int
    ) -> Mapping[str, Tensor]: ...

    def unit_share(
        self,
        photo: Photo,
        resolution: int,
        layer: str,
        row: int,
        column: int,
        channel: int | None = None,
    ) -> Tensor: ...


@runtime_checkable
class VideoModel(Model, Protocol):
    """A model of clips: its trace has a ClipFrame, whose axis counts the frames.

    Frames that attend apart are a partition of that axis; time and space together are one site.
    `frames` is the number that it takes, None for any. `most` is how many bytes of queries and keys
    a trace may keep: more raise OversizedInput. Its trace says what interventions it `offers`: any
    other raises InputError.
    """

    @property
    def frames(self) -> int | None: ...

    def trace(
        self,
        clip: Clip,
        resolution: int,
        most: float = inf,
        intervention: Intervention = UNTOUCHED,
    ) -> Trace: ...

    def values(self, clip: Clip, resolution: int, site: str) -> Values: ...


@runtime_checkable
class EmbeddingModel(Model, Protocol):
    """A model of texts whose tokens begin as rows of a table: `embeddings` (vocabulary, width), one
    row an id; `piece` is what an id stands for.
    """

    def embeddings(self) -> Tensor: ...

    def piece(self, number: int) -> str: ...


class SentenceModel(Model, Protocol):
    """An encoder or a language model: its trace has a TextFrame. Texts of as many tokens each may
    go through it together.
    """

    def read(self, text: str, pair: str | None = None) -> Text: ...

    def trace(self, text: Text) -> Reading: ...

    def trace_several(self, texts: Sequence[Text]) -> list[Reading]: ...

    def values(self, text: Text, site: str) -> Values: ...


class TranslationModel(Model, Protocol):
    """An encoder-decoder: its trace has a TranslationFrame. See models/zoo/translation."""

    def read(self, text: str, spans: Spans | None = None) -> Text: ...

    def read_target(self, text: str, spans: Spans | None = None) -> Text: ...

    def translate(
        self,
        sources: Sequence[Text],
        beam: int = 1,
        watch: Watch | None = None,
        guidance: Guidance = FREE,
    ) -> list[Translation]: ...

    def force(
        self, source: Text, target: Text, forced: bool = True, guidance: Guidance = FREE
    ) -> Translation: ...

    def values(
        self, source: Text, target: Text, site: str, guidance: Guidance = FREE
    ) -> Values: ...
