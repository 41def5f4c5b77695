"""The vocabularies of an encoder-decoder in a folder of transformers, with every token's place.

Most are one file of the tokenizers library, which knows where its tokens lie in a text. Marian's
and M2M100's are sentencepiece's pieces, numbered by a table beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from tokenizers import Tokenizer
from transformers import AutoTokenizer

from foveate.models.errors import InputError, WeightsError
from foveate.models.inputs import characters
from foveate.models.inputs.text import Text, Token, check_tokens, group
from foveate.models.zoo.translation.pieces import tokens_of


class Side(Protocol):
    """How the source, or the target, is read."""

    def encode(self, text: str) -> list[Token]: ...


@dataclass(frozen=True, slots=True)
class Whole(Side):
    """A tokenizer of the tokenizers library, which adds special tokens and language tags itself."""

    tokenizer: Tokenizer
    unknown: int | None

    def encode(self, text: str) -> list[Token]:
        found = self.tokenizer.encode(text)
        parts = zip(found.ids, found.tokens, found.offsets, found.special_tokens_mask, strict=True)
        return [
            Token(number, piece, text[start:end], start, end, bool(special), number == self.unknown)
            for number, piece, (start, end), special in parts
        ]


@dataclass(frozen=True, slots=True)
class Pieces(Side):
    """sentencepiece's pieces, `numbers` by name, between special tokens."""

    pieces: Any
    numbers: Mapping[str, int]
    unknown: int
    before: tuple[Token, ...]
    after: tuple[Token, ...]

    def encode(self, text: str) -> list[Token]:
        spelt = self.pieces.encode(text, return_type="proto")
        found = [self._numbered(token) for token in tokens_of(spelt, text, self.pieces.unk_id())]
        return [*self.before, *found, *(_at(token, len(text)) for token in self.after)]

    def _numbered(self, token: Token) -> Token:
        number = self.numbers.get(token.text, self.unknown)
        unknown = number == self.unknown
        return Token(number, token.text, token.surface, token.start, token.end, False, unknown)


def _at(token: Token, place: int) -> Token:
    return Token(token.id, token.text, "", place, place, special=True)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a translator reads and writes; `tag` is the token of the language that it writes, which
    stands before its words, or after them.
    """

    source: Side
    target: Side
    end: int
    special: frozenset[int]
    piece: Callable[[int], str]
    spell: Callable[[Sequence[int]], str]
    tag: int | None = None

    @property
    def tag_last(self) -> bool:
        """Whether the tag stands after the words: mBART's decoder starts with it."""
        return self.tag is not None and self.target.encode("")[-1].id == self.tag

    def read(self, text: str, spans: Sequence[tuple[int, int]] | None = None) -> Text:
        """A clean source. Raises InputError, OversizedInput."""
        return _text(*_read(self.source, text), text, "text", spans)

    def read_target(self, text: str, spans: Sequence[tuple[int, int]] | None = None) -> Text:
        """A clean target, up to its end token. Raises InputError, OversizedInput."""
        tokens, said = _read(self.target, text)
        ends = [i for i, token in enumerate(tokens) if token.id == self.end]
        return _text(tokens[: ends[-1] + 1] if ends else tokens, said, text, "target", spans)

    def written(self, ids: Sequence[int]) -> Text:
        """Ids, ended or not, as the text they spell: a token is what it adds to it."""
        text, at, tokens = self.spell(ids), 0, []
        for count, number in enumerate(ids, start=1):
            end = max(at, _alike(self.spell(ids[:count]), text))
            special = number in self.special
            tokens.append(Token(number, self.piece(number), text[at:end], at, end, special))
            at = end
        said = () if ids and ids[-1] == self.end else _stopped(len(ids))
        return Text(text, tuple(tokens), group(text, tokens), said)


def _alike(begun: str, whole: str) -> int:
    """How many characters two texts begin with: half a character of bytes is another one yet."""
    pairs = enumerate(zip(begun, whole, strict=False))
    return next((i for i, (one, other) in pairs if one != other), min(len(begun), len(whole)))


def _stopped(steps: int) -> tuple[str, ...]:
    return (f"The translation was stopped after {steps} tokens.",)


def _read(side: Side, text: str) -> tuple[list[Token], tuple[str, ...]]:
    """Tokens and notes."""

    @cache
    def known(character: str) -> bool:
        return not any(token.unknown for token in side.encode(character))

    return characters.tokens_of(text, side.encode, known)


def _text(
    tokens: list[Token],
    said: tuple[str, ...],
    text: str,
    parameter: str,
    spans: Sequence[tuple[int, int]] | None,
) -> Text:
    if all(token.special for token in tokens):
        raise InputError(f"{parameter} {text[:40]!r} has nothing the model can read.", parameter)
    check_tokens(tokens, parameter)
    return Text(text, tuple(tokens), group(text, tokens, spans), said)


