"""A heatmap laid on a photo, as a picture. Colour tables are shared with the page."""

from __future__ import annotations

import io
import json
import math
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin
from torch import Tensor

from foveate.app.wire import view
from foveate.app.wire.choices import Colormap, ImageFormat, Lens, Look, Method, Picture
from foveate.models.analysis.heatmap import kept as kept_patches
from foveate.models.axis import Crop
from foveate.models.inputs.photo import Photo
from foveate.models.trace import Colour, Deferred, Trace

Floats = NDArray[np.float32]
TABLES = Path(__file__).parent.parent / "static" / "colormaps.json"
GAP = 2  # pixels between maps of a sheet
# Level 1: time matters more than size; runs alone are 9 to 20 percent smaller than zlib's own
# strategy makes heatmaps and photos, and take a little less time.
PNG: dict[str, Any] = {"format": "PNG", "compress_level": 1, "compress_type": zlib.Z_RLE}
FAINT = 1 / 3  # of an overlay's opacity where the colours say least: the photo stays readable there


@cache
def table(name: Colormap) -> NDArray[np.uint8]:
    """256 colours, dark or low first: (256, 3)."""
    digits = json.loads(TABLES.read_text())[name.value]
    return np.frombuffer(bytes.fromhex(digits), np.uint8).reshape(256, 3)


def picture_of(trace: Trace, photo: Photo, picture: Picture) -> Image.Image:
    """What a choice shows of a trace, drawn on its photo. Raises InputError."""
    values = view.heatmap_of(trace, picture)
    kept = kept_patches(values, picture.keep / 100).numpy()
    if picture.method is Method.saliency:
        return render(
            photo, trace.photo.crop, values.numpy(), picture, kept, full=float(values.max())
        )
    attention = view.drawn_site(trace, picture).attention
    middle, bounds = attention.neutral(), attention.bounds
    return render(photo, trace.photo.crop, values.numpy(), picture, kept, middle, bounds)


def map_picture(
    photo: Photo, crop: Crop, values: Tensor, look: Look, full: float | None = None
) -> Image.Image:
    """Values with a sign (rows, columns), drawn on the part of a photo that they are of: the
    diverging table has 0 at its centre, and what is negative is never kept. `full` as in `render`.
    """
    kept = kept_patches(values.clamp(min=0), look.keep / 100).numpy()
    return render(photo, crop, values.numpy(), look, kept, middle=0.0, full=full)


def frame_picture(photo: Photo, crop: Crop, maps: Tensor, step: int, look: Look) -> Image.Image:
    """A clip's frame seen through its map, one of `maps` (F, rows, columns): colours, what the
    filter keeps and what attenuation leaves as it is are those of all frames together.
    """
    kept = kept_patches(maps, look.keep / 100)[step].numpy()
    values, bounds = maps.numpy(), (float(maps.min()), float(maps.max()))
    middle = 1 / maps.numel()
    return render(photo, crop, values[step], look, kept, middle, bounds, _full(values))


def caption(trace: Trace, picture: Picture) -> str:
    """What the picture shows, in words: it travels inside the file."""
    if picture.method is Method.saliency:
        return f"{trace.model}, saliency"
    if picture.method is Method.rollout:
        of = f" of the {picture.stack}" if picture.stack else ""
        return f"{trace.model}, attention rollout{of}, query {picture.query}"
    if picture.method is Method.window_rollout:
        return f"{trace.model}, window rollout (approximate), query {picture.query}"
    site = view.drawn_site(trace, picture).name
    return f"{trace.model}, {site}, head {picture.head}, query {picture.query}"


def render(
    photo: Photo,
    crop: Crop,
    values: Floats,
    look: Look,
    kept: NDArray[np.bool_],
    middle: float | None = None,
    bounds: tuple[float, float] | None = None,
    full: float | None = None,
) -> Image.Image:
    """The photo seen through a heatmap.

    `values` (rows, columns) are laid on `crop`; `kept` is the mask that the filter lens shows;
    `middle`, if given, is what the diverging table has at its centre, and `bounds` are the ends of
    the colours, else the lowest and highest value; attenuation leaves the photo as it is from
    `full` on, else at the highest twentieth. What the patch grid does not cover was not seen
    by the model: it is darkened.
    """
    canvas = photo.image.copy()
    inside = box(photo, crop)
    size = inside[2] - inside[0], inside[3] - inside[1]
    under = canvas.crop(inside)
    diverging = look.colormap is Colormap.vik and middle is not None
    level = _normalised(values, middle if diverging else None, bounds)
    match look.lens:
        case Lens.overlay:
            levels = _levels(level, size, look.smooth)
            cover = levels.point(_cover(look.opacity, diverging))
            canvas = Image.blend(canvas, Image.new("RGB", canvas.size), look.opacity)
            canvas.paste(Image.composite(_coloured(levels, look.colormap), under, cover), inside)
        case Lens.heat:
            canvas = _coloured(_levels(level, size, look.smooth), look.colormap)
        case Lens.filter:
            canvas = _dimmed(canvas, inside, _resize(kept.astype(np.float32), size, smooth=False))
        case Lens.attenuate:
            full = _full(values) if full is None else full
            share = _resize((values / max(full, 1e-12)).clip(0, 1), size, look.smooth)
            gain = look.floor + (1 - look.floor) * share
            canvas = _dimmed(canvas, inside, gain, look.floor)
    return canvas


