"""What every encoder-decoder of the zoo shares: batches, search and the trace.

A network encodes ids into a state, decodes step by step, and names its attention sites; recording
gathers queries and keys from whatever attention it has.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from typing import Any

import torch
from torch import Tensor

from foveate.models.attention import Values
from foveate.models.axis import Tokens
from foveate.models.calls import Call, QueryKeyCall
from foveate.models.errors import InputError
from foveate.models.inputs.text import Text
from foveate.models.recording import Calls, recording
from foveate.models.threads import at_most
from foveate.models.trace import Deferred, Trace, TranslationFrame
from foveate.models.translation import search
from foveate.models.translation.guidance import FREE, Guidance
from foveate.models.translation.result import Live, Translation, Watch, decoding_steps
from foveate.models.translation.search import Output
from foveate.models.zoo.translation.places import Place, Places, sites

BEAMS = range(1, 9)


class Translator:
    """An encoder-decoder; what it reads and writes is its subclass's. May run in any thread.

    A small one may say on how many `threads` it writes one sentence at most: a step's products are
    so short that threads wait for each other for longer than they save.
    """

    precision = "float32"
    threads: int | None = None

    def __init__(self, name: str, network: Any) -> None:
        self.name = name
        self.network = network
        self.places: Places = network.places()

    @property
    def nbytes(self) -> int:
        return sum(t.nbytes for t in (*self.network.parameters(), *self.network.buffers()))

    def read(self, text: str, spans: Sequence[tuple[int, int]] | None = None) -> Text:
        """A clean source sentence as this model reads it. Raises OversizedInput."""
        raise NotImplementedError

    def read_target(self, text: str, spans: Sequence[tuple[int, int]] | None = None) -> Text:
        """A clean target sentence as this model would write it. Raises OversizedInput."""
        raise NotImplementedError

    @torch.inference_mode()
    def translate(
        self,
        sources: Sequence[Text],
        beam: int = 1,
        watch: Watch | None = None,
        guidance: Guidance = FREE,
    ) -> list[Translation]:
        """Translations of a batch: greedy, or by a beam of 2 to 8, one sentence after another.

        `watch` sees each step of a single sentence as it happens; what it raises ends the work.
        `guidance` is for a single sentence. Raises InputError.
        """
        if beam not in BEAMS:
            raise InputError(
                f"beam {beam} is out of range: give 1 (greedy) to {BEAMS[-1]}.", "beam"
            )
        guidance.check([len(source.tokens) for source in sources])
        if beam > 1:
            return [self._by_beam(source, beam, guidance) for source in sources]
        found: dict[int, Translation] = {}
        for chosen in search.batches([source.tokens for source in sources]):
            made = self._greedily([sources[i] for i in chosen], watch, guidance)
            found |= zip(chosen, made, strict=True)
        return [found[i] for i in range(len(sources))]

    def _greedily(
        self, sources: Sequence[Text], watch: Watch | None, guidance: Guidance
    ) -> list[Translation]:
        start = time.perf_counter()
        limits = [search.limit(source.tokens) for source in sources]
        bias = guidance.bias(max(limits), len(sources[0].tokens))
        with self._recording(len(sources)) as calls:
            state, output = self._encode(sources, guidance)
            seen = None if watch is None else self._live(watch, calls, output)
            with at_most(self.threads if len(sources) == 1 else None):
                written, logits = search.greedy(self.network, state, output, limits, seen, bias)
        elapsed = (time.perf_counter() - start) * 1000
        return [
            self._translation(source, self._written(ids), calls, output, logits, i, elapsed, bias)
            for i, (source, ids) in enumerate(zip(sources, written, strict=True))
        ]

    @torch.inference_mode()
    def force(
        self, source: Text, target: Text, forced: bool = True, guidance: Guidance = FREE
    ) -> Translation:
        """Teacher forcing: the trace of writing the given target (Williams and Zipser 1989)."""
        start = time.perf_counter()
        bias = guidance.bias(len(target.tokens), len(source.tokens))
        with self._recording() as calls:
            output, logits = self._force(source, target.ids, guidance, bias)
        elapsed = (time.perf_counter() - start) * 1000
        return self._translation(source, target, calls, output, logits, 0, elapsed, bias, forced)

    @torch.inference_mode()
    def values(self, source: Text, target: Text, site: str, guidance: Guidance = FREE) -> Values:
        """The values and output projection at one site, from a pass of its own. InputError."""
        bias = guidance.bias(len(target.tokens), len(source.tokens))
        with self._recording(values=True) as calls:
            self._force(source, target.ids, guidance, bias)
        for call in calls:
            place = self.places[call.module]
            if place.name == site:
                return self._values(place, call)
        raise InputError(f"site {site[:80]!r} is not in {self.name}.", "site")

    def _values(self, place: Place, call: Call) -> Values:
        if not isinstance(call, QueryKeyCall):
            raise InputError(
                f"site {place.name} of {self.name} scores by a small network: it has weights, but "
                "no queries and keys to multiply.",
                "site",
            )
        if place.projection is None:
            return call.values(None)
        weight, bias = place.projection.weight, place.projection.bias
        return call.values(weight.float(), None if bias is None else bias.float())

    def _recording(self, inputs: int = 1, values: bool = False) -> AbstractContextManager[Calls]:
        return recording(inputs, values, needed=bool(self.places))

    def _force(
        self, source: Text, ids: list[int], guidance: Guidance, bias: Tensor | None
    ) -> tuple[Output, Tensor]:
        """Encodes and writes `ids` in one pass: logits (1, T, V)."""
        state, output = self._encode([source], guidance, ids)
        if bias is not None:
            state.look(bias)
        states = self.network.decode(search.forced(self.network, torch.tensor([ids])), state)
        return output, output.logits(states)

    def _by_beam(self, source: Text, width: int, guidance: Guidance) -> Translation:
        state, output = self._encode([source], guidance)
        limit = search.limit(source.tokens)
        bias = guidance.bias(limit, len(source.tokens))
        tree, path = search.beam(self.network, state, output, width, limit, self.piece, bias)
        target = self._written([tree[number].token.id for number in path])
        best = self.force(source, target, forced=False, guidance=guidance)
        return replace(best, tree=tree, path=path)

    def _encode(
        self, sources: Sequence[Text], guidance: Guidance = FREE, also: Sequence[int] = ()
    ) -> tuple[Any, Output]:
        """The encoded batch and the output layer it may use; padding is masked."""
        ids = [source.ids for source in sources]
        state = self.network.encode(*search.padded(ids, self.end))
        if not guidance.attention:
            state.blind()
        return state, self._output(ids, also)

    def _output(self, sources: Sequence[list[int]], also: Sequence[int]) -> Output:
        """What may be written of these sources' ids, `also` those."""
        raise NotImplementedError

    def embeddings(self) -> Tensor:
        """The table of embeddings (V, E) that tokens of the source begin as."""
        table: Tensor = self.network.embedding.weight
        return table

    @property
    def end(self) -> int:
        """The token that ends a sentence."""
        raise NotImplementedError

    def piece(self, number: int) -> str:
        """The name of a token."""
        raise NotImplementedError

    def _spelt(self, ids: Sequence[int]) -> str:
        """What ids spell."""
        raise NotImplementedError

    def _written(self, ids: list[int]) -> Text:
        """Ids, ended or not, as the text they spell."""
        raise NotImplementedError

    def _translation(
        self,
        source: Text,
        target: Text,
        calls: Calls,
        output: Output,
        logits: Tensor,
        item: int,
        elapsed: float,
        bias: Tensor | None,
        forced: bool = False,
    ) -> Translation:
        found = logits[item, : len(target.tokens)]
        if output.hidden is not None and output.allowed is not None:
            mine = output.hidden[item] == 0
            found, allowed = found[:, mine], output.allowed[mine]
        else:
            allowed = output.allowed  # type: ignore[assignment]
        steps = decoding_steps(found, target.ids, allowed, self.piece)
        frame = TranslationFrame(Tokens(source.labels), Tokens(target.labels))
        found_sites = tuple(sites(self.places, calls, source, target, item, bias))
        timings = {"forward_ms": elapsed}
        trace = Trace(self.name, frame, found_sites, self._outputs(source), timings)
        return Translation(source, target, steps, trace, forced)

    def _outputs(self, source: Text) -> dict[str, Deferred]:
        """What the network shows of its encoder, worked out when somebody looks."""
        names: tuple[str, ...] = getattr(self.network, "shown", ())
        if not names:
            return {}

        @cache
        def found() -> dict[str, Tensor]:
            with torch.inference_mode():
                ids = torch.tensor([source.ids])
                shown: dict[str, Tensor] = self.network.outputs(ids, self.network.encode(ids))
                return shown

        width = 4 * self.network.size.hidden
        return {
            name: Deferred(lambda name=name: found()[name], width * len(source.tokens))  # type: ignore[misc]
            for name in names
        }

    def _live(self, watch: Watch, calls: Calls, output: Output) -> Callable[[int, Tensor], None]:
        """Turns each step of the search into what a watcher sees."""
        ids: list[int] = []

        def seen(token: int, logits: Tensor) -> None:
            ids.append(token)
            (step,) = decoding_steps(logits[None], [token], output.allowed, self.piece)
            weights = {
                self.places[module].name: call.item(0).rows()[:, 0]
                for module, call in calls.latest(len(self.places)).items()
                if self.places[module].kind == "cross"
            }
            spelt = self._spelt([i for i in ids if i != self.end])
            watch(Live(len(ids) - 1, spelt, step, weights))

        return seen
