"""The sample photos that tests run on, and photos made to be difficult."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "static" / "samples"


def sample_names() -> list[str]:
    return list(tomllib.loads((SAMPLES / "samples.toml").read_text()))


def sample_bytes(name: str) -> bytes:
    return (SAMPLES / f"{name}.jpg").read_bytes()


def sample_image(name: str = "cat") -> Image.Image:
    return Image.open(SAMPLES / f"{name}.jpg")


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """The image as a file of that format."""
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()
