"""Videos made here: a square of one colour that moves over a grey ground."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
from PIL import Image

from tests.photos import ROOT, encoded

CODECS = {
    "mp4": "libx264",
    "mov": "libx264",
    "webm": "libvpx-vp9",
    "matroska": "libx264",
    "avi": "mpeg4",
}
ANIMATED = ("GIF", "WEBP", "PNG", "AVIF")


def picture(number: int, width: int = 64, height: int = 48) -> Image.Image:
    """A frame whose red says its number: 5 for each."""
    pixels = np.full((height, width, 3), 90, np.uint8)
    pixels[..., 0] = 5 * number % 255
    return Image.fromarray(pixels)


def number_of(image: Image.Image) -> float:
    """The number that a frame's red says, about."""
    return float(np.asarray(image)[..., 0].mean()) / 5


def video(
    format: str = "mp4",
    times: Sequence[float] = tuple(n / 10 for n in range(20)),
    size: tuple[int, int] = (64, 48),
    rotation: int = 0,
    **options: Any,
) -> bytes:
    """A video of one frame at each time (seconds)."""
    file = io.BytesIO()
    with av.open(file, "w", format=format) as container:
        stream: Any = container.add_stream(CODECS[format], rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.bit_rate = 4_000_000
        stream.options = {"g": "8", **options}
        if rotation:
            stream.set_display_rotation(rotation)
        base = Fraction(1, 10 if format == "avi" else 1000)
        stream.codec_context.time_base = base
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(np.asarray(picture(number, *size)), "rgb24")
            frame.pts, frame.time_base = round(time / base), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def growing() -> bytes:
    """An AVI of 20 JPEGs, of which the later ten are twice as wide and as high."""
    file = io.BytesIO()
    with av.open(file, "w", format="avi") as container:
        stream: Any = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for number in range(20):
            size = (64, 48) if number < 10 else (128, 96)
            packet = av.Packet(encoded(picture(number, *size), "JPEG"))
            packet.stream, packet.is_keyframe = stream, True
            packet.pts, packet.dts, packet.time_base = number, number, Fraction(1, 10)
            container.mux(packet)
    return file.getvalue()


def sound() -> bytes:
    """An MP4 without a picture."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream: Any = container.add_stream("aac", rate=8000)
        samples = np.zeros((1, 8000), np.float32)
        frame = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def animation(format: str, frames: int = 12, milliseconds: int = 70) -> bytes:
    first, *others = [picture(number) for number in range(frames)]
    file = io.BytesIO()
    first.save(file, format, save_all=True, append_images=others, duration=milliseconds)
    return file.getvalue()


def sample_video(name: str = "cars") -> bytes:
    return (ROOT / "static" / "samples" / f"{name}.webm").read_bytes()
