"""From the bytes of a video to a stored trace: sampled, run and described, each once."""

from __future__ import annotations

import hashlib
import time
from dataclasses import astuple, dataclass

from starlette.concurrency import run_in_threadpool

from foveate.app.runtime import costs
from foveate.app.runtime.admission import Job
from foveate.app.runtime.decoding import ClipDecoder, turns
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.making import Makings
from foveate.app.runtime.samples import video_bytes
from foveate.app.runtime.store import ClipSource, Stored, TraceStore
from foveate.app.runtime.visits import Holdings
from foveate.app.settings import Settings
from foveate.app.wire.images import Timings
from foveate.app.wire.videos import VideoTrace
from foveate.models.catalog.card import Card
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.zoo.clips import clip_model

DEFAULT_RESOLUTION = 336
SHARE = 2  # of the memory for traces, one clip may have one part in so many


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a video: a model, the frames that are taken, and their longest side."""

    card: Card
    sampling: Sampling
    resolution: int

    @property
    def cost(self) -> float:
        """In nominal seconds."""
        return costs.watching(self.resolution, self.sampling.frames)


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
    ) -> Stored:
        """The trace of a video file. Raises InputError, or Problem 503 when too much waits."""
        card = self._host.cards.card(model, "image", "video")
        asked = Asked(card, sampling or Sampling(), resolution)
        # In a thread: the digest of 32 MiB takes longer than the loop may be held.
        trace_id, stored = await run_in_threadpool(self._kept, data, asked)
        if stored is not None:
            return stored
        return await self._makings.once(
            trace_id,
            lambda: self._host.admit(card, "clip", asked.cost),
            lambda job: self._make(job, trace_id, data, asked),
        )

    async def sample(
        self,
        name: str,
        model: str | None = None,
        sampling: Sampling | None = None,
        resolution: int = DEFAULT_RESOLUTION,
    ) -> Stored:
        """The trace of a sample that comes with the service."""
        return await self.trace(video_bytes(name), model, sampling, resolution)

    def _kept(self, data: bytes, asked: Asked) -> tuple[str, Stored | None]:
        trace_id = self._trace_id(data, asked)
        return trace_id, self._store.find(trace_id)

    def _trace_id(self, data: bytes, asked: Asked) -> str:
        """Content-addressed: the same bytes, model, precision, frames and side are one trace."""
        digest = hashlib.sha256(data).hexdigest()
        parts = map(str, (self._host.precision, asked.resolution, *astuple(asked.sampling)))
        return self._store.name(asked.card, "clip", *parts, digest)

    async def _make(self, job: Job, trace_id: str, data: bytes, asked: Asked) -> Stored:
        with job:
            return await self._made(job, trace_id, data, asked)

    async def _made(self, job: Job, trace_id: str, data: bytes, asked: Asked) -> Stored:
        start = time.perf_counter()
        clip = await self._decoded(data, asked.sampling)
        decode_ms = (time.perf_counter() - start) * 1000

        def run(model: object) -> Stored:
            seeing = clip_model(model)
            trace = seeing.trace(clip, asked.resolution, self._settings.trace_bytes / SHARE)
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
            source = ClipSource(clip, asked.resolution)
            stored = Stored(trace_id, trace, source, body, expires)
            self._store.put(stored)
            return stored

        return await self._host.turn(job, asked.card, run)

    async def _decoded(self, data: bytes, sampling: Sampling) -> Clip:
        def work() -> Clip:
            return self._decoder.sampled(data, sampling, self._settings.pixels)

        cost = costs.decoding(len(data), sampling.frames)
        clip = await self._decoding.run("clip", cost, work)
        self._holdings.hold(clip.nbytes)  # until its turn has come
        return clip

    def stop(self, seconds: float) -> None:
        """Decodes nothing more after so long."""
        self._decoding.stop(seconds)

    def close(self) -> None:
        """Ends the processes that decode."""
        self._decoding.close()
        self._decoder.close()
