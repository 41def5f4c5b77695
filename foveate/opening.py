"""Opening a model: by a name of the catalog, by the folder it lies in, or as it is in memory."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image
from torch import nn

from foveate.models.catalog.adding import shown_by
from foveate.models.catalog.card import Task
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import Precision, architecture, dtype, load
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.inputs.photo import Photo, read_photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.inputs.text import clean
from foveate.models.inputs.video import is_video, read_clip
from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.translation.alignment import AligningHead
from foveate.models.zoo.clips import clip_model
from foveate.models.zoo.image.vit import VisionTransformer
from foveate.views import ClipView, PhotoView, TextView, TranslationView, View

RESOLUTION = 224  # pixels: a saved view is about 5 MB
CLIP_RESOLUTION, FRAMES = 336, 24
Picture = str | Path | bytes | Image.Image | Photo
Asked = tuple[int | None, float | None, float | None]  # frames, start, end


def open(
    model: str | Path | nn.Module,
    precision: Precision = "auto",
    *,
    processor: Any = None,
    fetch: bool = True,
) -> Model:
    """A model by its name in the catalog, by its folder, or a vision model of transformers itself.

    Weights of the catalog are fetched if need be, and `fetch` allows it. A folder is one that
    transformers' `save_pretrained` wrote. A model in memory attends from now on by the same fused
    kernel through foveate's recording; `processor` is its image processor, without which pixels are
    normalised as ImageNet's. Raises WeightsError where weights cannot be had, Unrecordable for a
    model whose attention cannot be shown, InputError for a name that is not listed.
    """
    if isinstance(model, nn.Module):
        settings = processor.to_dict() if processor is not None else {"do_normalize": True}
        live = VisionTransformer.of(model, Preparation.read(settings))
        return Model(live.name, "image", live)
    folder, cards = Path(model).expanduser(), Catalog.at_hand()
    if str(model) in cards:
        card = cards[str(model)]
        loaded = load(card, precision, fetch=fetch)
        return Model(card.name, card.task, loaded, card.aligner, card.languages or ())
    if folder.is_dir():
        task, zoo = shown_by(folder)
        made = architecture(folder.name, task, zoo)(folder.resolve().name, folder, dtype(precision))
        return Model(folder.resolve().name, task, made)
    raise InputError(
        f"model {str(model)!r} is no folder and not in the catalog: {', '.join(cards)}.", "model"
    )


class Model:
    """A model that is open; `zoo` is its class of models/zoo. May be used from any thread."""

    def __init__(
        self,
        name: str,
        task: Task,
        zoo: Any,
        aligner: AligningHead | None = None,
        languages: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.task = task
        self.zoo = zoo
        self.aligner = aligner
        self.languages = languages

    def __repr__(self) -> str:
        return f"<foveate.Model {self.name}: {self.task}, {self.zoo.precision}>"

    def trace(
        self,
        given: Picture | Clip | str,
        *,
        resolution: int | None = None,
        pair: str | None = None,
        target: str | None = None,
        beam: int = 1,
        intervention: Intervention = UNTOUCHED,
        frames: int | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> View:
        """What the model attends to in a photo, a clip or a text, by what it is a model of.

        A vision transformer also takes a video: a file that is one, an animated image where
        `frames` says how many are taken (8 to 48, else 24), or a Clip; `start` and `end` in seconds
        choose a part, and 336 is the usual resolution.

        A photo is a path, bytes, a PIL image or a Photo, its longest side seen at `resolution`
        pixels, usually 224. A text may have a `pair` that is read with it; one that is translated
        may have the `target` to be written, else it is found with `beam` hypotheses. An
        `intervention` sets gates, cuts skips and the like, of models that offer it. Raises
        InputError.
        """
        if intervention.key and self.task != "image":
            raise InputError(
                f"{self.name} reads text: nothing can be changed in it.", "intervention"
            )
        match self.task:
            case "image" | "video":
                asked = (frames, start, end)
                clip = clip_of(given, asked, self.task == "video")
                if clip is not None:
                    seeing, side = clip_model(self.zoo), resolution or CLIP_RESOLUTION
                    seen = seeing.trace(clip, side)
                    return ClipView(seen, clip, side, seeing.precision)
                photo, side = _photo(given), resolution or RESOLUTION
                return PhotoView(
                    self.zoo.trace(photo, side, intervention), photo, side, self.zoo.precision
                )
            case "sentence":
                reading = self.zoo.trace(self.zoo.read(clean(_text(given)), pair and clean(pair)))
                return TextView(reading.trace, reading)
            case "translation":
                return self._translation(clean(_text(given)), target, beam)

    def _translation(self, text: str, target: str | None, beam: int) -> TranslationView:
        source = self.zoo.read(text)
        if target is None:
            found = self.zoo.translate([source], beam)[0]
        else:
            found = self.zoo.force(source, self.zoo.read_target(clean(target, "target")))
        return TranslationView(found.trace, found, self.name, self.aligner, self.languages)


def clip_of(given: object, asked: Asked, always: bool) -> Clip | None:
    """What is given as a clip, where it is one, or is to be seen as one. Raises InputError."""
    if isinstance(given, Clip):
        return given
    path = Path(given) if isinstance(given, str | Path) else None
    data = given if isinstance(given, bytes) else b""
    if path is not None and path.is_file():
        data = path.read_bytes()
    if not (always or any(part is not None for part in asked) or is_video(data)):
        return None
    if not data:
        raise InputError(f"{given!r} is no video: give a file, its bytes or a Clip.", "given")
    frames, start, end = asked
    return read_clip(data, Sampling(frames or FRAMES, start, end))


def _photo(given: Picture | Clip) -> Photo:
    """Raises InputError for what is no photo."""
    match given:
        case Clip():
            raise InputError("this model reads photos, and was given a clip.", "given")
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
