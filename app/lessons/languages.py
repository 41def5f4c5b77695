"""The languages of the course: a reader's choice among them, and the page's texts in each.

All texts are in templates/learn/LANGUAGE/texts: page.toml of the page, NAME.toml of a live part.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from foveate.app.lessons.course import BUILT_IN, MAIN
from foveate.app.lessons.lesson import LessonError

Texts = Mapping[str, str]


@cache
def texts(language: str, folder: Path = BUILT_IN) -> Mapping[str, Texts]:
    """Texts by key, of the page and of every part by name. Raises LessonError."""
    found: dict[str, Texts] = {}
    for path in sorted((folder / language / "texts").glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise LessonError(path, None, f"this is no TOML: {error}.") from None
        if any(not isinstance(value, str) for value in table.values()):
            raise LessonError(path, None, 'every line must be key = "text".')
        found[path.stem] = table
    return found


def words(language: str, of: str) -> Texts:
    """The texts of the page or of a part; one that a language lacks is the main one's."""
    return {**texts(MAIN).get(of, {}), **texts(language).get(of, {})}


def chosen(offered: Sequence[str], asked: Sequence[str | None], accepted: str, usual: str) -> str:
    """The language of an answer: the first that was asked for and is offered, else by
    Accept-Language (RFC 9110, section 12.5.4), else the usual one.
    """
    for language in (*asked, *_wanted(accepted)):
        if language in offered:
            return str(language)
    return usual


def _wanted(accepted: str) -> list[str]:
    """Primary subtags, the most wanted first: pt of pt-BR."""
    found = []
    for item in accepted[:200].split(","):
        tag, _, quality = item.partition(";")
        found.append((_quality(quality), tag.strip().split("-")[0].lower()))
    ordered = sorted(found, key=lambda pair: -pair[0])
    return [language for quality, language in ordered if quality > 0]


def _quality(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q=")) if text.strip() else 1.0
    except ValueError:
        return 0.0
