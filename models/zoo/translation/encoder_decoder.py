"""Attention is all you need (Vaswani et al. 2017), as transformers has it in many families.

One class for every encoder-decoder of texts that transformers loads and whose attention goes
through its interface: T5, BART and mBART, Marian, M2M100 and NLLB, Pegasus. Which calls of a pass
are the encoder's, the decoder's own and its view of the source is told by trying it. Axis sizes in
comments: B sentences or hypotheses, H heads, T target tokens, S source tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModelForSeq2SeqLM, DynamicCache, EncoderDecoderCache

from foveate.models.calls import QueryKeyCall
from foveate.models.errors import Unrecordable
from foveate.models.inputs.text import Text
from foveate.models.recording import recording
from foveate.models.translation.search import Output
from foveate.models.zoo.pretrained import pretrained
from foveate.models.zoo.translation.places import Place
from foveate.models.zoo.translation.translator import Translator
from foveate.models.zoo.translation.vocabulary import Vocabulary, vocabulary_of

PROJECTIONS = ("out_proj", "o")  # what takes the weighted sums back, by its name in a family


@dataclass(slots=True, eq=False)
class State:
    """What decoding keeps of one batch: the encoder's states (B, S, width), and a cache."""

    hidden: Tensor
    mask: Tensor | None
    cache: Any  # an EncoderDecoderCache
    attention: bool = True

    def select(self, beams: Tensor) -> None:
        """Keeps these hypotheses of one source."""
        self.cache.reorder_cache(beams)
        self.hidden = self.hidden[:1].expand(len(beams), -1, -1)

    def look(self, bias: Tensor) -> None:
        """What the next steps may look at (T, S), of a single sentence."""
        self.mask = bias[None, None]

    def blind(self) -> None:
        """From here on what is seen of the source is zero."""
        self.attention = False


