"""From the bytes of a video to a stored trace: sampled, run and described, each once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import astuple, dataclass
from functools import partial
from typing import Self

from starlette.concurrency import run_in_threadpool

from foveate.app.runtime import costs
from foveate.app.runtime.decoding import ClipDecoder, turns
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.job import Job
from foveate.app.runtime.lab import Whens
from foveate.app.runtime.making import Makings
from foveate.app.runtime.samples import video_bytes
from foveate.app.runtime.store import ClipSource, Stored, TraceStore
from foveate.app.runtime.visits import Holdings
from foveate.app.settings import Settings
from foveate.app.wire.images import Timings
from foveate.app.wire.videos import VideoTrace
from foveate.models.catalog.card import Card
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.trace import Trace
from foveate.models.zoo.base import VideoModel
from foveate.models.zoo.clips import clip_model

DEFAULT_RESOLUTION = 336
SHARE = 2  # of the memory for traces, one clip may have one part in so many
GetClip = Callable[[], Awaitable[Clip]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a video: a model, the frames that are taken, their longest side, what is
    changed in the model; `digest` is that of the video's bytes.
    """

    card: Card
    sampling: Sampling
    resolution: int
    intervention: Intervention
    digest: str

    @classmethod
    def of(
        cls,
        data: bytes,
        card: Card,
        sampling: Sampling,
        resolution: int,
        intervention: Intervention,
    ) -> Self:
        return cls(card, sampling, resolution, intervention, hashlib.sha256(data).hexdigest())

    @property
    def parts(self) -> tuple[str, ...]:
        """What two traces that are the same have in common."""
        taken = map(str, (self.resolution, *astuple(self.sampling)))
        return (*taken, self.digest, self.intervention.key)

    @property
    def cost(self) -> float:
        """In nominal seconds."""
        return self.card.pass_seconds or costs.watching(self.resolution, self.sampling.frames)


class Videos:
    """Makes traces of clips and keeps them; the same one asked for twice at once runs once."""

    def __init__(
        self, host: ModelHost, store: TraceStore, holdings: Holdings, settings: Settings
    ) -> None:
        self._host = host
        self._holdings = holdings
        self._store = store
        self._settings = settings
        self._makings = Makings()
        self._decoder = ClipDecoder()
        self._decoding = turns(settings)

    async def trace(
        self,
        data: bytes,
        model: str | None = None,
        sampling: Sampling | None = None,
        resolution: int = DEFAULT_RESOLUTION,
        intervention: Intervention = UNTOUCHED,
    ) -> Stored:
        """The trace of a video file. Raises InputError, or Problem 503 when too much waits."""
        card = self._host.cards.card(model, "image", "video")
        taken = sampling or Sampling()
        # In a thread: the digest of 32 MiB takes longer than the loop may be held.
        asked = await run_in_threadpool(Asked.of, data, card, taken, resolution, intervention)
        return await self._found(asked, partial(self._decoded, data, taken))

    async def again(self, stored: Stored, intervention: Intervention) -> Stored:
        """The trace of a clip that is kept, with something changed. Raises as `trace`."""
        source = stored.clip
        card = self._host.cards.card(stored.trace.model, "image", "video")
        digest = source.clip.frames[0].sha256
        asked = Asked(card, source.sampling, source.resolution, intervention, digest)
        return await self._found(asked, partial(_held, source.clip))

    async def verdicts(
        self, stored: Stored, heads: Whens, intervention: Intervention
    ) -> list[Trace]:
        """What heads over time make of a clip that is kept: its frames go through their network
        once, and nothing more is kept. What has no attention is left as it is. Raises as `trace`.
        """
        source = stored.clip
        found = []
        for name, entry in heads.items():
            card = self._host.cards.card(name, "video")
            change = intervention if entry.chooses else UNTOUCHED
            work = partial(_seen, source, change)
            found.append(await self._host.run(card, "verdict", card.pass_seconds or 0.3, work))
        return found

    async def _found(self, asked: Asked, clip: GetClip) -> Stored:
        """The trace, made where it is not kept or on its way."""
        trace_id, stored = await run_in_threadpool(self._kept, asked)
        if stored is not None:
            return stored
        return await self._makings.once(
            trace_id,
            lambda: self._host.admit(asked.card, "clip", asked.cost),
            lambda job: self._make(job, trace_id, asked, clip),
        )

    def _kept(self, asked: Asked) -> tuple[str, Stored | None]:
        """In a thread: the store may be another machine's."""
        trace_id = self._store.name(asked.card, "clip", str(self._host.precision), *asked.parts)
        return trace_id, self._store.find(trace_id)

    async def sample(
        self,
        name: str,
        model: str | None = None,
        sampling: Sampling | None = None,
        resolution: int = DEFAULT_RESOLUTION,
        intervention: Intervention = UNTOUCHED,
    ) -> Stored:
        """The trace of a sample that comes with the service."""
        return await self.trace(video_bytes(name), model, sampling, resolution, intervention)

    async def _make(self, job: Job, trace_id: str, asked: Asked, get: GetClip) -> Stored:
        with job:
            return await self._made(job, trace_id, asked, get)

    async def _made(self, job: Job, trace_id: str, asked: Asked, get: GetClip) -> Stored:
        start = time.perf_counter()
        clip = await get()
        self._holdings.hold(clip.nbytes)  # until the store counts it
        decode_ms = (time.perf_counter() - start) * 1000

        def run(model: object) -> Stored:
            seeing = clip_model(model)
            most = self._settings.trace_bytes / SHARE
            trace = seeing.trace(clip, asked.resolution, most, asked.intervention)
            done = time.perf_counter()
            expires = time.time() + self._settings.trace_seconds
            described = VideoTrace.of(
                trace,
                clip,
                id=trace_id,
                resolution=asked.resolution,
                precision=seeing.precision,
                timings=Timings.of(decode_ms, trace.timings["forward_ms"], done, start),
                expires=expires,
            )
            body = described.model_dump_json().encode()
            source = ClipSource(clip, asked.resolution, asked.sampling)
            stored = Stored(trace_id, trace, source, body, expires)
            self._store.put(stored)
            return stored

        stored = await self._host.turn(job, asked.card, run)
        self._holdings.let_go(clip.nbytes)
        return stored

    async def _decoded(self, data: bytes, sampling: Sampling) -> Clip:
        def work() -> Clip:
            return self._decoder.sampled(data, sampling, self._settings.pixels)

        cost = costs.decoding(len(data), sampling.frames)
        return await self._decoding.run("clip", cost, work)

    def stop(self, seconds: float) -> None:
        """Decodes nothing more after so long."""
        self._decoding.stop(seconds)

    def close(self) -> None:
        """Ends the processes that decode."""
        self._decoding.close()
        self._decoder.close()


def _seen(source: ClipSource, intervention: Intervention, model: VideoModel) -> Trace:
    return model.trace(source.clip, source.resolution, intervention=intervention)


async def _held(clip: Clip) -> Clip:
    """A clip that is there already."""
    return clip
