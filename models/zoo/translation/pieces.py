"""A text as the pieces of a vocabulary of sentencepiece (Kudo and Richardson 2018, D18-2012)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any

from foveate.models.errors import InputError
from foveate.models.inputs import characters
from foveate.models.inputs.text import Text, Token, check_tokens, group


def text_of(
    pieces: Any, text: str, parameter: str, spans: Sequence[tuple[int, int]] | None
) -> Text:
    """A clean text as a vocabulary reads it. Raises InputError, OversizedInput."""
    unknown = pieces.unk_id()

    @cache
    def known(character: str) -> bool:
        return unknown not in pieces.encode(character)

    def encode(given: str) -> list[Token]:
        return tokens_of(pieces.encode(given, return_type="proto"), given, unknown)

    tokens, said = characters.tokens_of(text, encode, known)
    if not tokens:
        raise InputError(f"{parameter} {text[:40]!r} has nothing the model can read.", parameter)
    end = pieces.eos_id()
    tokens.append(Token(end, pieces.id_to_piece(end), "", len(text), len(text), special=True))
    check_tokens(tokens, parameter)
    return Text(text, tuple(tokens), group(text, tokens, spans), said)


def tokens_of(spelt: Any, text: str, unknown: int) -> list[Token]:
    """sentencepiece's pieces with their places; it counts bytes, we count code points."""
    starts = {at: i for i, at in enumerate(accumulate((len(c.encode()) for c in text), initial=0))}
    tokens = []
    for piece in spelt.pieces:
        start, end = starts[piece.begin], starts[piece.end]
        surface = text[start:end]
        tokens.append(
            Token(piece.id, piece.piece, surface, start, end, unknown=piece.id == unknown)
        )
    return tokens
