"""What a form brings: a file of the visitor's, or the name of a sample."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import UploadFile

from foveate.app.runtime.samples import sample_bytes
from foveate.models.errors import InputError


async def given_bytes(
    file: UploadFile | None,
    sample: str | None,
    kind: str = "an image",
    of_sample: Callable[[str], bytes] = sample_bytes,
) -> bytes:
    """Those of the one of both that is given. Raises InputError."""
    if sample is not None and file is None:
        return of_sample(sample)
    if file is None or sample is not None:
        raise InputError(f"send either file ({kind}) or sample (a sample's name).", "file")
    try:
        return await file.read()
    finally:
        await file.close()  # what it holds is a second copy, while the first waits for its turn
