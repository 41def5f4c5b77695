"""Translators with vocabularies of sentencepiece, and a shortlist of what may be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from torch import Tensor

from foveate.models.inputs.text import Text, Token, group
from foveate.models.translation.search import Output
from foveate.models.zoo.translation.pieces import text_of, tokens_of
from foveate.models.zoo.translation.translator import Translator


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """The pieces a translation may use: the first `first` ids and each source id's likeliest.

    Those of source id s are `ids[offsets[s]:offsets[s + 1]]`. Without it a student model of this
    size spends nine tenths of its time on words that cannot come.
    """

    first: int
    offsets: Tensor
    ids: Tensor

    def allowed(self, source: Sequence[int], also: Sequence[int] = ()) -> Tensor:
        """Sorted ids (V) for the source ids, and `also` those."""
        lists = [self.ids[self.offsets[i] : self.offsets[i + 1]] for i in set(source)]
        given = torch.tensor([*also], dtype=torch.long)
        return _distinct([torch.arange(self.first), given, *lists])


class Piecewise(Translator):
    """An encoder-decoder with its vocabularies."""

    def __init__(
        self,
        name: str,
        network: Any,
        source: Path,
        target: Path,
        shortlist: Shortlist | None = None,
    ) -> None:
        super().__init__(name, network)
        self.source_pieces = sentencepiece.SentencePieceProcessor(str(source))
        same = source.read_bytes() == target.read_bytes()
        self.target_pieces = (
            self.source_pieces if same else sentencepiece.SentencePieceProcessor(str(target))
        )
        self.shortlist = shortlist

    def read(self, text: str, spans: Sequence[tuple[int, int]] | None = None) -> Text:
        """A clean source sentence as this model reads it. Raises OversizedInput."""
        return text_of(self.source_pieces, text, "text", spans)

    def read_target(self, text: str, spans: Sequence[tuple[int, int]] | None = None) -> Text:
        """A clean target sentence as this model would write it. Raises OversizedInput."""
        return text_of(self.target_pieces, text, "target", spans)

    def _output(self, sources: Sequence[list[int]], also: Sequence[int]) -> Output:
        lists = [self.shortlist.allowed(ids, also) for ids in sources] if self.shortlist else []
        allowed = _distinct(lists) if len(lists) > 1 else lists[0] if lists else None
        weight, bias = self.network.output(allowed)
        unknown = self.target_pieces.unk_id()
        bias = bias.clone()  # the unknown piece is never written, as in Marian
        bias[unknown if allowed is None else allowed == unknown] = float("-inf")
        hidden = None
        if len(lists) > 1 and allowed is not None:
            mine = torch.stack([torch.isin(allowed, part) for part in lists])  # (B, V)
            hidden = torch.zeros(mine.shape).masked_fill(~mine, float("-inf"))
        return Output(weight, bias, allowed, self.end, hidden)

    @property
    def end(self) -> int:
        return self.target_pieces.eos_id()

    def piece(self, number: int) -> str:
        return self.target_pieces.id_to_piece(number)

    def _spelt(self, ids: Sequence[int]) -> str:
        return str(self.target_pieces.decode(list(ids)))

    def _written(self, ids: list[int]) -> Text:
        """Ids, ended or not, as the text they spell."""
        ended = bool(ids) and ids[-1] == self.end
        spelt = self.target_pieces.decode(ids[: len(ids) - ended], return_type="proto")
        tokens = tokens_of(spelt, spelt.text, self.target_pieces.unk_id())
        # A lone space mark at the end spells nothing: sentencepiece may leave it out.
        notes = () if ended else (f"The translation was stopped after {len(ids)} tokens.",)
        if ended:
            tokens.append(self._end_token(spelt.text))
        return Text(spelt.text, tuple(tokens), group(spelt.text, tokens), notes)

    def _end_token(self, text: str) -> Token:
        return Token(self.end, self.piece(self.end), "", len(text), len(text), special=True)


def _distinct(ids: Sequence[Tensor]) -> Tensor:
    """All the ids, sorted, each once."""
    return torch.cat([*ids]).bincount().nonzero()[:, 0]
