"""A folder's tokenizer, with the place in the text of every token."""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoTokenizer

from foveate.models.errors import WeightsError

FILE = "tokenizer.json"
# Vocabularies of older tokenizers, which transformers writes anew as one with places.
OLDER = ("vocab.txt", "vocab.json", "*.model", "*.spm")


def tokenizer_of(name: str, folder: Path) -> Tokenizer:
    """The tokenizer of a folder; an older one is converted. Raises WeightsError without any."""
    tokenizer = _kept(name, folder) if (folder / FILE).is_file() else _converted(name, folder)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _kept(name: str, folder: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(folder / FILE))
    except Exception as error:  # tokenizers raises nothing narrower
        raise WeightsError(f"{name}: {folder / FILE} cannot be read ({error}).") from error


def _converted(name: str, folder: Path) -> Tokenizer:
    if not any(path for pattern in OLDER for path in folder.glob(pattern)):
        raise WeightsError(
            f"{name}: there is no {FILE} in {folder}, nor an older vocabulary: write it there with "
            "the save_pretrained of the model's tokenizer."
        )
    try:
        found = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # a folder can be wrong in as many ways as transformers has code
        raise WeightsError(f"{name}: transformers cannot convert its tokenizer: {error}") from error
    backend = getattr(found, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer):
        raise WeightsError(
            f"{name}: there is no {FILE} in {folder}, and {type(found).__name__} does not say "
            "where its tokens lie in a text: they cannot be shown."
        )
    return backend


def unknown_of(tokenizer: Tokenizer) -> int | None:
    """The token that stands for what the vocabulary lacks, whatever it is called; None without."""
    model = tokenizer.model
    if hasattr(model, "unk_token"):
        return None if model.unk_token is None else tokenizer.token_to_id(model.unk_token)
    number = json.loads(model.__getstate__()).get("unk_id")  # Unigram tells it nowhere else
    return None if number is None else int(number)
