"""What can be changed in a model before a pass, and what is said of the rest."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from foveate.models.errors import InputError
from foveate.models.intervention import (
    NO_OFFERS,
    NO_SWITCHES,
    UNTOUCHED,
    Intervention,
    Offers,
    set_gate,
    set_positions,
    switches,
)

CHANNELS = torch.tensor([0.1, 0.5, 0.9]).view(1, 3, 1, 1)
PLACES = torch.tensor([[0.2, 0.4], [0.6, 0.8]]).view(1, 1, 2, 2)
BRANCHES = torch.tensor([[0.3, 0.6], [0.7, 0.4]]).view(1, 2, 2, 1, 1)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("open", [1, 1, 1]),
        ("closed", [0, 0, 0]),
        ("flat", [0.5, 0.5, 0.5]),
        (0.25, [0.25, 0.25, 0.25]),
        ({0: 1, 2: 0.0}, [1, 0.5, 0]),
    ],
)
def test_a_gate_of_channels_is_set(setting: Any, expected: list[float]) -> None:
    found = set_gate("g", CHANNELS, setting)
    assert found.shape == CHANNELS.shape
    assert found.flatten().tolist() == pytest.approx(expected)
    assert CHANNELS[0, 0, 0, 0] == pytest.approx(0.1)  # what was computed stays as it is


def test_places_and_branches_are_set_by_their_numbers() -> None:
    assert set_gate("g", PLACES, {3: 0.0}).flatten().tolist() == pytest.approx([0.2, 0.4, 0.6, 0])
    assert set_gate("g", PLACES, "flat").flatten().tolist() == pytest.approx([0.5] * 4)
    branch = set_gate("g", BRANCHES, {1: 1.0})
    assert branch.flatten().tolist() == pytest.approx([0.3, 0.6, 1, 1])
    assert set_gate("g", BRANCHES, "flat").flatten().tolist() == pytest.approx([0.5] * 4)


def test_positions_are_shuffled_or_removed_and_those_of_no_patch_stay() -> None:
    learned = torch.arange(1.0, 13).view(1, 6, 2)
    assert set_positions(learned, "kept", 1) is learned
    removed, mixed = (set_positions(learned, how, 1) for how in ("removed", "shuffled"))
    assert removed[0, 0].tolist() == mixed[0, 0].tolist() == [1, 2]
    assert not removed[0, 1:].any()
    assert mixed[0, 1:].tolist() != learned[0, 1:].tolist()
    assert sorted(mixed[0, :, 0].tolist()) == learned[0, :, 0].tolist()
    assert torch.equal(set_positions(learned, "shuffled", 1), mixed)  # always in the same way


def test_each_of_a_batch_is_flat_at_its_own_mean() -> None:
    two = torch.cat([CHANNELS, CHANNELS / 2])
    assert set_gate("g", two, "flat")[:, 0, 0, 0].tolist() == pytest.approx([0.5, 0.25])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"gates": {"a": "ajar"}}, "gate 'a' is set to 'ajar': give open, closed, flat"),
        ({"gates": {"a": 1.5}}, "gate 'a' is set to 1.5: give"),
        ({"gates": {"a": math.nan}}, "gate 'a' is set to nan: give"),
        ({"gates": {"a": True}}, "gate 'a' is set to True: give"),
        ({"gates": {"a": ["x"]}}, "is set to .*x.*: give"),
        ({"gates": {"a": {0: 2}}}, "channel 0 of gate 'a' is set to 2: give a number from 0 to 1"),
        ({"gates": {"a": {"0": 1}}}, "channel '0' of gate 'a' is set to 1"),
        ({"gates": {"a": dict.fromkeys(range(5000), 1)}}, "at more than 4096 channels"),
        ({"cuts": ("a",) * 5000}, "names at most 4096 gates or skips"),
        ({"attention": "maybe"}, "attention 'maybe' is not known: give on or off"),
        ({"positions": "lost"}, "positions 'lost' are not known: give kept, shuffled or removed"),
    ],
)
def test_what_is_no_setting_is_a_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        Intervention(**given)
    assert raised.value.parameter == "intervention"


def test_a_channel_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(InputError, match="gate g has no channel 3: give one from 0 to 2"):
        set_gate("g", CHANNELS, {3: 0.0})


def test_the_same_intervention_has_the_same_key_and_none_has_none() -> None:
    assert UNTOUCHED.key == Intervention().key == ""
    one = Intervention({"a": 1, "b": {2: 0.5, 1: 0}}, cuts=("s", "r"))
    other = Intervention({"b": {1: 0.0, 2: 0.5}, "a": 1.0}, cuts=("r", "s", "r"))
    assert one.key == other.key
    keys = {one.key, Intervention({"a": "open"}).key, Intervention(attention="off").key}
    keys |= {Intervention(pin=(0, 0)).key, Intervention(cuts=("s",)).key}
    assert len(keys) == 5
    assert "" not in keys


def test_a_gate_that_is_named_goes_before_all() -> None:
    asked = Intervention({"all": "open", "a": "closed"})
    assert (asked.setting("a"), asked.setting("b")) == ("closed", "open")
    gates, skips = {"a": nn.Identity(), "b": nn.Identity()}, {"s": nn.Identity()}
    found = switches(asked, gates, skips)
    assert found.gates == {gates["a"]: ("a", "closed"), gates["b"]: ("b", "open")}
    assert switches(Intervention(cuts=("s",)), gates, skips).cuts == {skips["s"]}
    assert switches(UNTOUCHED, gates, skips) is NO_SWITCHES


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Intervention({"c": "open"}), "gate 'c' is not in mine: it has a, b"),
        (Intervention(cuts=("t",)), "skip 't' is not in mine: it has s"),
        (Intervention(attention="off"), "attention of mine cannot be switched off"),
        (Intervention(pin=(1, 2)), "attention of mine cannot be pinned"),
    ],
)
def test_what_a_model_does_not_offer_is_a_sentence(asked: Intervention, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Offers(("a", "b"), ("s",)).check("mine", asked)


def test_a_model_that_offers_nothing_takes_nothing_but_itself() -> None:
    NO_OFFERS.check("mine", UNTOUCHED)
    with pytest.raises(InputError, match="mine has no gates"):
        NO_OFFERS.check("mine", Intervention({"all": "open"}))
    with pytest.raises(InputError, match="skip 's' is not in mine: it has no skips"):
        NO_OFFERS.check("mine", Intervention(cuts=("s",)))
    Offers(attention=True, pin=True).check("mine", Intervention(attention="off", pin=(0, 1)))
