"""What the soak takes for wrong."""

from __future__ import annotations

from bench.visitors import close, doubtful

RIVER = ("The 1234 rivers are near the bridge.", "Os 1234 rios estão perto da ponte.")
GARDEN = ("The 5811 gardens are near the doctor.", "Os 5811 jardins estão perto do médico.")


def test_a_translation_of_another_sentence_is_doubtful() -> None:
    swapped = [(RIVER[0], GARDEN[1]), (GARDEN[0], RIVER[1])]
    assert doubtful([RIVER, *swapped, GARDEN]) == swapped


def test_weights_of_another_photo_are_not_close() -> None:
    assert close([0.25, 0.75], [0.25, 0.7500001])
    assert not close([0.25, 0.75], [0.2501, 0.7499])
