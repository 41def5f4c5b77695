"""A passage to its sentences: lines that go on are joined, lines of a list stay apart.

What ends a sentence follows sentencex's rules for the language, and what those do not know: ordinal
signs (n.º, 5.º), and Portuguese abbreviations before a number or a name (art. 5, S. Paulo).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import regex
import sentencex

NARROWEST = 40  # characters: nobody wraps prose before that many
LONGEST = 24  # characters: an abbreviation and what is before it
LISTED = 3  # lines at least, none of which ends like a sentence: a list of long lines

BULLET = regex.compile(r"(?:[-–—*•‣◦▪]|\(?(?:\d{1,3}|\p{L})[.)])\s")
NUMBERED = regex.compile(r"\s*\(?(?:\d{1,3}|\p{Ll})[.)]\s*$")
BEGINNING = regex.compile(r"[\p{Lu}\p{Lt}\p{Lo}\p{N}\p{Pi}\"'(¿¡]")
OPEN = regex.compile(r"[,\-–—(/]$")  # no line of a list ends so
CLOSED = regex.compile(r"[.!?…。！？][\p{Pf}\p{Pe}\"']*$")
ORDINAL = regex.compile(r"[ºª°]")
# Portuguese abbreviations that sentencex takes for ends, before a number and before a name.
BEFORE_NUMBERS = regex.compile(
    r"\b(?:n|nos?|art|arts|p|pp|pág|págs|vol|vols|cap|caps|fl|fls|fig|figs|séc|sécs|tel|inc|ed)\.\s*$",
    regex.IGNORECASE,
)
BEFORE_NAMES = regex.compile(
    r"\b(?:S|St[oa]|Sr|Sras?|Srs|Srta|Dra?|Drs|Profa?|Profs|Enga?|Arq|Exm[oa]|R|Av|Pe|Fr|Gen|Cel)\.\s*$"
)
NUMBER, NAME = regex.compile(r"\d|[IVXLC]+\b"), regex.compile(r"\p{Lu}")


def sentences(text: str, language: str) -> list[str]:
    """A passage's sentences by the rules of `language` (ISO 639-1); none is empty."""
    found = (part for block in _blocks(text) for part in _split(block, language))
    return list(found) or [text]


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, and lines of lists, each in one line."""
    for paragraph in regex.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        yield from _joined(lines) if lines else ()


def _joined(lines: Sequence[str]) -> Iterator[str]:
    width = max(NARROWEST, *map(len, lines))
    listed = _is_list(lines)
    block = lines[0]
    for before, after in pairwise(lines):
        if _is_apart(before, after, width, listed):
            yield block
            block = after
        else:
            block = f"{block} {after}"
    yield block


def _is_list(lines: Sequence[str]) -> bool:
    """Whether each of several lines begins like a sentence and none ends like one, or goes on."""
    begun = all(BEGINNING.match(line) for line in lines)
    ended = any(CLOSED.search(line) or OPEN.search(line) for line in lines)
    return len(lines) >= LISTED and begun and not ended


def _is_apart(before: str, after: str, width: int, listed: bool) -> bool:
    """Whether a line break means something. One that a margin made does not: the next word had no
    room in `width` characters.
    """
    if BULLET.match(after):
        return True
    if CLOSED.search(before) or OPEN.search(before) or not BEGINNING.match(after):
        return False
    return listed or len(before) + 1 + len(after.split()[0]) <= width


def _split(block: str, language: str) -> Iterator[str]:
    """A block's sentences, where sentencex has not cut too often."""
    whole = ""
    for part in sentencex.get_sentence_boundaries(language, block):
        if whole and not _goes_on(whole, part["text"], language):
            yield whole.strip()
            whole = ""
        whole += part["text"]
    if whole.strip():
        yield whole.strip()


def _goes_on(before: str, after: str, language: str) -> bool:
    """Whether a full stop that sentencex took for an end was none."""
    if ORDINAL.match(after) or NUMBERED.fullmatch(before):
        return True
    if language != "pt":
        return False
    end = before[-LONGEST:]  # all of it, again and again, would take long
    numbered = BEFORE_NUMBERS.search(end) and NUMBER.match(after)
    return bool(numbered or (BEFORE_NAMES.search(end) and NAME.match(after)))
