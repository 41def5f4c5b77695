"""What the bench of serving sends is never the same twice, and how its figures are told."""

from __future__ import annotations

import io

from PIL import Image

from bench.serve import line, photo, sentence


def test_no_request_is_like_another_and_every_photo_is_the_same_picture() -> None:
    assert len({sentence(number) for number in range(1000)}) == 1000
    first, second = photo(1), photo(2)
    assert first != second
    opened = [Image.open(io.BytesIO(data)).tobytes() for data in (first, second)]
    assert opened[0] == opened[1]


def test_a_figure_is_a_ratio_to_the_rate_in_this_process() -> None:
    ends = [1.0 + n / 20 for n in range(100)]
    found = {"took": [0.1] * 98 + [0.5, 0.6], "ends": ends, "refused": 3, "spent": 0.25}
    told = "clients 0.25 of a core: 2.29 of the rest, 3 refused"
    assert line("embedded", found, 10.0).endswith("clients 0.25 of a core, 3 refused")
    assert line("embedded", found, 10.0, 2) == f"  embedded: 2.00, p50 100 ms, p99 600 ms, {told}"
