"""Finished traces: what is kept of each, where, and under which names."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from foveate.app.problems import Problem
from foveate.app.runtime import costs
from foveate.models.attention import Values
from foveate.models.catalog.card import Card
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.text import Text
from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.trace import Trace
from foveate.models.translation.guidance import FREE, Guidance
from foveate.models.zoo.clips import clip_model

NAME, SEAL = 12, 4  # bytes of a trace's id: what it is of, and that it is ours
ID = re.compile(f"[0-9a-f]{{{2 * (NAME + SEAL)}}}")


@dataclass(frozen=True, slots=True, eq=False)
class ImageSource:
    """The photo of an image trace, its longest side as the model saw it, and what was changed."""

    photo: Photo
    resolution: int
    intervention: Intervention = UNTOUCHED

    @property
    def nbytes(self) -> int:
        return self.photo.nbytes

    @property
    def cost(self) -> float:
        """Of a pass on it, in nominal seconds."""
        return costs.seeing(self.resolution)

    def values(self, model: Any, site: str) -> Values:
        found: Values = model.values(self.photo, self.resolution, site, self.intervention)
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


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
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

    @property
    def text(self) -> TextSource:
        """The text. Raises InputError where the trace is of something else."""
        if isinstance(self.source, TextSource):
            return self.source
        raise InputError(f"trace {self.id} is not of a text.", "trace_id")


class Names:
    """Ids of traces, the same for the same model and parts, that no visitor can work out.

    They are keyed by a secret: who guesses what another has sent cannot try it. The last digits are
    a seal on the first, so that an id is known to be ours long after its trace has gone.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, card: Card, *parts: str) -> str:
        digest = hashlib.blake2b(key=self._secret, digest_size=NAME, person=b"trace")
        for part in (card.name, card.source.sha256, *parts):
            content = part.encode("utf-8", "surrogatepass")
            digest.update(len(content).to_bytes(8, "big") + content)
        return digest.hexdigest() + self._seal(digest.hexdigest())

    def ours(self, trace_id: str) -> bool:
        """Whether it was made here, by whichever process has the same secret."""
        name = trace_id[: 2 * NAME]
        return ID.fullmatch(trace_id) is not None and trace_id == name + self._seal(name)

    def _seal(self, name: str) -> str:
        seal = hashlib.blake2b(key=self._secret, digest_size=SEAL, person=b"seal")
        seal.update(name.encode())
        return seal.hexdigest()


class TraceStore(Protocol):
    """Where traces are kept until they expire. May be used from any thread, and may make it wait.

    Whatever asks it raises Problem 503 where it is elsewhere and does not answer.
    """

    @property
    def bytes(self) -> int:
        """Memory of this process for traces."""
        ...

    @property
    def lingering(self) -> int:
        """Memory of traces that it has let go of and that somebody still waits with."""
        ...

    def __len__(self) -> int: ...

    def name(self, card: Card, *parts: str) -> str:
        """A trace's id: see Names."""
        ...

    def put(self, stored: Stored) -> None:
        """Keeps a trace, letting go of others where the budget asks for it."""
        ...

    def find(self, trace_id: str) -> Stored | None:
        """The trace if it is kept, and whoever is told its id will find it."""
        ...

    def get(self, trace_id: str) -> Stored:
        """The trace. Raises Problem 410 where it is gone and 404 where it never was."""
        ...

    def answers(self) -> bool:
        """Whether it can be used now."""
        ...

    def close(self) -> None: ...


class MemoryStore:
    """In the memory of this process, the least recently used first out, within a byte budget.

    Its names mean nothing after the next start.
    """

    def __init__(self, budget: int, clock: Callable[[], float] = time.time) -> None:
        self._budget = budget
        self._clock = clock
        self._names = Names(secrets.token_bytes(32))
        self._lock = threading.Lock()
        self._traces: OrderedDict[str, Stored] = OrderedDict()
        self._dropped: list[weakref.ref[Stored]] = []
        self.bytes = 0

    @property
    def lingering(self) -> int:
        with self._lock:
            alive = [(ref, stored) for ref in self._dropped if (stored := ref()) is not None]
            self._dropped = [ref for ref, _ in alive]
        return sum(stored.nbytes for _, stored in alive)

    def __len__(self) -> int:
        return len(self._traces)

    def name(self, card: Card, *parts: str) -> str:
        return self._names.of(card, *parts)

    def put(self, stored: Stored) -> None:
        with self._lock:
            self._drop(stored.id)
            self._traces[stored.id] = stored
            self.bytes += stored.nbytes
            self._sweep()

    def find(self, trace_id: str) -> Stored | None:
        with self._lock:
            self._sweep()
            if trace_id in self._traces:
                self._traces.move_to_end(trace_id)
            return self._traces.get(trace_id)

    def get(self, trace_id: str) -> Stored:
        stored = self.find(trace_id)
        if stored is None:
            raise absent(trace_id, self._names.ours(trace_id))
        return stored

    def answers(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""

    def _sweep(self) -> None:
        now = self._clock()
        for trace_id in [i for i, stored in self._traces.items() if stored.expires <= now]:
            self._drop(trace_id)
        while self.bytes > self._budget and len(self._traces) > 1:
            self._drop(next(iter(self._traces)))

    def _drop(self, trace_id: str) -> None:
        stored = self._traces.pop(trace_id, None)
        if stored is not None:
            self.bytes -= stored.nbytes
            self._dropped.append(weakref.ref(stored))


def absent(trace_id: str, ours: bool) -> Problem:
    """What is told of a trace that is not there: 410 for one that was."""
    if ours:
        return Problem(410, f"Trace {trace_id[:40]} has expired: send the input again.")
    return Problem(
        404,
        f"There is no trace {trace_id[:40]!r}: make one with POST /api/v1/images/traces, "
        "/translations/traces or /sentences/traces.",
    )