def vocabulary_of(name: str, folder: Path, languages: tuple[str, str] | None) -> Vocabulary:
    """The vocabularies of a folder; those of many languages read the one and write the other.

    Raises WeightsError where there are none, or languages are needed and not known.
    """
    try:
        hub: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # a folder can be wrong in as many ways as transformers has code
        raise WeightsError(f"{name}: {folder} has no tokenizer that loads ({error}).") from error
    tags = _tags(name, hub, languages)
    tag = None if tags is None else int(hub.convert_tokens_to_ids(tags[1]))
    if isinstance(getattr(hub, "backend_tokenizer", None), Tokenizer):
        return _whole(hub, tag)
    if hasattr(hub, "current_spm") or hasattr(hub, "sp_model"):
        return _pieces(hub, tag, languages)
    raise WeightsError(
        f"{name}: {type(hub).__name__} does not say where its tokens lie in a text: they cannot be "
        "shown."
    )


def _tags(name: str, hub: Any, languages: tuple[str, str] | None) -> tuple[str, str] | None:
    """The language tags of a tokenizer that has any, which it is set to; else None."""
    if not hasattr(hub, "src_lang"):
        return None
    source, target = languages or (hub.src_lang, hub.tgt_lang)
    if target is None:
        raise WeightsError(
            f"{name} writes many languages: say which two in its card, languages = [SOURCE, "
            "TARGET], as its tokenizer spells them."
        )
    known = [str(token) for token in (*hub.all_special_tokens, *_tagged(hub))]
    found = _tag(name, source, known), _tag(name, target, known)
    # M2M100 alone calls a language "en" and its tag "__en__".
    hub.src_lang, hub.tgt_lang = (tag.strip("_") for tag in found)
    return found


def _tag(name: str, language: str, known: Sequence[str]) -> str:
    code = language.replace("-", "_")
    for token in known:
        if token in (code, f"__{code}__") or token.startswith(f"{code}_"):
            return token
    some = ", ".join(sorted(token for token in known if "_" in token)[:5])
    raise WeightsError(
        f"{name} has no language {language!r}: give one as its tokenizer spells it ({some}, ...)."
    )


def _tagged(hub: Any) -> Mapping[str, int]:
    """The tags that M2M100 does not count as special tokens, with their numbers."""
    found: Mapping[str, int] = getattr(hub, "lang_token_to_id", {})
    return found


def _whole(hub: Any, tag: int | None) -> Vocabulary:
    """Of the tokenizers library: a copy for each side, as special tokens differ."""
    unknown = hub.unk_token_id
    copies = []
    for turn in ("_switch_to_input_mode", "_switch_to_target_mode"):
        getattr(hub, turn, lambda: None)()
        copy = Tokenizer.from_str(hub.backend_tokenizer.to_str())
        copy.no_truncation()
        copy.no_padding()
        copies.append(Whole(copy, unknown))
    decoder = copies[0].tokenizer
    return Vocabulary(
        copies[0],
        copies[1],
        hub.eos_token_id,
        frozenset(hub.all_special_ids),
        lambda number: str(decoder.id_to_token(number) or f"<{number}>"),
        lambda ids: str(decoder.decode(list(ids), skip_special_tokens=True)),
        tag,
    )


def _pieces(hub: Any, tag: int | None, languages: tuple[str, str] | None) -> Vocabulary:
    """Marian's and M2M100's."""
    sides: list[Pieces] = []
    for turn in ("_switch_to_input_mode", "_switch_to_target_mode"):
        getattr(hub, turn, lambda: None)()
        numbers = getattr(hub, "current_encoder", hub.encoder)
        asked = f">>{languages[1]}<<" if languages and not sides else ""  # of Marian's source
        before, after = _around(hub)
        if asked in numbers:
            before = [numbers[asked], *before]
        pieces = getattr(hub, "current_spm", None) or hub.sp_model
        around = (tuple(_special(hub, number) for number in part) for part in (before, after))
        sides.append(Pieces(pieces, numbers, int(hub.unk_token_id), *around))
    special = frozenset((*hub.all_special_ids, *_tagged(hub).values()))
    names = {number: piece for piece, number in sides[1].numbers.items()}
    named = {number: tag for tag, number in _tagged(hub).items()} | names

    def spell(ids: Sequence[int]) -> str:
        spelt = [names[number] for number in ids if number in names and number not in special]
        return str(sides[1].pieces.decode_pieces(spelt))

    def piece(number: int) -> str:
        return named.get(number, f"<{number}>")  # a model may have rows that no token has

    return Vocabulary(sides[0], sides[1], hub.eos_token_id, special, piece, spell, tag)


def _around(hub: Any) -> tuple[list[int], list[int]]:
    """The special tokens that stand before and after a text."""
    inside = -1
    built = hub.build_inputs_with_special_tokens([inside])
    at = built.index(inside)
    return built[:at], built[at + 1 :]


def _special(hub: Any, number: int) -> Token:
    return Token(number, str(hub.convert_ids_to_tokens(number)), "", 0, 0, special=True)
