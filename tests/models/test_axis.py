"""The four kinds of axis: what a name means, and what an entry is called."""

from __future__ import annotations

import pytest

from foveate.models.axis import Axis, Branches, Channels, Grid, Patches, Tokens
from foveate.models.errors import InputError

GRID = Grid(2, 3, 16)
AXES: list[Axis] = [
    Tokens(("the", "the", "cat", "</s>")),
    Patches(GRID),
    Patches(GRID, ("cls", "register1"), ("det1", "det2")),
    Patches(GRID, ("cls",), frames=4),
    Channels(7),
    Branches(("3 x 3", "5 x 5")),
]


@pytest.mark.parametrize("axis", AXES, ids=str)
def test_every_entry_is_found_again_by_its_place(axis: Axis) -> None:
    places = [axis.place(index) for index in range(axis.size)]
    assert len(set(places)) == axis.size
    assert [axis.index(place) for place in places] == list(range(axis.size))


@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("name", ["-1", "1000", "", "nose", "1.5", "9,9", "0,0,0,0"])
def test_what_is_not_there_is_quoted_with_what_is(axis: Axis, name: str) -> None:
    with pytest.raises(InputError, match=f"a number from 0 to {axis.size - 1}") as raised:
        axis.index(name)
    assert repr(name) in str(raised.value)


def test_tokens_are_told_apart_by_number_and_shown_by_label() -> None:
    tokens = Tokens(("[CLS]", "a", "a"))
    assert tokens.index("cls") == 0
    assert [tokens.label(i) for i in range(3)] == ["[CLS]", "a", "a"]
    assert [tokens.place(i) for i in range(3)] == ["0", "1", "2"]


def test_patches_lie_between_prefix_and_suffix() -> None:
    axis = Patches(GRID, ("cls", "register1"), ("det1", "det2"))
    assert axis.size == 2 + 6 + 2
    assert axis.patches == slice(2, 8)
    assert [axis.index(name) for name in ("cls", "REGISTER1", "0,0", "1,2", "det2")] == [
        *(0, 1, 2, 7, 9)
    ]
    assert [axis.position(i) for i in (1, 2, 7, 8)] == [None, (0, 0, 0), (0, 1, 2), None]


def test_patches_of_several_frames_are_named_with_theirs() -> None:
    axis = Patches(GRID, ("cls",), frames=4)
    assert axis.size == 1 + 24
    assert axis.index("3,1,2") == 24
    assert axis.place(7) == "1,0,0"
    with pytest.raises(InputError, match=r"'frame,row,column' from '0,0,0' to '3,1,2'"):
        axis.index("1,2")
