"""Characters that a vocabulary lacks: what is read in their place, and what is said of the rest.

An unknown piece is a hole: a translator that has never seen a typographic apostrophe reads "can't"
without its negation. An equivalent is one code point for one, so that every place in the text stays
its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import regex

from foveate.models.inputs.text import Token

Known = Callable[[str], bool]  # whether a vocabulary knows a character
Encode = Callable[[str], Sequence[Token]]  # a text's tokens with their places in it
MARKS = ("▁", "##")  # sentencepiece's of a space before a piece, WordPiece's of none

# What a keyboard has, and the typographic forms of it (The Unicode Standard, section 6.2).
TYPOGRAPHIC = {
    form: plain
    for plain, forms in {
        "'": "‘’‚‛′ʼ`´ʹ‹›",
        '"': "“”„‟″«»「」『』",
        "-": "‐‑‒–—―−•‣",
        ".": "…。․",
        ",": "、،",
        "?": "؟",
        ";": "؛",
        "/": "⁄∕",
        "x": "×",
        "(": "[{",
        ")": "]}",
    }.items()
    for form in forms
}
# Letters with a stroke, which Unicode does not take apart.
STROKES = dict(zip("øØłŁđĐðħĦıŧŦ", "oOlLdDdhHitT", strict=True))
EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3--[©®™]]", regex.V1)
CAPITALS = regex.compile(r"\p{Lu}{2,}+(?!\p{Ll})")  # a word in capitals


def tokens_of(text: str, encode: Encode, known: Known) -> tuple[list[Token], tuple[str, ...]]:
    """A text's tokens and what is to be said of them: characters that the vocabulary lacks are read
    by their equivalents, in the text's own places and spelling.
    """
    tokens = encode(text)
    read = read_as(text, tokens, known)
    if read != text:
        tokens = [_as_written(token, text, read) for token in encode(read)]
    return list(tokens), notes(text, tokens, known, read)


def _as_written(token: Token, text: str, read: str) -> Token:
    """A token of what was read as one of the text, and its piece in the text's own spelling, where
    it has as many characters.
    """
    surface = text[token.start : token.end]
    body, written = token.text, surface.strip()
    for mark in MARKS:
        body = body.removeprefix(mark)
    if token.unknown or surface == read[token.start : token.end] or len(body) != len(written):
        return replace(token, surface=surface)
    return replace(token, surface=surface, text=token.text.removesuffix(body) + written)


def read_as(text: str, tokens: Sequence[Token], known: Known) -> str:
    """The text with equivalents, where there are any, of the characters in its unknown tokens.

    As long as the text. A word in capitals of which one is not known is read in lower case from
    its second letter on: its other capitals alone would spell nothing.
    """
    read = list(text)
    lacking = list(_lacking(text, tokens, known))
    instead = {c: equivalent(c, known) or c for c in {text[at] for at in lacking}}
    for at in lacking:
        read[at] = instead[text[at]]
    for word in CAPITALS.finditer(text):
        first, last = word.span()
        if "".join(read[first:last]) != word.group():
            rest = zip(read[first + 1 : last], text[first + 1 : last], strict=True)
            read[first + 1 : last] = [_lowered(to) if to == of else to for to, of in rest]
    return "".join(read)


def equivalent(character: str, known: Known) -> str | None:
    """One known code point of the same meaning, else of the same letter; None where none is."""
    offered = (c for c in _offered(character) if c is not None and len(c) == 1 and c != character)
    return next((c for c in offered if known(c)), None)


def _offered(character: str) -> Iterator[str | None]:
    """Plain forms, the letter in lower case, without its accent or stroke, a digit as ours."""
    compatible = unicodedata.normalize("NFKC", character)
    yield from (TYPOGRAPHIC.get(character), compatible, TYPOGRAPHIC.get(compatible))
    yield character.lower()
    if unicodedata.category(character).startswith("L"):
        base = STROKES.get(character, unicodedata.normalize("NFD", character)[0])
        yield from (base, base.lower())
    digit = unicodedata.decimal(character, None)
    yield None if digit is None else str(digit)


def _lowered(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _lacking(text: str, tokens: Sequence[Token], known: Known) -> Iterator[int]:
    """Places of the characters that make tokens unknown."""
    for token in tokens:
        if token.unknown:
            yield from (at for at in _places(token, text) if not known(text[at]))


def _places(token: Token, text: str) -> range:
    """Where a token lies; a part of a character (the stroke of ½), at that one."""
    return range(token.start, min(max(token.end, token.start + 1), len(text)))


def notes(
    text: str, tokens: Sequence[Token], known: Known, read: str | None = None
) -> tuple[str, ...]:
    """Sentences on what a vocabulary lacks of a text, and on letters `read` as others.

    Every character, or emoji, is named once, with what can be done about one of its kind.
    """
    kinds: dict[str, list[str]] = {}
    for name in dict.fromkeys(_named(text, tokens, known)):
        kinds.setdefault(_advice(name), []).append(name)
    others = dict.fromkeys(_as_others(text, read or text))
    if others:
        froms, tos = zip(*others, strict=True)
        kinds[f"read as {', '.join(tos)}."] = list(froms)
    return tuple(
        f"The model's vocabulary lacks {', '.join(names)}: {advice}"
        for advice, names in kinds.items()
    )


def _named(text: str, tokens: Sequence[Token], known: Known) -> Iterator[str]:
    """What a reader sees as one character (Unicode's graphemes), or the words that are too long."""
    lacking = set(_lacking(text, tokens, known))
    for match in regex.finditer(r"\X", text) if lacking else ():
        if lacking.intersection(range(*match.span())):
            yield match.group()
    for token in tokens:
        if token.unknown and token.surface.strip() and lacking.isdisjoint(_places(token, text)):
            yield token.surface.strip()


def _advice(name: str) -> str:
    """What can be done about a character that is not known, by its kind."""
    if EMOJI.search(name):
        return "leave emoji out."
    if not regex.search(r"\p{L}", name):
        return "write symbols as words, or leave them out."
    if regex.search(r"\p{Latin}", name):
        return "spell these words in other letters."
    return "is the text in a language it was trained on?"


def _as_others(text: str, read: str) -> Iterator[tuple[str, str]]:
    """Letters, and those without accent or stroke that were read in their place."""
    for of, to in zip(text, read, strict=True):
        if of.isalpha() and to.lower() != of.lower():
            yield of, to
