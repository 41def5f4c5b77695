"""A heatmap on a photo, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from foveate.app.render import render, table
from foveate.app.wire.choices import Colormap, Lens, Picture
from foveate.models.axis import Crop
from foveate.models.inputs.photo import Photo

WHITE = Photo(Image.new("RGB", (40, 24), "white"), 80, 48, "0")
CROP = Crop(0, 4, 80, 40)  # in the original's pixels: rows 2 to 22 of the reduced photo
VALUES = np.array([[0.0, 0.1], [0.2, 0.4]], np.float32)
KEPT = VALUES >= 0.2


def pixels(**choice: object) -> np.ndarray:
    picture = Picture(**{"smooth": False, "colormap": Colormap.viridis, **choice})  # type: ignore[arg-type]
    return np.asarray(render(WHITE, CROP, VALUES, picture, KEPT, middle=0.1)).astype(int)


def test_the_heat_lies_on_the_crop_and_what_was_not_seen_is_dark() -> None:
    found = pixels(opacity=1)
    assert (found[0] == 0).all()
    assert (found[23] == 0).all()
    assert (pixels(opacity=0.4)[0] == 153).all()
    third = (2 * 255 + table(Colormap.viridis)[0].astype(int)) / 3  # where it weighs least
    assert abs(found[3, 2] - third).max() <= 1
    assert (found[20, 38] == table(Colormap.viridis)[255]).all()


def test_opacity_mixes_photo_and_heat() -> None:
    half = (255 + table(Colormap.viridis)[255].astype(int)) / 2
    assert abs(pixels(opacity=0.5)[20, 38] - half).max() <= 1


def test_the_filter_is_black_where_nothing_is_kept() -> None:
    found = pixels(lens=Lens.filter)
    assert (found[3] == 0).all()
    assert (found[20] == 255).all()
    assert (found[0] == 0).all()


def test_attenuation_is_linear_down_to_the_floor() -> None:
    found = pixels(lens=Lens.attenuate, floor=0.2)
    assert found[20, 38].tolist() == [255] * 3
    assert found[3, 2, 0] == pytest.approx(0.2 * 255, abs=1)
    assert found[20, 2, 0] == pytest.approx((0.2 + 0.8 * 0.5) * 255, abs=1)


def test_a_spread_map_with_one_outlier_leaves_the_photo_readable() -> None:
    spread = np.full((5, 8), 0.01, np.float32)
    spread[2, 3] = 1.0
    for lens, least in ((Lens.attenuate, 0.99), (Lens.overlay, 0.75)):
        picture = Picture(lens=lens, smooth=False)
        found = np.asarray(render(WHITE, CROP, spread, picture, spread > 0))[3:21]
        assert found.mean() / 255 > least


def test_a_diverging_table_has_the_even_share_in_the_middle() -> None:
    found = pixels(opacity=1, colormap=Colormap.vik)
    third = (2 * 255 + table(Colormap.vik)[128].astype(int)) / 3
    assert abs(found[3, 38] - third).max() <= 3
    assert (found[20, 38] == table(Colormap.vik)[255]).all()


def test_a_map_of_one_value_is_no_division_by_zero() -> None:
    flat = np.full((2, 2), 0.25, np.float32)
    picture = Picture(opacity=1, colormap=Colormap.viridis)
    image = render(WHITE, CROP, flat, picture, flat > 0, None)
    third = (2 * 255 + table(Colormap.viridis)[0].astype(int)) / 3
    assert abs(np.array(image.getpixel((20, 12))) - third).max() <= 1


@pytest.mark.parametrize("name", list(Colormap))
def test_every_table_has_256_colours(name: Colormap) -> None:
    assert table(name).shape == (256, 3)
