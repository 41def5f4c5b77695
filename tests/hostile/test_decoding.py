"""Files that crash, hang or ask for all memory get a sentence soon, and nobody else notices."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from foveate.app.runtime import decoding
from foveate.app.runtime.decoder import LIMITS
from foveate.app.runtime.decoding import Decoder
from foveate.models.errors import InputError, OversizedInput, UnsupportedInput
from foveate.models.inputs.photo import read_photo
from tests.hostile import files
from tests.hostile.conftest import Children
from tests.models.inputs.test_colour import swapped_profile, with_chunk
from tests.models.inputs.test_photo import png_header
from tests.photos import encoded, sample_bytes, sample_image, sample_names

pytestmark = pytest.mark.slow

SOON = 5.0  # seconds


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    found = Decoder()
    found.decode(sample_bytes("cat"))
    yield found
    found.close()


@pytest.mark.parametrize("name", sample_names())
def test_a_child_gives_the_same_photo(decoder: Decoder, name: str) -> None:
    data = sample_bytes(name)
    found, expected = decoder.decode(data), read_photo(data)
    assert np.array_equal(np.asarray(found.image), np.asarray(expected.image))
    assert (found.width, found.height) == (expected.width, expected.height)
    assert (found.sha256, found.notes) == (expected.sha256, expected.notes)


OTHERS = {
    "profile": lambda: encoded(sample_image(), "JPEG", icc_profile=swapped_profile()),
    "PQ": lambda: with_chunk(encoded(sample_image()), b"cICP", bytes([9, 16, 0, 1])),
    "floats": lambda: encoded(sample_image().convert("F"), "TIFF"),
    "JPEG 2000": lambda: encoded(sample_image(), "JPEG2000"),
    "icon": lambda: encoded(sample_image(), "ICO"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_child_has_all_that_it_needs_to_read_them(decoder: Decoder, name: str) -> None:
    data = OTHERS[name]()
    found, expected = decoder.decode(data), read_photo(data)
    assert np.array_equal(np.asarray(found.image), np.asarray(expected.image))
    assert found.notes == expected.notes


def test_notes_come_along(decoder: Decoder) -> None:
    photo = decoder.decode(encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 0))))
    assert photo.image.getpixel((5, 5)) == (255, 255, 255)
    assert photo.notes == ("Transparent parts are laid on white.",)


REFUSED = {
    "tile": (files.tiff_with_a_wide_tile, InputError, "could not be decoded|more memory"),
    "webp": (files.webp_of_one_colour, OversizedInput, "16383 x 16383 pixels; at most 64 million"),
    "bomb": (partial(png_header, 50_000, 50_000), OversizedInput, "50000 x 50000 pixels"),
    "scans": (files.jpeg_of_scans, InputError, "longer than 4 seconds to decode: save it again"),
    "text": (lambda: b"not an image", UnsupportedInput, "starting 'not an image'"),
    "nothing": (bytes, InputError, "empty"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n == "scans" else ()) for n in REFUSED]
)
def test_what_costs_too_much_is_refused_soon(decoder: Decoder, name: str) -> None:
    make, kind, sentence = REFUSED[name]
    data, start = make(), time.monotonic()
    with pytest.raises(InputError, match=sentence) as raised:
        decoder.decode(data)
    assert time.monotonic() - start < SOON
    assert raised.type is kind
    assert raised.value.parameter == "file"


def test_the_hostile_files_are_as_small_as_they_say() -> None:
    assert len(files.tiff_with_a_wide_tile()) <= 420
    assert len(files.webp_of_one_colour()) == 2_500
    scans = files.jpeg_of_scans()
    assert scans.count(b"\xff\xda") == 1_000
    assert len(scans) < 1_000_000


def test_a_webp_of_one_colour_is_one_where_it_is_small(decoder: Decoder) -> None:
    assert decoder.decode(files.webp_of_one_colour(100, 80)).image.size == (100, 80)


@pytest.mark.parametrize("make", [files.tiff_of_pages, files.gif_without_end])
def test_frames_are_not_counted(decoder: Decoder, make: Any) -> None:
    data, start = make(), time.monotonic()
    photo = decoder.decode(data)
    assert time.monotonic() - start < SOON
    assert photo.notes == ("The file has more than one frame; the first is shown.",)


def test_a_heic_is_read(decoder: Decoder) -> None:
    photo = decoder.decode(files.HEIC)
    assert photo.image.size == (64, 48)
    expected = np.asarray(sample_image("cat").convert("RGB").resize((64, 48)), dtype=float)
    assert abs(np.asarray(photo.image, dtype=float) - expected).mean() < 12


def test_a_damaged_heic_is_a_photo_or_a_sentence(decoder: Decoder) -> None:
    cut = [files.HEIC[:size] for size in range(12, len(files.HEIC), 29)]
    flipped = [files.damaged(files.HEIC, seed) for seed in range(200)]
    for data in cut:
        with pytest.raises(InputError, match="file"):
            decoder.decode(data)
    for data in flipped:
        start = time.monotonic()
        with contextlib.suppress(InputError):
            decoder.decode(data)
        assert time.monotonic() - start < SOON


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_child_that_dies_at_work_is_replaced(children: Children, ending: signal.Signals) -> None:
    decoder = Decoder(1)
    cat = decoder.decode(sample_bytes("cat"))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(decoder.decode, files.jpeg_of_scans())
        time.sleep(0.3)
        children[-1].send_signal(ending)
        with pytest.raises(InputError, match="its decoder stopped: .*it is probably damaged"):
            waiting.result(SOON)
    assert decoder.decode(sample_bytes("cat")).sha256 == cat.sha256
    assert len(children) == 2
    decoder.close()


def test_a_child_that_dies_while_idle_costs_nobody_a_request(children: Children) -> None:
    decoder = Decoder(1)
    for _ in range(3):
        decoder.decode(sample_bytes("cat"))
        children[-1].kill()
        children[-1].wait()
    decoder.decode(sample_bytes("cat"))
    assert len(children) == 4
    decoder.close()


def test_a_neighbour_of_a_hostile_file_waits_for_nothing(decoder: Decoder) -> None:
    with ThreadPoolExecutor(2) as threads:
        hostile = threads.submit(decoder.decode, files.jpeg_of_scans())
        for _ in range(10):
            decoder.decode(sample_bytes("cat"))
        assert not hostile.done()
        with pytest.raises(InputError, match="longer than"):
            hostile.result()


def test_a_child_has_its_limits(children: Children) -> None:
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("this platform does not tell another process's limits")
    lone = Decoder(1)
    lone.decode(sample_bytes("cat"))
    for name, most in LIMITS.items():
        assert resource.prlimit(children[0].pid, getattr(resource, name))[0] <= most
    soft, _ = resource.prlimit(children[0].pid, resource.RLIMIT_CPU)
    assert 0 < soft <= 30
    lone.close()


def test_a_child_knows_no_secret_and_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEATE_SECRET", "1")
    code = "import sys, app.runtime.decoder, os; print('torch' in sys.modules, *os.environ)"
    command = [decoding.sys.executable, "-c", code]
    environment = decoding._environment()
    found = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True)
    loaded, *names = found.stdout.split()
    assert loaded == "False", found.stderr
    assert "FOVEATE_SECRET" not in names


def test_the_service_answers_a_hostile_upload_and_its_neighbour(client: TestClient) -> None:
    def upload(data: bytes) -> Any:
        form = {"resolution": "224"}
        return client.post("/api/v1/images/traces", files={"file": ("x", data)}, data=form)

    scans = files.jpeg_of_scans()
    assert upload(sample_bytes("coffee")).status_code == 201
    with ThreadPoolExecutor(2) as threads:
        start = time.monotonic()
        hostile = threads.submit(upload, scans)
        kind = threads.submit(upload, sample_bytes("cat"))
        assert kind.result().status_code == 201
        answer = hostile.result()
        assert time.monotonic() - start < SOON + 1  # with the way there and back
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == "file"
    assert "longer than 4 seconds to decode" in answer.json()["detail"]
