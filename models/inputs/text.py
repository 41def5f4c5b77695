"""Text to words and tokens, each with its place in the text.

Offsets count Unicode code points of the cleaned text. A token belongs to the word whose letters it
covers, by offsets alone; what a word is follows Unicode's properties and not a list of strings.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import regex
import torch
from torch import Tensor

from foveate.models.errors import InputError, OversizedInput

MAX_CHARACTERS = 20_000
MAX_TOKENS = 512
MAX_WORD = 1000  # characters of a word that is given as one
MAX_MARKS = 30  # in a row, as in Unicode's stream-safe format (UAX #15): NFC of n takes n * n steps

# A run of letters and digits with what joins it inside (don't, well-known, 3.50, U.S.), one
# ideograph or kana run where no spaces part words, or else one grapheme: an emoji, a mark.
WORD = regex.compile(
    r"\p{Han}\p{M}*+|[\p{Hiragana}ー]++|[\p{Katakana}ー]++"
    r"|[[\p{L}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}]][\p{M}\p{Cf}]*+"
    r"(?:[['’\-‐‑.,·_]]?[[\p{L}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}]][\p{M}\p{Cf}]*+)*+"
    r"|(?:(?!\s)\X)",
    regex.V1,
)
TOO_MANY_MARKS = regex.compile(rf"(?<!\p{{M}})\p{{M}}{{{MAX_MARKS + 1}}}")
JOINERS = "\u200c\u200d"  # zero-width non-joiner and joiner carry meaning (Persian, emoji)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a model's vocabulary; `surface` is the text from `start` to `end` it stands for.

    Where a character was read as another (models/inputs/characters.py), `text` is the piece as the
    text spells it, and `id` the piece itself. `special` tokens ([CLS], </s>) stand for no text.
    """

    id: int
    text: str
    surface: str
    start: int
    end: int
    special: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its tokens, `first` up to but not including `last`; specials are their own."""

    text: str
    start: int
    end: int
    first: int
    last: int
    special: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A text as a model reads it. `notes` are sentences on what was changed or looks wrong.

    A pair of texts is one, with a line break between; the second begins at offset `second`.
    """

    text: str
    tokens: tuple[Token, ...]
    words: tuple[Word, ...]
    notes: tuple[str, ...] = ()
    second: int | None = None

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(token.text for token in self.tokens)

    @property
    def nbytes(self) -> int:
        return 200 * (len(self.tokens) + len(self.words)) + 4 * len(self.text)


def clean(text: str, parameter: str = "text", limit: int = MAX_CHARACTERS) -> str:
    """The text without control characters, in NFC, stripped.

    Raises InputError where nothing is left, it is no text or has too many combining marks in a row,
    OversizedInput over `limit`.
    """
    found = _seen(text, parameter, limit)
    if not found:
        raise InputError(f"{parameter} {text[:20]!r} is empty: give at least one word.", parameter)
    return found


def _seen(text: str, parameter: str, limit: int = MAX_CHARACTERS) -> str:
    """What of a text can be seen, maybe nothing. Raises InputError."""
    check_length(text, parameter, limit)
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise InputError(
            f"{parameter} has half of a surrogate pair: send valid Unicode.", parameter
        )
    if (marks := TOO_MANY_MARKS.search(text)) is not None:
        raise InputError(
            f"{parameter} has more than {MAX_MARKS} combining marks in a row, after "
            f"{text[: marks.start()][-20:]!r}: leave most of them out.",
            parameter,
        )
    return "".join(_visible(character) for character in unicodedata.normalize("NFC", text)).strip()


def check_length(text: str, parameter: str, limit: int = MAX_CHARACTERS) -> None:
    """Raises OversizedInput where a text has more than `limit` characters."""
    if len(text) > limit:
        raise OversizedInput(
            f"{parameter} has {len(text)} characters: give at most {limit}.", parameter
        )


