"""A mask carried through a clip, as files: PNG sequence, animated WebP, MP4."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from foveate.app import render
from foveate.app.wire.propagation import CarriedFrame, Propagation, PropagationRequest
from foveate.models.analysis.propagation import sharp, thresholds
from foveate.models.axis import Crop
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip
from foveate.models.trace import Trace

TINT = (255, 77, 46)  # of what is in the mask
OPACITY = 0.55
ENCODERS = ("libx264", "libopenh264", "mpeg4")  # the first that FFmpeg was built with
CLOCK = 1000  # ticks a second
Masks = NDArray[np.bool_]


def masks_of(clip: Clip, crop: Crop, soft: Tensor, least: float) -> Masks:
    """Soft masks of the frames (F, rows, columns) as masks of their pixels (F, height, width):
    False outside the crop.
    """
    first = clip.frames[0]
    left, top, right, bottom = render.box(first, crop)
    whole = np.zeros((len(soft), first.image.height, first.image.width), np.bool_)
    whole[:, top:bottom, left:right] = sharp(soft, (bottom - top, right - left), least).numpy()
    return whole


def propagation(clip: Clip, trace: Trace, asked: PropagationRequest) -> Propagation:
    """A thing that is carried through a clip, frame by frame. Raises InputError."""
    soft = asked.carried(trace)
    by_frame = soft_by_frame(clip, trace, soft)
    masks = masks_of(clip, trace.clip.crop, by_frame, asked.least)
    levels = thresholds(by_frame, asked.least).tolist()
    listed = enumerate(zip(clip.times, by_frame, levels, masks, strict=True))
    frames = [
        CarriedFrame(
            number=number,
            time=round(time, 4),
            peak=float(mask.max()),
            threshold=threshold,
            share=float(inside.mean()),
        )
        for number, (time, mask, threshold, inside) in listed
    ]
    return Propagation.of(trace, asked, soft, frames)


def soft_by_frame(clip: Clip, trace: Trace, soft: Tensor) -> Tensor:
    """Soft masks of steps as those of frames: those of a tubelet share one."""
    return soft.repeat_interleave(trace.clip.tubelet, 0)[: len(clip.frames)]


def png_sequence(masks: Masks) -> bytes:
    """A ZIP of one PNG a frame, 255 where the thing is, named as those of DAVIS are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, mask in enumerate(masks):
            picture = io.BytesIO()
            Image.fromarray(mask.astype(np.uint8) * 255).save(picture, "PNG")
            archive.writestr(zipfile.ZipInfo(f"{number:05d}.png"), picture.getvalue())
    return file.getvalue()


def webp(clip: Clip, masks: Masks) -> bytes:
    """The clip with the mask laid over it, as an animated WebP that repeats."""
    first, *others = map(Image.fromarray, tinted(clip, masks))
    file = io.BytesIO()
    first.save(
        file,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=[round(1000 * seconds) for seconds in shown(clip)],
        loop=0,
        quality=80,
        method=2,
    )
    return file.getvalue()


def mp4(clip: Clip, masks: Masks) -> bytes:
    """The same as an MP4. Raises InputError where FFmpeg was built without an encoder for it."""
    import av  # here alone: FFmpeg takes 15 MB of a service that may never be asked for a video
    from av.video.frame import VideoFrame

    file = io.BytesIO()
    frames = list(tinted(clip, masks))
    height, width = (side - side % 2 for side in frames[0].shape[:2])
    with av.open(file, "w", format="mp4") as container:
        stream: Any = container.add_stream(_encoder(), rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, CLOCK)
        for pixels, time in zip(frames, clip.times, strict=True):
            even = np.ascontiguousarray(pixels[:height, :width])
            frame = VideoFrame.from_ndarray(even, "rgb24")
            frame.pts, frame.time_base = round((time - clip.times[0]) * CLOCK), Fraction(1, CLOCK)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def tinted(clip: Clip, masks: Masks) -> Iterator[NDArray[np.uint8]]:
    """Frames (height, width, 3) with what is in the mask tinted."""
    tint = np.array(TINT, np.float32) * OPACITY
    for photo, mask in zip(clip.frames, masks, strict=True):
        pixels = np.asarray(photo.image, np.float32)
        seen = np.where(mask[..., None], pixels * (1 - OPACITY) + tint, pixels)
        yield seen.round().astype(np.uint8)


def shown(clip: Clip) -> list[float]:
    """How long each frame is shown, in seconds; the last one as long as the one before it."""
    gaps = [
        max(later - time, 0.02) for time, later in zip(clip.times, clip.times[1:], strict=False)
    ]
    return [*gaps, gaps[-1]]


def _encoder() -> str:
    import av
    from av.codec.codec import UnknownCodecError

    for name in ENCODERS:
        try:
            av.codec.Codec(name, "w")
        except UnknownCodecError:
            continue
        return name
    raise InputError("MP4 cannot be written here: ask for format=webp or format=zip.", "format")
