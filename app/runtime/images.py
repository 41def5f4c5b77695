"""From the bytes of an image to a stored trace: decoded, run and described, each once."""

from __future__ import annotations

import asyncio
import hashlib
import time
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool

from foveate.app.runtime.decoding import CHILDREN, Decoder
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.samples import sample_bytes
from foveate.app.runtime.store import ImageSource, Stored, TraceStore
from foveate.app.settings import Settings
from foveate.app.wire import view
from foveate.app.wire.axes import Site
from foveate.app.wire.images import Heatmaps, ImageInput, ImageTrace
from foveate.models.catalog.card import Card
from foveate.models.inputs.photo import RESOLUTIONS, Photo
from foveate.models.trace import Trace
from foveate.models.zoo.base import ImageModel

DEFAULT_RESOLUTION = 448


class Images:
    """Makes image traces and keeps them; the same image asked for twice at once runs once."""

    def __init__(self, host: ModelHost, store: TraceStore, settings: Settings) -> None:
        self._host = host
        self._store = store
        self._settings = settings
        self._running: dict[str, asyncio.Task[Stored]] = {}
        self._seconds: dict[int, float] = {}
        self._decoder = Decoder()
        self._decoding = asyncio.Semaphore(CHILDREN)  # who waits for a child holds no thread

    async def trace(
        self, data: bytes, model: str | None = None, resolution: int = DEFAULT_RESOLUTION
    ) -> Stored:
        """The trace of an image file. Raises InputError, or Problem 503 when too many wait."""
        card = self._host.cards.card(model, "image")
        # In a thread: the digest of 32 MiB takes longer than the loop may be held.
        trace_id = await run_in_threadpool(self.trace_id, data, card, resolution)
        stored = self._store.find(trace_id)
        if stored is not None:
            return stored
        task = self._running.get(trace_id)
        if task is None:
            task = asyncio.create_task(self._make(trace_id, data, card, resolution))
            self._running[trace_id] = task
            task.add_done_callback(lambda _: self._running.pop(trace_id, None))
        # Shielded: one visitor who leaves must not cancel another's wait for the same trace.
        return await asyncio.shield(task)

    async def sample(
        self, name: str, model: str | None = None, resolution: int = DEFAULT_RESOLUTION
    ) -> Stored:
        """The trace of a sample that comes with the service."""
        return await self.trace(sample_bytes(name), model, resolution)

    def trace_id(self, data: bytes, card: Card, resolution: int) -> str:
        """Content-addressed: the same bytes, model, precision and resolution are one trace."""
        digest = hashlib.sha256(data).hexdigest()
        return self._store.name(card, str(self._host.precision), str(resolution), digest)

    async def _make(self, trace_id: str, data: bytes, card: Card, resolution: int) -> Stored:
        start = time.perf_counter()
        async with self._decoding:
            photo = await run_in_threadpool(self._decoder.decode, data, self._settings.pixels)
        timings = {"decode_ms": _ms(start)}

        def run(model: ImageModel) -> Stored:
            begun = time.perf_counter()
            trace = model.trace(photo, resolution)
            timings.update({"forward_ms": _ms(begun)} | dict(trace.timings))
            expires = time.time() + self._settings.trace_seconds
            return _stored(trace_id, trace, photo, resolution, model, timings, start, expires)

        stored = await self._host.run(card, run)
        self._store.put(stored)
        usual = self._seconds.get(resolution, timings["forward_ms"] / 1000)
        self._seconds[resolution] = usual + 0.3 * (timings["forward_ms"] / 1000 - usual)
        return stored

    def close(self) -> None:
        """Ends the processes that decode."""
        self._decoder.close()

    def seconds(self) -> dict[int, float]:
        """About how long a forward pass takes at each resolution, once one has been timed.

        Where a resolution has not been run yet, its time is taken to grow with the patches.
        """
        if not self._seconds:
            return {}
        known, time_known = next(iter(self._seconds.items()))
        return {
            side: self._seconds.get(side, time_known * (side / known) ** 2) for side in RESOLUTIONS
        }


def _ms(start: float) -> float:
    return (time.perf_counter() - start) * 1000


def _stored(
    trace_id: str,
    trace: Trace,
    photo: Photo,
    resolution: int,
    model: ImageModel,
    timings: dict[str, float],
    start: float,
    expires: float,
) -> Stored:
    frame = trace.photo
    begun = time.perf_counter()
    heatmaps = [Heatmaps.of(site) for site in view.mapped_sites(trace)]
    timings["heatmaps_ms"], timings["total_ms"] = _ms(begun), _ms(start)
    description = ImageTrace(
        id=trace_id,
        model=trace.model,
        resolution=resolution,
        precision=model.precision,
        input=ImageInput.of(photo, frame),
        grid=frame.grid,
        prefix=frame.axis.prefix,
        suffix=frame.axis.suffix,
        sites=[Site.of(site) for site in trace.sites],
        outputs=list(trace.outputs),
        methods=view.methods_of(trace),
        heatmaps=heatmaps,
        timings={name: round(ms, 2) for name, ms in timings.items()},
        expires_at=datetime.fromtimestamp(expires, UTC),
    )
    body = description.model_dump_json().encode()
    return Stored(trace_id, trace, ImageSource(photo, resolution), body, expires)
