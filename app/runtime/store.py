"""TraceStore: finished traces in memory, least recently used first out, within a byte budget."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from foveate.app.problems import Problem
from foveate.app.runtime import costs
from foveate.models.attention import Values
from foveate.models.catalog.card import Card
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.text import Text
from foveate.models.trace import Trace
from foveate.models.translation.guidance import FREE, Guidance
from foveate.models.zoo.clips import clip_model

REMEMBERED = 10_000  # ids of traces that are gone, so that they answer 410 and not 404


@dataclass(frozen=True, slots=True, eq=False)
class ImageSource:
    """The photo of an image trace, and its longest side as the model saw it."""

    photo: Photo
    resolution: int

    @property
    def nbytes(self) -> int:
        return self.photo.nbytes

    @property
    def cost(self) -> float:
        """Of a pass on it, in nominal seconds."""
        return costs.seeing(self.resolution)

    def values(self, model: Any, site: str) -> Values:
        found: Values = model.values(self.photo, self.resolution, site)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class ClipSource:
    """The clip of a video trace, its longest side as the model saw it, and how it was sampled."""

    clip: Clip
    resolution: int
    sampling: Sampling

    @property
    def nbytes(self) -> int:
        return self.clip.nbytes

    @property
    def cost(self) -> float:
        """Of the passes on it, in nominal seconds."""
        return costs.watching(self.resolution, len(self.clip.frames))

    def values(self, model: Any, site: str) -> Values:
        found: Values = clip_model(model).values(self.clip, self.resolution, site)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class TextSource:
    """The text of a sentence trace; a translation's also has its target, and how it was guided."""

    text: Text
    target: Text | None = None
    guidance: Guidance = FREE

    @property
    def nbytes(self) -> int:
        return self.text.nbytes + (self.target.nbytes if self.target else 0)

    @property
    def cost(self) -> float:
        """Of a pass on it, in nominal seconds."""
        return costs.translating([self.text, *([self.target] if self.target else [])])

    def values(self, model: Any, site: str) -> Values:
        found: Values
        if self.target is None:
            found = model.values(self.text, site)
        else:
            found = model.values(self.text, self.target, site, self.guidance)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A trace with what it was made of and its description on the wire (JSON bytes)."""

    id: str
    trace: Trace
    source: ImageSource | ClipSource | TextSource
    description: bytes
    expires: float

    @property
    def nbytes(self) -> int:
        return self.trace.nbytes + self.source.nbytes + len(self.description)

    @property
    def image(self) -> ImageSource:
        """The photo. Raises InputError where the trace is of a text or a clip."""
        if isinstance(self.source, ImageSource):
            return self.source
        of = "a clip: ask for its frames" if isinstance(self.source, ClipSource) else "a text"
        raise InputError(f"trace {self.id} is of {of}; this is there for photos alone.", "trace_id")

    @property
    def clip(self) -> ClipSource:
        """The clip. Raises InputError where the trace is of something else."""
        if isinstance(self.source, ClipSource):
            return self.source
        raise InputError(
            f"trace {self.id} is not of a clip: make one with POST /api/v1/videos/traces.",
            "trace_id",
        )


class TraceStore:
    """May be used from any thread; its names mean nothing after the next start."""

    def __init__(self, budget: int, clock: Callable[[], float] = time.time) -> None:
        self._budget = budget
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._traces: OrderedDict[str, Stored] = OrderedDict()
        self._gone: OrderedDict[str, None] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._traces)

    def name(self, card: Card, *parts: str) -> str:
        """A trace's name, the same for the same model and parts, that no visitor can work out.

        It is keyed by a secret of this start: who guesses what another has sent cannot try it.
        """
        digest = hashlib.blake2b(key=self._secret, digest_size=16)
        for part in (card.name, card.source.sha256, *parts):
            content = part.encode("utf-8", "surrogatepass")
            digest.update(len(content).to_bytes(8, "big") + content)
        return digest.hexdigest()

    def put(self, stored: Stored) -> None:
        """Keeps a trace, letting go of others where the budget asks for it."""
        with self._lock:
            self._drop(stored.id)
            self._gone.pop(stored.id, None)
            self._traces[stored.id] = stored
            self.bytes += stored.nbytes
            self._sweep()

    def find(self, trace_id: str) -> Stored | None:
        """The trace if it is kept and has not expired."""
        with self._lock:
            self._sweep()
            if trace_id in self._traces:
                self._traces.move_to_end(trace_id)
            return self._traces.get(trace_id)

    def get(self, trace_id: str) -> Stored:
        """The trace. Raises Problem 410 where it is gone and 404 where it never was."""
        stored = self.find(trace_id)
        if stored is not None:
            return stored
        with self._lock:
            gone = trace_id in self._gone
        if gone:
            raise Problem(410, f"Trace {trace_id[:40]} has expired: send the input again.")
        raise Problem(
            404,
            f"There is no trace {trace_id[:40]!r}: make one with POST /api/v1/images/traces, "
            "/translations/traces or /sentences/traces.",
        )

    def _sweep(self) -> None:
        now = self._clock()
        for trace_id in [i for i, stored in self._traces.items() if stored.expires <= now]:
            self._drop(trace_id)
        while self.bytes > self._budget and len(self._traces) > 1:
            self._drop(next(iter(self._traces)))

    def _drop(self, trace_id: str) -> None:
        stored = self._traces.pop(trace_id, None)
        if stored is None:
            return
        self.bytes -= stored.nbytes
        self._gone[trace_id] = None
        if len(self._gone) > REMEMBERED:
            self._gone.popitem(last=False)
