"""Files of measured values are seen, whatever their numbers are, and say how they are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from foveate.models.errors import InputError
from foveate.models.inputs.photo import KEPT_SIDE, Photo, read_photo
from tests.hostile.files import tiff
from tests.photos import encoded, sample_image

CAT = np.asarray(sample_image("cat").convert("L"), dtype=np.float64)  # 0 .. 255
VALUES = np.interp(CAT, np.percentile(CAT, (0.5, 99.5)), (0, 1))  # what is to be seen


def unlikeness(photo: Photo) -> float:
    """Mean distance from the grey levels that are to be seen, in levels."""
    return float(abs(np.asarray(photo.image, dtype=float)[..., 0] - VALUES * 255).mean())


def file(values: NDArray[np.generic], **options: object) -> bytes:
    return encoded(Image.fromarray(values), "TIFF", **options)


KINDS = {
    "12 bits in 16": lambda: file((CAT * 16).astype(np.uint16)),
    "12 bits in 16 of a PNG": lambda: encoded(Image.fromarray((CAT * 16).astype(np.uint16))),
    "8 bits in 16": lambda: file(CAT.astype(np.uint16)),
    "int32": lambda: file((CAT * 1000 - 90_000).astype(np.int32)),
    "all of int32": lambda: file((CAT * 16_000_000 - 2**31).astype(np.int32)),
    "floats up to 1": lambda: file((CAT / 255).astype(np.float32)),
    "floats below 0": lambda: file((CAT - 400).astype(np.float32)),
    "tiny floats": lambda: file((CAT * 1e-12).astype(np.float32)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_scaled_between_percentiles(kind: str) -> None:
    photo = read_photo(KINDS[kind]())
    assert unlikeness(photo) < 2
    (note,) = photo.notes
    assert "are drawn from black to white" in note


@pytest.mark.parametrize(("kind", "dtype"), [(1, np.uint32), (2, np.int32), (2, np.int16)])
def test_signed_and_unsigned_integers(kind: int, dtype: type[np.integer]) -> None:
    info = np.iinfo(dtype)
    values = (info.min + CAT / 256 * (float(info.max) - info.min)).astype(dtype)
    bits, (height, width) = values.itemsize * 8, values.shape
    entries = [(256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 1), (262, 3, 1)]
    entries += [(273, 4, 400), (277, 3, 1), (278, 4, height), (279, 4, values.nbytes)]
    whole = tiff([*entries, (339, 3, kind)]).ljust(400, b"\0") + values.tobytes()
    assert unlikeness(read_photo(whole)) < 2


def test_twelve_bits_that_are_packed() -> None:
    values = np.pad((CAT * 16).astype(np.uint16), [(0, 0), (0, 1)], mode="edge")  # 452 x 300
    one, two = values[:, ::2], values[:, 1::2]
    packed = np.stack([one >> 4, (one & 15) << 4 | two >> 8, two & 255], -1).astype(np.uint8)
    entries = [(256, 4, 452), (257, 4, 300), (258, 3, 12), (259, 3, 1), (262, 3, 1)]
    entries += [(273, 4, 400), (277, 3, 1), (278, 4, 300), (279, 4, packed.nbytes)]
    photo = read_photo(tiff(entries).ljust(400, b"\0") + packed.tobytes())
    seen = np.asarray(photo.image, dtype=float)[:, :451, 0]
    assert abs(seen - VALUES * 255).mean() < 2


@pytest.mark.parametrize("mark", [np.nan, np.inf, -np.inf, -3.4e38, -9999])
def test_what_is_no_value_is_black_and_hides_nothing(mark: float) -> None:
    values = (200 + CAT * 10).astype(np.float32)
    values[:60] = mark
    photo = read_photo(file(values))
    seen = np.asarray(photo.image, dtype=float)[..., 0]
    assert seen[:60].max() == 0
    assert abs(seen[60:] - VALUES[60:] * 255).mean() < 4
    assert "; 20.0 % have no value (NaN, infinity or no data) and are black." in photo.notes[0]


@pytest.mark.parametrize("said", ["-9999", "0", "255", "nan"])
def test_the_mark_that_the_file_names_is_no_value(said: str) -> None:
    values = CAT.astype(np.float32).copy()
    values[:60] = float(said)
    photo = read_photo(file(values, tiffinfo={42113: said}))
    assert np.asarray(photo.image)[:60].max() == 0
    assert "have no value" in photo.notes[0]


def test_a_large_file_of_floats_is_reduced_without_its_gaps_eating_their_neighbours() -> None:
    large = np.asarray(Image.fromarray(CAT.astype(np.float32)).resize((4510, 3000)))
    large = np.array(large)
    large[::40, ::40] = np.nan
    photo = read_photo(file(large))
    assert (photo.width, photo.height) == (4510, 3000)
    assert max(photo.image.size) == KEPT_SIDE
    expected = Image.fromarray((VALUES * 255).astype(np.uint8)).resize(photo.image.size)
    apart = abs(np.asarray(photo.image, float)[..., 0] - np.asarray(expected, float))
    assert apart.mean() < 4


def test_sixteen_bits_that_are_used_are_left_as_they_are() -> None:
    photo = read_photo(file((CAT * 257).astype(np.uint16)))
    assert photo.notes == ()
    assert abs(np.asarray(photo.image, float)[..., 0] - CAT).mean() < 1


@pytest.mark.parametrize("value", [0, 7, 4095])
def test_one_value_everywhere_is_grey(value: int) -> None:
    photo = read_photo(file(np.full((40, 40), value, np.uint16)))
    assert photo.image.getpixel((9, 9)) == (127, 127, 127)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_no_value_anywhere_is_a_sentence(value: float) -> None:
    with pytest.raises(InputError, match="Every value of the file is NaN, infinite or no data"):
        read_photo(file(np.full((40, 40), value, np.float32)))


def test_colours_of_twelve_bits_in_sixteen_are_not_black() -> None:
    colours = np.asarray(sample_image("coffee").convert("RGB")).astype(np.uint16) * 16
    height, width = colours.shape[:2]
    entries = [(256, 4, width), (257, 4, height), (258, 3, 16), (259, 3, 1), (262, 3, 2)]
    entries += [(273, 4, 400), (277, 3, 3), (278, 4, height), (279, 4, colours.nbytes)]
    whole = tiff(entries).ljust(400, b"\0") + colours.tobytes()
    photo = read_photo(whole)
    apart = abs(np.asarray(photo.image, float) - np.asarray(sample_image("coffee"), float))
    assert apart.mean() < 16  # of 255: Pillow leaves sixteen levels
    assert "are drawn from black to white" in photo.notes[0]
