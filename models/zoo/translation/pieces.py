"""A text as the pieces of a vocabulary of sentencepiece (Kudo and Richardson 2018, D18-2012)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any

from foveate.models.errors import InputError
from foveate.models.inputs.characters import notes, read_as
from foveate.models.inputs.text import Text, Token, check_tokens, group


def text_of(
    pieces: Any, text: str, parameter: str, spans: Sequence[tuple[int, int]] | None
) -> Text:
    """A clean text as a vocabulary reads it: characters that it lacks by their equivalents, in the
    text's own places and spelling. Raises InputError, OversizedInput.
    """
    unknown = pieces.unk_id()

    @cache
    def known(character: str) -> bool:
        return unknown not in pieces.encode(character)

    tokens = tokens_of(pieces.encode(text, return_type="proto"), text, unknown)
    read = read_as(text, tokens, known)
    if read != text:
        tokens = tokens_of(pieces.encode(read, return_type="proto"), text, unknown, read)
    if not tokens:
        raise InputError(f"{parameter} {text[:40]!r} has nothing the model can read.", parameter)
    end = pieces.eos_id()
    tokens.append(Token(end, pieces.id_to_piece(end), "", len(text), len(text), special=True))
    check_tokens(tokens, parameter)
    said = notes(text, tokens, known, read)
    return Text(text, tuple(tokens), group(text, tokens, spans), said)


def tokens_of(spelt: Any, text: str, unknown: int, read: str | None = None) -> list[Token]:
    """sentencepiece's pieces with their places; it counts bytes, we count code points.

    `read` is what was encoded in the text's place, of as many code points.
    """
    read = text if read is None else read
    starts = {at: i for i, at in enumerate(accumulate((len(c.encode()) for c in read), initial=0))}
    tokens = []
    for piece in spelt.pieces:
        start, end = starts[piece.begin], starts[piece.end]
        surface = text[start:end]
        label = piece.piece if surface == read[start:end] else _as_written(piece.piece, surface)
        tokens.append(Token(piece.id, label, surface, start, end, unknown=piece.id == unknown))
    return tokens


def _as_written(piece: str, surface: str) -> str:
    """A piece in the text's own spelling, where it has as many characters."""
    body, written = piece.lstrip("▁"), surface.strip()
    return piece.removesuffix(body) + written if len(body) == len(written) else piece
