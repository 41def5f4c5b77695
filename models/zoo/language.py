"""What the zoo's encoders and language models share: a tokenizer, a recorded pass, its sites."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers.utils.logging import disable_progress_bar

from models import text as texts
from models.recording import IMPLEMENTATION, Calls, projection, recording
from models.text import Text, Token
from models.trace import Axis, InputError, Site, Trace, Valued
from models.translation import Reading, Step
from models.weights import WeightsError

disable_progress_bar()  # type: ignore[no-untyped-call]


class LanguageModel:
    """A transformer over tokens in a folder of transformers; may run in any thread."""

    precision = "float32"
    stack = "encoder"

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        # float32 whatever was asked: sentences are short and their numbers are looked at.
        self.name = name
        self.model = pretrained(name, self.architecture(), folder)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

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
        tokens = self._tokens(self.tokenizer.encode(text, pair), whole, second or 0)
        if all(token.special for token in tokens):
            raise InputError(f"text {text[:40]!r} has nothing the model can read.", "text")
        texts.check_tokens(tokens)
        words = texts.group(whole, tokens)
        return Text(whole, tokens, words, texts.warnings(tokens), second)

    def _tokens(self, encoding: Any, whole: str, second: int) -> tuple[Token, ...]:
        tokens = []
        unknown = self.tokenizer.token_to_id("[UNK]")
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
            tokens.append(Token(number, piece, surface, *span, bool(special), number == unknown))
        return tuple(tokens)

    @torch.inference_mode()
    def trace(self, text: Text) -> Reading:
        """What every token of a text attends to, at every layer."""
        start = time.perf_counter()
        with recording() as calls:
            output = self.forward(text)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        trace = Trace(self.name, self._sites(calls, text), timings=timings)
        return Reading(text, trace, self.next(output, text))

    @torch.inference_mode()
    def values(self, text: Text, site: str) -> Valued:
        """The values and output projection at one site, from a pass of its own."""
        with recording(values=True) as calls:
            self.forward(text)
        for site_there, call in zip(self._sites(calls, text), calls, strict=True):
            if site_there.name == site:
                return call.valued(projection(self.model, call.module))
        raise InputError(f"site {site[:80]!r} is not in {self.name}.", "site")

    def forward(self, text: Text) -> Any:
        ids = torch.tensor([text.ids])
        segments = [0] * len(text.tokens)
        if text.second is not None:
            middle = next(i for i, t in enumerate(text.tokens) if t.special and i) + 1
            segments[middle:] = [1] * (len(segments) - middle)
        return self.run(ids, torch.tensor([segments]))

    def run(self, ids: Tensor, segments: Tensor) -> Any:
        """One pass over ids (1, T); `segments` is 1 for the tokens of the pair's second text."""
        raise NotImplementedError

    def next(self, output: Any, text: Text) -> tuple[Step, ...]:
        """What the model expects after each token: nothing, unless it is causal."""
        return ()

    def _sites(self, calls: Calls, text: Text) -> tuple[Site, ...]:
        axis = Axis("token", len(text.tokens), labels=text.labels)
        return tuple(
            Site(
                f"{self.stack}.{layer}.self",
                "self",
                layer,
                call.query.shape[1],
                axis,
                axis,
                call.item(0),
            )
            for layer, call in enumerate(calls, start=1)
        )


def pretrained(
    name: str, architecture: Any, folder: Path, dtype: torch.dtype = torch.float32
) -> Any:
    """The folder's model. transformers would start missing weights at random; here that raises."""
    model, found = architecture.from_pretrained(
        folder,
        dtype=dtype,
        attn_implementation=IMPLEMENTATION,
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
    )
    missing = [*found["missing_keys"], *found["mismatched_keys"]]
    # The pooler reads one token after the last layer: many folders have none.
    missing = [key for key in missing if not key.startswith("pooler.")]
    if missing:
        raise WeightsError(f"{name}: {folder} lacks weights the architecture needs: {missing[:3]}.")
    return model.eval().requires_grad_(False)
