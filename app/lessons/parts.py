"""The registry of live parts: what a lesson may place by name.

A part is two files of static/js/parts/learn: NAME.js draws it, NAME.toml says what it takes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from foveate.app.lessons.lesson import LessonError, Option, Options, Size, Taken, Written

FOLDER = Path(__file__).parents[2] / "static" / "js" / "parts" / "learn"


class Registered(Written):
    """What is known of a live part without running it."""

    takes: list[Taken] = []  # it is shown again when the reader changes one of these
    size: Size = "medium"  # the room that is kept for it, where a lesson says no other
    answers: bool = False  # whether its script exports `answer`
    options: dict[str, Option] = {}  # their defaults, which also say what kind each is


@cache
def registry(folder: Path = FOLDER) -> Mapping[str, Registered]:
    """All live parts by name. Raises LessonError for one that is half there, or misspelt."""
    found = {}
    for path in sorted(folder.glob("*.toml")):
        if not path.with_suffix(".js").is_file():
            raise LessonError(path, None, f"there is no {path.stem}.js beside it to draw the part.")
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            found[path.stem] = Registered.model_validate(table)
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise LessonError(path, None, str(error)) from None
    return found


def filled(name: str, given: Options, answering: bool = False) -> dict[str, Option]:
    """A part's options with its defaults. Raises ValueError where there is no such one."""
    parts = registry()
    if name not in parts:
        raise ValueError(f"there is no live part {name!r}{_instead(name, parts)}")
    part = parts[name]
    if answering and not part.answers:
        raise ValueError(f"the live part {name!r} answers no question")
    for key, value in given.items():
        if key not in part.options:
            raise ValueError(f"{name} has no option {key!r}{_instead(key, part.options)}")
        if not _alike(value, usual := part.options[key]):
            raise ValueError(f"{key} of {name} is {value!r}: something like {usual!r} was expected")
    return {**part.options, **given}


def _alike(value: Option, usual: Option) -> bool:
    kinds = {bool: "switch", int: "number", float: "number", str: "text", list: "list"}
    return kinds[type(value)] == kinds[type(usual)]


def _instead(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, 1)
    if near:
        return f": did you mean {near[0]!r}?"
    return f": there are {', '.join(known)}" if known else ": there are none"
