"""What the zoo's encoders and language models share: a tokenizer, a recorded pass, its sites."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foveate.models.attention import Values
from foveate.models.axis import Tokens
from foveate.models.errors import InputError
from foveate.models.inputs.characters import tokens_of
from foveate.models.inputs.text import Text, Token, check_tokens, group
from foveate.models.recording import Calls, recording
from foveate.models.site import Site
from foveate.models.threads import at_most
from foveate.models.trace import Deferred, TextFrame, Trace
from foveate.models.translation.result import DecodingStep, Reading
from foveate.models.zoo.pretrained import pretrained, values_at
from foveate.models.zoo.text.biased import prepare
from foveate.models.zoo.text.tokenizer import tokenizer_of, unknown_of

FEW = 10_000  # numbers between two layers, below which one thread is faster than two


class LanguageModel:
    """A transformer over tokens in a folder of transformers; may run in any thread."""

    precision = "float32"
    stack = "encoder"

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        # float32 whatever was asked: sentences are short and their numbers are looked at.
        self.name = name
        self.model = pretrained(name, self.architecture(), folder, check=prepare)
        self.tokenizer = tokenizer_of(name, folder)
        self.unknown = unknown_of(self.tokenizer)

    def architecture(self) -> Any:
        """The transformers class that loads the folder."""
        raise NotImplementedError

    @property
    def nbytes(self) -> int:
        return sum(t.nbytes for t in (*self.model.parameters(), *self.model.buffers()))

    def read(self, text: str, pair: str | None = None) -> Text:
        """A clean text, or a pair, as this model reads it. Raises OversizedInput."""
        whole = text if pair is None else f"{text}\n{pair}"
        second = None if pair is None else len(text) + 1

        def encode(given: str) -> list[Token]:
            parts = (given, None) if second is None else (given[: second - 1], given[second:])
            return self._tokens(self.tokenizer.encode(*parts), given, second or 0)

        tokens, said = tokens_of(whole, encode, cache(self._knows))
        if all(token.special for token in tokens):
            raise InputError(f"text {text[:40]!r} has nothing the model can read.", "text")
        check_tokens(tokens)
        return Text(whole, tuple(tokens), group(whole, tokens), said, second)

    def embeddings(self) -> Tensor:
        """The table of embeddings (V, E) that tokens begin as, without their places."""
        table: Tensor = self.model.get_input_embeddings().weight
        return table

    def piece(self, number: int) -> str:
        """The name of a token; a model may have rows that no token has."""
        return str(self.tokenizer.id_to_token(number) or f"<{number}>")

    def _knows(self, character: str) -> bool:
        ids = self.tokenizer.encode(character, add_special_tokens=False).ids
        return self.unknown not in ids

    def _tokens(self, encoding: Any, whole: str, second: int) -> list[Token]:
        tokens = []
        parts = zip(
            encoding.ids,
            encoding.tokens,
            encoding.offsets,
            encoding.sequence_ids,
            encoding.special_tokens_mask,
            strict=True,
        )
        for number, piece, (start, end), sequence, special in parts:
            shift = second if sequence == 1 else 0
            surface = whole[start + shift : end + shift]
            span = start + shift, end + shift
            tokens.append(
                Token(number, piece, surface, *span, bool(special), number == self.unknown)
            )
        return tokens

    def trace(self, text: Text) -> Reading:
        """What every token of a text attends to, at every layer."""
        return self.trace_several([text])[0]

    @torch.inference_mode()
    def trace_several(self, texts: Sequence[Text]) -> list[Reading]:
        """The same of texts of as many tokens each, in one pass."""
        start = time.perf_counter()
        with recording(len(texts)) as calls:
            output = self.forward(texts)
        elapsed = (time.perf_counter() - start) * 1000
        if len(texts) == 1:
            return [self._reading(texts[0], calls, output, 0, elapsed)]
        return [
            self._reading(text, calls.apart(item), output, item, elapsed)
            for item, text in enumerate(texts)
        ]

    def _reading(self, text: Text, calls: Calls, output: Any, item: int, elapsed: float) -> Reading:
        axis = Tokens(text.labels)
        sites, outputs = self._sites(calls, axis), self.outputs(output, item)
        timings = {"forward_ms": elapsed}
        trace = Trace(self.name, TextFrame(axis), sites, outputs, timings)
        return Reading(text, trace, self.next(output, text, item))

    @torch.inference_mode()
    def values(self, text: Text, site: str) -> Values:
        """The values and output projection at one site, from a pass of its own. InputError."""

        def sites(calls: Calls) -> tuple[Site, ...]:
            return self._sites(calls, Tokens(text.labels))

        return values_at(self.name, site, lambda: self.forward([text]), sites)

    def forward(self, texts: Sequence[Text]) -> Any:
        ids = torch.tensor([text.ids for text in texts])
        segments = torch.tensor([self._segments(text) for text in texts])
        width = getattr(self.model.config, "hidden_size", FEW)
        with at_most(1 if ids.numel() * width < FEW else None):
            return self.run(ids, segments)

    def _segments(self, text: Text) -> list[int]:
        segments = [0] * len(text.tokens)
        if text.second is not None and getattr(self.model.config, "type_vocab_size", 2) > 1:
            own = (i for i, t in enumerate(text.tokens) if not t.special and t.start >= text.second)
            middle = next(own, len(segments))
            segments[middle:] = [1] * (len(segments) - middle)
        return segments

    def run(self, ids: Tensor, segments: Tensor) -> Any:
        """One pass over ids (B, T); `segments` is 1 for the tokens of a pair's second text, where
        the model tells the two apart.
        """
        raise NotImplementedError

    def next(self, output: Any, text: Text, item: int) -> tuple[DecodingStep, ...]:
        """What the model expects after each token of one text of the pass: nothing, unless it is
        causal.
        """
        return ()

    def outputs(self, output: Any, item: int) -> dict[str, Deferred]:
        """What else the model shows of one text of the pass: nothing, unless it is an encoder."""
        return {}

    def _sites(self, calls: Calls, axis: Tokens) -> tuple[Site, ...]:
        return tuple(
            Site(f"{self.stack}.{layer}.self", "self", layer, axis, axis, attention)
            for layer, attention in enumerate(calls.attentions(), start=1)
        )
