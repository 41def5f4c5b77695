"""Sentence pairs from tab-separated files: vocabulary, mixture of corpora, batches by length.

A corpus is a file NAME.train.tsv, or .tsv.xz, of lines `source<TAB>target`. A mixture says how much
of each an epoch takes: 0.5 is a new half of it every time, 2 is all of it twice.
"""

from __future__ import annotations

import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from torch import Tensor

from foveate.models.errors import InputError

END, BEGIN, UNKNOWN = 0, 1, 2
Pair = tuple[str, str]
Ids = tuple[np.ndarray, np.ndarray]


def read_pairs(folder: Path, name: str) -> list[Pair]:
    """The pairs of a file `name`.tsv or `name`.tsv.xz. Raises InputError."""
    for path in (folder / f"{name}.tsv", folder / f"{name}.tsv.xz"):
        if path.is_file():
            found = [_pair(line, f"{path}:{n}") for n, line in enumerate(_lines(path), 1)]
            if not found:
                raise InputError(f"{path} is empty: lines of source, tab, target are expected.")
            return found
    raise InputError(f"there is neither {name}.tsv nor {name}.tsv.xz in {folder}.")


def _lines(path: Path) -> list[str]:
    opened = lzma.open if path.suffix == ".xz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            return list(lines)
    except (UnicodeDecodeError, lzma.LZMAError, EOFError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text: {error}.") from error


def _pair(line: str, place: str) -> Pair:
    source, tab, target = line.rstrip("\n").partition("\t")
    if not (source and tab and target) or "\t" in target:
        raise InputError(f"{place} is {line[:40]!r}: source, one tab and target are expected.")
    return source, target


def train_vocabulary(pairs: Sequence[Pair], target: Path, size: int) -> None:
    """One byte-pair vocabulary for both languages (Sennrich et al. 2016), written to `target`."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text for pair in pairs for text in pair]),
        model_prefix=str(target.with_suffix("")),
        vocab_size=size,
        model_type="bpe",
        character_coverage=0.9998,
        eos_id=END,
        bos_id=BEGIN,
        unk_id=UNKNOWN,
        pad_id=-1,
        minloglevel=1,
    )
    target.with_suffix(".model").replace(target)
    target.with_suffix(".vocab").unlink()


def encode(pieces: sentencepiece.SentencePieceProcessor, pairs: Sequence[Pair]) -> list[Ids]:
    """Ids of both sides, each with the end token."""
    sides = [pieces.encode([pair[i] for pair in pairs], add_eos=True) for i in range(2)]
    return [(np.array(s, np.int32), np.array(t, np.int32)) for s, t in zip(*sides, strict=True)]


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded ids: source (B, S), its mask (B, 1, 1, S), target (B, T), -1 where it is padding."""

    source: Tensor
    mask: Tensor
    target: Tensor

    @property
    def tokens(self) -> int:
        return int((self.target >= 0).sum())


def padded(pairs: Sequence[Ids]) -> Batch:
    sources, targets = zip(*pairs, strict=True)
    lengths = torch.tensor([len(ids) for ids in sources])
    source = _block(sources, END)
    mask = torch.arange(source.shape[1]) < lengths[:, None]
    return Batch(source, mask[:, None, None], _block(targets, -1))


def _block(rows: Sequence[np.ndarray], fill: int) -> Tensor:
    block = np.full((len(rows), max(map(len, rows))), fill, np.int64)
    for row, ids in zip(block, rows, strict=True):
        row[: len(ids)] = ids
    return torch.from_numpy(block)


class Mixture:
    """An epoch's batches, the same for the same seed and epoch: resuming needs just those two."""

    def __init__(
        self, corpora: Mapping[str, Sequence[Ids]], shares: Mapping[str, float], longest: int
    ) -> None:
        self.parts = [
            ([pair for pair in corpora[name] if max(map(len, pair)) <= longest], share)
            for name, share in shares.items()
        ]

    def batches(self, seed: int, epoch: int, tokens: int) -> list[list[Ids]]:
        """Lists of pairs of like length that come to at most `tokens` on their longer side."""
        draw = np.random.default_rng((seed, epoch))
        chosen = [pair for pairs, share in self.parts for pair in _drawn(pairs, share, draw)]
        # Length first, with a jitter so that an epoch's batches are not the last one's.
        keys = [max(map(len, pair)) + draw.uniform(0, 2) for pair in chosen]
        made: list[list[Ids]] = [[]]
        longest = 0
        for at in np.argsort(keys):
            longest = max(longest, *map(len, chosen[at]))
            if made[-1] and longest * (len(made[-1]) + 1) > tokens:
                made.append([])
                longest = max(map(len, chosen[at]))
            made[-1].append(chosen[at])
        return [made[i] for i in draw.permutation(len(made))]


def _drawn(pairs: Sequence[Ids], share: float, draw: np.random.Generator) -> list[Ids]:
    whole, part = divmod(share, 1)
    some = draw.permutation(len(pairs))[: round(part * len(pairs))]
    return [*pairs] * int(whole) + [pairs[i] for i in some]
