"""A form's file is read once and held once."""

from __future__ import annotations

import asyncio
import tempfile

import pytest
from starlette.datastructures import UploadFile

from foveate.app.api.uploads import given_bytes
from foveate.app.runtime.samples import sample_bytes, video_bytes
from foveate.models.errors import InputError


def test_of_a_file_only_its_bytes_are_left() -> None:
    with tempfile.SpooledTemporaryFile(max_size=1 << 20) as spooled:
        spooled.write(b"bytes of a photo")
        spooled.seek(0)
        file = UploadFile(spooled)  # type: ignore[arg-type]
        assert asyncio.run(given_bytes(file, None)) == b"bytes of a photo"
        assert spooled.closed


def test_a_sample_is_read_by_its_name() -> None:
    assert asyncio.run(given_bytes(None, "cat")) == sample_bytes("cat")
    found = asyncio.run(given_bytes(None, "cars", "a video", video_bytes))
    assert found == video_bytes("cars")


@pytest.mark.parametrize("both", [True, False])
def test_both_or_neither_is_told_what_to_send(both: bool) -> None:
    with tempfile.SpooledTemporaryFile() as spooled:
        file = UploadFile(spooled) if both else None  # type: ignore[arg-type]
        with pytest.raises(InputError, match=r"either file \(a video\) or sample"):
            asyncio.run(given_bytes(file, "cars" if both else None, "a video", video_bytes))
