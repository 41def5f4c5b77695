"""What comes with the service to start from: photos, objects for composites and sentences
(static/samples/*.toml).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import Image

from foveate.app.wire.catalog import Sample, SampleObject, Sentence, VideoSample
from foveate.models.errors import InputError

PERSON = "astronaut"  # a sample with a person in it: what the first network with gates looks for
FOLDER = Path(__file__).parents[2] / "static" / "samples"


@cache
def samples() -> dict[str, Sample]:
    """Samples by name, in the order they are shown."""
    return {name: Sample.model_validate(found) for name, found in _tables("samples.toml")}


@cache
def objects() -> dict[str, SampleObject]:
    """Objects of the vision lab's composites by name, those of its classes first."""
    return {name: SampleObject.model_validate(found) for name, found in _tables("objects.toml")}


def _tables(file: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Every table of a file with its name, where its picture is served, and that picture's size."""
    tables = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))
    for name, table in tables.items():
        picture = table.pop("file")
        with Image.open(FOLDER / picture) as image:
            width, height = image.size
        size = {"width": width, "height": height}
        yield name, {"name": name, "url": f"/static/samples/{picture}", **size, **table}


@cache
def sentences(file: str = "sentences.toml") -> tuple[Sentence, ...]:
    """Sentences in the order they are offered."""
    tables = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))
    return tuple(Sentence(**table) for table in tables["sentence"])


@cache
def videos() -> dict[str, VideoSample]:
    """Sample videos by name, in the order they are shown."""
    tables = tomllib.loads((FOLDER / "videos.toml").read_text(encoding="utf-8"))
    return {
        name: VideoSample(name=name, url=f"/static/samples/{table.pop('file')}", **table)
        for name, table in tables.items()
    }


def video_bytes(name: str) -> bytes:
    """The file of a sample video. Raises InputError for a name that is none."""
    if name not in videos():
        raise InputError(f"sample {name[:40]!r} is not one of {', '.join(videos())}.", "sample")
    return (FOLDER / Path(videos()[name].url).name).read_bytes()


def sample_bytes(name: str) -> bytes:
    """The file of a sample. Raises InputError for a name that is none."""
    if name not in samples():
        raise InputError(f"sample {name[:40]!r} is not one of {', '.join(samples())}.", "sample")
    return (FOLDER / Path(samples()[name].url).name).read_bytes()