def levels(values: Floats) -> Image.Image:
    """Values 0..1 as a picture: (rows, columns) in greys, (rows, columns, 3) in colours."""
    return Image.fromarray((values * 255).round().clip(0, 255).astype(np.uint8))


def output(made: Deferred) -> Image.Image:
    """A mask or a picture as it is, a segmentation in its classes' colours."""
    found = made.value()
    return classes(found.numpy(), made.colours) if made.colours else levels(found.float().numpy())


def classes(numbers: NDArray[np.uint8], colours: Sequence[Colour]) -> Image.Image:
    """Numbers (rows, columns) in the colours that they stand for."""
    shades = np.array(colours, np.uint8)
    return Image.fromarray(shades[numbers])


def sheet(maps: Floats) -> Image.Image:
    """Feature maps (n, rows, columns) side by side on one scale, from the lowest value of all, in
    the sheet's first colour, to the highest: GAP pixels apart, about as many rows as columns.
    """
    count, rows, columns = maps.shape
    across = math.ceil(math.sqrt(count * rows / columns))
    down = math.ceil(count / across)
    shades = table(Colormap.viridis)[(_normalised(maps, None, None) * 255).round().astype(np.uint8)]
    whole = np.full((down * (rows + GAP) - GAP, across * (columns + GAP) - GAP, 3), 255, np.uint8)
    for number, shade in enumerate(shades):
        top, left = number // across * (rows + GAP), number % across * (columns + GAP)
        whole[top : top + rows, left : left + columns] = shade
    return Image.fromarray(whole)


def png(image: Image.Image, caption: str) -> bytes:
    """PNG bytes with the caption as their description."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Description", caption)
    buffer = io.BytesIO()
    image.save(buffer, **PNG, pnginfo=info)
    return buffer.getvalue()


def jpeg(image: Image.Image) -> bytes:
    """JPEG bytes in which no loss can be seen: pages paint the photo from them."""
    return encoded(image, "jpg")


def encoded(image: Image.Image, format: ImageFormat) -> bytes:
    """An image's bytes, in which no loss can be seen."""
    options: dict[str, Any] = {
        "jpg": {"format": "JPEG", "quality": 95, "subsampling": 0},
        "png": PNG,
        "webp": {"format": "WEBP", "quality": 95, "method": 2},
    }[format]
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


def box(photo: Photo, crop: Crop) -> tuple[int, int, int, int]:
    """A crop in whole pixels of the photo as it is kept: left, top, right, bottom."""
    left, top, right, bottom = crop.scaled(photo.image.width / photo.width)
    right, bottom = min(right, photo.image.width), min(bottom, photo.image.height)
    return round(left), round(top), max(round(right), 1), max(round(bottom), 1)


def _levels(level: Floats, size: tuple[int, int], smooth: bool) -> Image.Image:
    """Entries of a colour table, 0 to 255, in one channel."""
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    return Image.fromarray((level * 255).round().clip(0, 255).astype(np.uint8)).resize(size, how)


def _coloured(levels: Image.Image, colormap: Colormap) -> Image.Image:
    heat = levels.copy()
    heat.putpalette(table(colormap).tobytes())
    return heat.convert("RGB")


def _cover(opacity: float, diverging: bool) -> list[int]:
    """How opaque an overlay is at each of a table's 256 colours, 0 to 255.

    The more it says, the more it covers: a third of the opacity at the lowest weight, or at the
    middle of a diverging table, and all of it at the end.
    """
    shares = (abs(2 * i - 255) / 255 if diverging else i / 255 for i in range(256))
    return [round(255 * opacity * (FAINT + (1 - FAINT) * share)) for share in shares]


def _full(values: Floats) -> float:
    """The weight from which attenuation leaves the photo as it is: a twentieth of the patches."""
    heaviest = np.sort(values, axis=None)[::-1]
    return float(heaviest[math.ceil(len(heaviest) / 20) - 1])


def _normalised(values: Floats, middle: float | None, bounds: tuple[float, float] | None) -> Floats:
    """0..1 from minimum to maximum; with a `middle`, that is at one half, and both sides true."""
    low, high = bounds or (float(values.min()), float(values.max()))
    if middle is not None:
        reach = max(high - middle, middle - low, 1e-12)
        low, high = middle - reach, middle + reach
    return (values - low) / max(high - low, 1e-12)


def _resize(values: Floats, size: tuple[int, int], smooth: bool) -> Floats:
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(values).resize(size, how)).clip(0, 1)


def _dimmed(
    canvas: Image.Image, box: tuple[int, int, int, int], gain: Floats, outside: float = 0.0
) -> Image.Image:
    """The photo times `gain` inside the box and times `outside` around it."""
    whole = np.full((canvas.height, canvas.width, 1), outside, np.float32)
    whole[box[1] : box[3], box[0] : box[2], 0] = gain
    return Image.fromarray((np.asarray(canvas) * whole).round().astype(np.uint8))
