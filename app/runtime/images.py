"""From the bytes of an image to a stored trace: decoded, run and described, each once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Self

from starlette.concurrency import run_in_threadpool

from foveate.app.runtime import costs
from foveate.app.runtime.decoding import Decoder, turns
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.job import Job
from foveate.app.runtime.making import Makings
from foveate.app.runtime.samples import sample_bytes
from foveate.app.runtime.store import ImageSource, Stored, TraceStore
from foveate.app.runtime.visits import Holdings
from foveate.app.settings import Settings
from foveate.app.wire.images import ImageTrace
from foveate.models.catalog.card import Card
from foveate.models.inputs.photo import RESOLUTIONS, Photo
from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.zoo.base import ImageModel

DEFAULT_RESOLUTION = 448
LAB_RESOLUTION = 224  # at which the heads of the vision lab were trained


GetPhoto = Callable[[], Awaitable[Photo]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a trace is asked of; `digest` is that of the photo's bytes."""

    card: Card
    resolution: int
    intervention: Intervention
    digest: str

    @classmethod
    def of(
        cls, data: bytes, card: Card, resolution: int, intervention: Intervention = UNTOUCHED
    ) -> Self:
        return cls(card, resolution, intervention, hashlib.sha256(data).hexdigest())

    @property
    def parts(self) -> tuple[str, ...]:
        return str(self.resolution), self.digest, self.intervention.key

    @property
    def cost(self) -> float:
        """In nominal seconds."""
        return self.card.pass_seconds or costs.seeing(self.resolution)


class Images:
    """Makes image traces and keeps them; the same image asked for twice at once runs once."""

    def __init__(
        self, host: ModelHost, store: TraceStore, holdings: Holdings, settings: Settings
    ) -> None:
        self._host = host
        self._holdings = holdings
        self._store = store
        self._settings = settings
        self._makings = Makings()
        self._seconds: dict[str, dict[int, float]] = {}  # of a pass, by model and resolution
        self._decoder = Decoder()
        self._decoding = turns(settings)

    async def trace(
        self,
        data: bytes,
        model: str | None = None,
        resolution: int = DEFAULT_RESOLUTION,
        intervention: Intervention = UNTOUCHED,
    ) -> Stored:
        """The trace of an image file. Raises InputError, or Problem 503 when too much waits."""
        card = self._host.cards.card(model, "image")
        # In a thread: the digest of 32 MiB takes longer than the loop may be held.
        asked = await run_in_threadpool(Asked.of, data, card, resolution, intervention)

        async def photo() -> Photo:
            return await self._decoded(data)

        return await self._found(asked, photo)

    async def again(self, stored: Stored, intervention: Intervention) -> Stored:
        """The trace of a photo that is kept, with something changed. Raises as `trace`."""
        source = stored.image
        card = self._host.cards.card(stored.trace.model, "image")
        asked = Asked(card, source.resolution, intervention, source.photo.sha256)

        return await self._found(asked, partial(_held, source.photo))

    async def several(self, data: bytes, passes: Mapping[str, Intervention]) -> list[Stored]:
        """The traces of an image by several models of a lab, with what is changed in each: it is
        decoded once, and goes through their stem once. Raises as `trace`.
        """
        found: list[Stored] = []
        for name, change in passes.items():
            if not found:
                found.append(await self.trace(data, name, LAB_RESOLUTION, change))
                continue
            card = self._host.cards.card(name, "image")
            photo = found[0].image.photo
            asked = Asked(card, LAB_RESOLUTION, change, photo.sha256)
            found.append(await self._found(asked, partial(_held, photo)))
        return found

    async def _found(self, asked: Asked, photo: GetPhoto) -> Stored:
        """The trace, made where it is not kept or on its way."""
        trace_id, stored = await run_in_threadpool(self._kept, asked)
        if stored is not None:
            return stored
        return await self._makings.once(
            trace_id,
            lambda: self._host.admit(asked.card, "trace", asked.cost),
            lambda job: self._make(job, trace_id, asked, photo),
        )

    async def sample(
        self,
        name: str,
        model: str | None = None,
        resolution: int = DEFAULT_RESOLUTION,
        intervention: Intervention = UNTOUCHED,
    ) -> Stored:
        """The trace of a sample that comes with the service."""
        return await self.trace(sample_bytes(name), model, resolution, intervention)

    def _kept(self, asked: Asked) -> tuple[str, Stored | None]:
        """In a thread: the store may be another machine's."""
        trace_id = self.trace_id(asked)
        return trace_id, self._store.find(trace_id)

    def trace_id(self, asked: Asked) -> str:
        """The same for the same bytes, model, precision, resolution and intervention."""
        return self._store.name(asked.card, str(self._host.precision), *asked.parts)

    async def _make(self, job: Job, trace_id: str, asked: Asked, get: GetPhoto) -> Stored:
        with job:
            return await self._made(job, trace_id, asked, get)

    async def _made(self, job: Job, trace_id: str, asked: Asked, get: GetPhoto) -> Stored:
        resolution = asked.resolution
        start = time.perf_counter()
        photo = await get()
        self._holdings.hold(photo.nbytes)  # until the store counts it
        decode_ms = (time.perf_counter() - start) * 1000

        def run(model: ImageModel) -> Stored:
            forward = time.perf_counter()
            trace = model.trace(photo, resolution, asked.intervention)
            forward_ms = trace.timings.get("forward_ms", (time.perf_counter() - forward) * 1000)
            self._timed(asked.card.name, resolution, forward_ms / 1000)
            expires = time.time() + self._settings.trace_seconds
            described = ImageTrace.of(
                trace,
                photo,
                id=trace_id,
                resolution=resolution,
                precision=model.precision,
                begun=start,
                decode_ms=decode_ms,
                forward_ms=forward_ms,
                expires=expires,
            )
            body = described.model_dump_json().encode()
            source = ImageSource(photo, resolution, asked.intervention)
            stored = Stored(trace_id, trace, source, body, expires)
            self._store.put(stored)
            return stored

        stored = await self._host.turn(job, asked.card, run)
        self._holdings.let_go(photo.nbytes)
        return stored

    async def _decoded(self, data: bytes) -> Photo:
        def work() -> Photo:
            return self._decoder.decode(data, self._settings.pixels)

        return await self._decoding.run("decode", costs.decoding(len(data)), work)

    def _timed(self, model: str, resolution: int, seconds: float) -> None:
        """Keeps a moving average of how long a forward pass takes."""
        known = self._seconds.setdefault(model, {})
        usual = known.get(resolution, seconds)
        known[resolution] = usual + 0.3 * (seconds - usual)

    def stop(self, seconds: float) -> None:
        """Decodes nothing more after so long."""
        self._decoding.stop(seconds)

    def close(self) -> None:
        """Ends the processes that decode."""
        self._decoding.close()
        self._decoder.close()

    def seconds(self, model: str) -> dict[int, float]:
        """About how long a model's forward pass takes at each resolution, once one has been timed.

        Where a resolution has not been run yet, its time is taken to grow with the patches.
        """
        known = self._seconds.get(model)
        if not known:
            return {}
        usual, seconds = next(iter(known.items()))
        return {side: known.get(side, seconds * (side / usual) ** 2) for side in RESOLUTIONS}


async def _held(photo: Photo) -> Photo:
    """A photo that is there already."""
    return photo