class Network(nn.Module):
    """A model of transformers as the search drives it. What goes into its decoder are ids."""

    def __init__(self, model: Any, start: int) -> None:
        super().__init__()
        self.model = model
        self.first = start

    def encode(self, ids: Tensor, mask: Tensor | None = None) -> State:
        """Source ids (B, S), and True where a key is no padding (B, 1, 1, S)."""
        real = None if mask is None else mask[:, 0, 0].long()
        hidden = self.model.get_encoder()(input_ids=ids, attention_mask=real).last_hidden_state
        return State(hidden, real, EncoderDecoderCache(DynamicCache(), DynamicCache()))

    def start(self, count: int) -> Tensor:
        """The start token (B, 1)."""
        return torch.full((count, 1), self.first)

    def embed(self, ids: Tensor, position: int) -> Tensor:
        """Ids (B, T) as they are: transformers embeds them itself, and counts positions."""
        return ids

    def decode(self, x: Tensor, state: State) -> Tensor:
        """Ids (B, T) to the decoder's states (B, T, width); moves `state` on by T."""
        if not state.attention and not state.cache.cross_attention_cache.get_seq_length():
            self._forget(x[:, :1], state)
        states = self._decoded(x, state)
        config = self.model.config
        if getattr(config, "scale_decoder_outputs", False):  # T5, where it shares its embedding
            states = states * config.d_model**-0.5
        return states

    def _decoded(self, ids: Tensor, state: State) -> Tensor:
        found: Tensor = self.model.get_decoder()(
            input_ids=ids,
            encoder_hidden_states=state.hidden,
            encoder_attention_mask=state.mask,
            past_key_values=state.cache,
            use_cache=True,
        ).last_hidden_state
        return found

    def _forget(self, ids: Tensor, state: State) -> None:
        """Fills the cache with keys of the source, and zeros for its values."""
        limited, state.mask = state.mask, None
        with recording(len(ids)):  # a pass that nobody looks at
            self._decoded(ids, state)
        state.mask = limited
        seen = state.cache.cross_attention_cache
        for layer in seen.layers:
            layer.values = torch.zeros_like(layer.values)
        state.cache = EncoderDecoderCache(DynamicCache(), seen)

    def output(self, allowed: Tensor | None) -> tuple[Tensor, Tensor]:
        """The output layer's rows and biases for the allowed ids."""
        head = self.model.get_output_embeddings()
        bias = getattr(self.model, "final_logits_bias", None)  # BART's kin
        bias = head.bias if bias is None else bias[0]
        bias = torch.zeros(len(head.weight)) if bias is None else bias
        return (head.weight, bias) if allowed is None else (head.weight[allowed], bias[allowed])

    def places(self) -> dict[nn.Module, Place]:
        """The place of every attention, by a source of three tokens and a target of two.

        Raises Unrecordable for a decoder that does not attend to itself and to the source by turns.
        """
        with torch.inference_mode(), recording() as calls:
            state = self.encode(torch.full((1, 3), self.first))
            before = len(calls)
            self.decode(torch.full((1, 2), self.first), state)
        wanted = [(3, 3)] * before + [(2, 2), (2, 3)] * ((len(calls) - before) // 2)
        if [call.shape[1:] for call in calls if isinstance(call, QueryKeyCall)] != wanted:
            raise Unrecordable(
                f"{type(self.model).__name__} does not attend to the source in every layer of "
                "its decoder, as encoder-decoders do: its structure is not known."
            )
        found: dict[nn.Module, Place] = {}
        for number, call in enumerate(calls):
            encoder, turn = number < before, (number - before) % 2
            layer = (number if encoder else (number - before) // 2) + 1
            kind = "self" if encoder or not turn else "cross"
            name = f"{'encoder' if encoder else 'decoder'}.{layer}.{kind}"
            found[call.module] = Place(name, kind, layer, _projection(call.module))  # type: ignore[arg-type]
        return found


def _projection(attention: nn.Module) -> nn.Linear | None:
    return next((getattr(attention, n) for n in PROJECTIONS if hasattr(attention, n)), None)


def _beginning(model: Any, vocabulary: Vocabulary) -> tuple[int, int | None]:
    """The decoder's start token, and the token that it has to write first, where there is one."""
    settings = model.generation_config
    if model.config.model_type == "mbart" and vocabulary.tag is not None and vocabulary.tag_last:
        return vocabulary.tag, None
    start = settings.decoder_start_token_id
    start = model.config.bos_token_id if start is None else start
    return start, settings.forced_bos_token_id if vocabulary.tag is None else vocabulary.tag


class EncoderDecoder(Translator):
    """A model that transformers can load from a folder; `languages` are those of its card."""

    tagged = True

    def __init__(
        self,
        name: str,
        folder: Path,
        dtype: torch.dtype,
        languages: tuple[str, str] | None = None,
    ) -> None:
        # float32 whatever was asked: sentences are short and their numbers are looked at.
        model = pretrained(name, AutoModelForSeq2SeqLM, folder)
        self.vocabulary: Vocabulary = vocabulary_of(name, folder, languages)
        settings = model.generation_config
        start, self.begin = _beginning(model, self.vocabulary)
        self.never = [ids[0] for ids in settings.bad_words_ids or () if len(ids) == 1]
        super().__init__(name, Network(model, start))

    def read(self, text: str, spans: Sequence[tuple[int, int]] | None = None) -> Text:
        return self.vocabulary.read(text, spans)

    def read_target(self, text: str, spans: Sequence[tuple[int, int]] | None = None) -> Text:
        return self.vocabulary.read_target(text, spans)

    def embeddings(self) -> Tensor:
        table: Tensor = self.network.model.get_input_embeddings().weight
        return table

    @property
    def end(self) -> int:
        return self.vocabulary.end

    def piece(self, number: int) -> str:
        return self.vocabulary.piece(number)

    def _spelt(self, ids: Sequence[int]) -> str:
        return self.vocabulary.spell(ids)

    def _written(self, ids: list[int]) -> Text:
        return self.vocabulary.written(ids)

    def _output(self, sources: Sequence[list[int]], also: Sequence[int]) -> Output:
        weight, bias = self.network.output(None)
        bias = bias.index_fill(0, torch.tensor(self.never, dtype=torch.long), float("-inf"))
        return Output(weight, bias, None, self.end, begin=self.begin)