def _visible(character: str) -> str:
    """Control characters become spaces; marks of direction and other unseen ones go."""
    if character == "\n":
        return character
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" if character not in JOINERS and not 0xE0000 <= ord(character) <= 0xE007F:
            return ""
        case "Cn" | "Co":
            return "\ufffd"
        case _:
            return character


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a text begin and end; marks and emoji are words of their own."""
    return [match.span() for match in WORD.finditer(text)]


def joined(words: Sequence[str], parameter: str) -> tuple[str, list[tuple[int, int]]]:
    """Given words, each clean and in one line, with spaces between, and where each lies.

    Raises InputError for one of which nothing is left, OversizedInput for more words than a
    sentence can have and for too long ones.
    """
    check_words(words, parameter)
    spans, cleaned, at = [], [], 0
    for number, word in enumerate(words):
        found = _clean_word(word, number, parameter)
        cleaned.append(found)
        spans.append((at, at + len(found)))
        at += len(found) + 1
    return " ".join(cleaned), spans


def _clean_word(word: str, number: int, parameter: str) -> str:
    found = _seen(word, parameter)
    if not found:
        raise InputError(
            f"{parameter} has {word[:20]!r} as its word {number}, of which nothing can be seen: "
            "leave it out.",
            parameter,
        )
    return " ".join(found.split("\n"))


def check_words(words: Sequence[object], parameter: str) -> None:
    """Raises OversizedInput for more words than a sentence has tokens, and for too long ones."""
    if len(words) > MAX_TOKENS:
        raise OversizedInput(
            f"{parameter} has {len(words)} words: give at most {MAX_TOKENS}.", parameter
        )
    for word in words:
        if isinstance(word, str) and len(word) > MAX_WORD:
            raise OversizedInput(
                f"{parameter} has a word of {len(word)} characters ({word[:20]!r}...): give at "
                f"most {MAX_WORD}.",
                parameter,
            )


def group(
    text: str, tokens: Sequence[Token], spans: Sequence[tuple[int, int]] | None = None
) -> tuple[Word, ...]:
    """The words of a text with the tokens that cover them.

    Words that share a token are one. A token that covers no letter (a lone space mark) goes to the
    word after it. With `spans` given, words are those and nothing is merged: a token goes to the
    first word it covers, and a word may be left without tokens (first == last).
    """
    if spans is not None:
        return _given(text, tokens, spans)
    words: list[Word] = []
    covering = _Cover(tokens)
    for start, end in word_spans(text):
        first, last = covering(start, end)
        if words and first < words[-1].last:
            words[-1] = _extended(words[-1], text, end, max(last, words[-1].last))
        elif first < last:
            words.append(Word(text[start:end], start, end, first, last))
    return _with_specials(_without_gaps(words, tokens), tokens)


class _Cover:
    """Finds the tokens that overlap a span; those that stand for text lie in its order."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.real = [i for i, token in enumerate(tokens) if not token.special]
        self.starts = [tokens[i].start for i in self.real]
        self.ends = [tokens[i].end for i in self.real]

    def __call__(self, start: int, end: int) -> tuple[int, int]:
        """First and last (exclusive) token; equal where none overlaps."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        return (self.real[first], self.real[last - 1] + 1) if first < last else (0, 0)


def _extended(word: Word, text: str, end: int, last: int) -> Word:
    end = max(end, word.end)
    return replace(word, text=text[word.start : end], end=end, last=last)


def _given(
    text: str, tokens: Sequence[Token], spans: Sequence[tuple[int, int]]
) -> tuple[Word, ...]:
    words, at = [], 0
    covering = _Cover(tokens)
    for start, end in spans:
        first, last = covering(start, end)
        first = max(first, at)
        last = max(first, last)
        words.append(Word(text[start:end], start, end, first, last))
        at = last
    return _with_specials(words, tokens)


def _without_gaps(words: list[Word], tokens: Sequence[Token]) -> list[Word]:
    """Tokens between two words go to the later one; after the last word, to that one."""
    at = next((i for i, token in enumerate(tokens) if not token.special), 0)
    filled = []
    for word in words:
        first = word.first
        while first > at and not tokens[first - 1].special:
            first -= 1
        filled.append(replace(word, first=first))
        at = word.last
    if filled:
        last = filled[-1].last
        while last < len(tokens) and not tokens[last].special:
            last += 1
        filled[-1] = replace(filled[-1], last=last)
    return filled


def _with_specials(words: Iterable[Word], tokens: Sequence[Token]) -> tuple[Word, ...]:
    special = [
        Word(token.text, token.start, token.end, index, index + 1, True)
        for index, token in enumerate(tokens)
        if token.special
    ]
    return tuple(sorted([*words, *special], key=lambda word: (word.first, word.last)))


def membership(words: Sequence[Word], size: int) -> Tensor:
    """(W, size): 1 where a token is in a word."""
    found = torch.zeros(len(words), size)
    for row, word in enumerate(words):
        found[row, word.first : word.last] = 1
    return found


def check_tokens(tokens: Sequence[object], parameter: str = "text") -> None:
    """Raises OversizedInput where a sentence has more tokens than are traced."""
    if len(tokens) > MAX_TOKENS:
        raise OversizedInput(
            f"{parameter} has a sentence of {len(tokens)} tokens: at most {MAX_TOKENS} are traced. "
            "Split it.",
            parameter,
        )
