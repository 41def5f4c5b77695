"""Opening a model: by a name of the catalog or the folder it lies in."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from foveate.views import PhotoView, TextView, TranslationView, View
from models.catalog.card import Card
from models.catalog.catalog import Catalog
from models.catalog.load import Precision, load
from models.errors import InputError
from models.inputs.photo import Photo, read_photo
from models.inputs.text import clean

RESOLUTION = 224  # pixels: a saved view is about 7 MB
Picture = str | Path | bytes | Image.Image | Photo


def open(model: str | Path, precision: Precision = "auto", *, fetch: bool = True) -> Model:
    """A model by its name in the catalog, its weights fetched if need be.

    Raises WeightsError where they cannot be had, InputError for a name that is not listed.
    """
    cards = Catalog()
    if str(model) not in cards:
        raise InputError(
            f"model {str(model)!r} is not in the catalog: {', '.join(cards)}.", "model"
        )
    card = cards[str(model)]
    return Model(card, load(card, precision, fetch=fetch))


class Model:
    """A model that is loaded; `zoo` is its class of models/zoo. May be used from any thread."""

    def __init__(self, card: Card, zoo: Any) -> None:
        self.card = card
        self.zoo = zoo

    @property
    def name(self) -> str:
        return self.card.name

    def __repr__(self) -> str:
        return f"<foveate.Model {self.name}: {self.card.title}, {self.zoo.precision}>"

    def trace(
        self,
        given: Picture | str,
        *,
        resolution: int = RESOLUTION,
        pair: str | None = None,
        target: str | None = None,
        beam: int = 1,
    ) -> View:
        """What the model attends to in a photo or a text, by what it is a model of.

        A photo is a path, bytes, a PIL image or a Photo, its longest side seen at `resolution`
        pixels. A text may have a `pair` that is read with it; one that is translated may have the
        `target` to be written, else it is found with `beam` hypotheses. Raises InputError.
        """
        match self.card.task:
            case "image":
                return self._photo(_photo(given), resolution)
            case "sentence":
                reading = self.zoo.trace(self.zoo.read(clean(_text(given)), pair and clean(pair)))
                return TextView(reading.trace, reading)
            case "translation":
                return self._translation(clean(_text(given)), target, beam)

    def _photo(self, photo: Photo, resolution: int) -> PhotoView:
        trace = self.zoo.trace(photo, resolution)
        return PhotoView(trace, photo, resolution, self.zoo.precision)

    def _translation(self, text: str, target: str | None, beam: int) -> TranslationView:
        source = self.zoo.read(text)
        if target is None:
            found = self.zoo.translate([source], beam)[0]
        else:
            found = self.zoo.force(source, self.zoo.read_target(clean(target, "target")))
        return TranslationView(found.trace, found, self.card)


def _photo(given: Picture) -> Photo:
    """Raises InputError for what is no photo."""
    match given:
        case Photo():
            return given
        case Image.Image():
            file = io.BytesIO()
            given.save(file, "PNG")
            return read_photo(file.getvalue())
        case bytes():
            return read_photo(given)
    path = Path(given)
    if not path.is_file():
        raise InputError(f"there is no file {str(given)!r}: give a photo.", "photo")
    return read_photo(path.read_bytes())


def _text(given: object) -> str:
    if isinstance(given, str):
        return given
    raise InputError(f"this model reads text, and was given {type(given).__name__}.", "text")
