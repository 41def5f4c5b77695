"""create_app(settings): routers, static files, errors, lifespan."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.formparsers import MultiPartParser
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from foveate.app import api, memory, pages, problems
from foveate.app.api.responses import NPY
from foveate.app.doors import Doors
from foveate.app.lessons.course import read_course
from foveate.app.metrics import Metrics
from foveate.app.middleware import AnswerHeaders, BodyLimit, Faults, Measured, Slices
from foveate.app.pages import assets
from foveate.app.problems import Problem
from foveate.app.runtime.alignments import Alignments
from foveate.app.runtime.averages import Averages
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.images import Images
from foveate.app.runtime.readiness import UNSTORED, Readiness
from foveate.app.runtime.readings import Readings
from foveate.app.runtime.samples import PERSON, samples, videos
from foveate.app.runtime.store import MemoryStore, TraceStore
from foveate.app.runtime.translations import Translations
from foveate.app.runtime.videos import Videos
from foveate.app.runtime.visits import Holdings
from foveate.app.settings import Settings
from foveate.app.visiting import Visits
from foveate.app.wire.texts import SentenceRequest
from foveate.app.wire.translations import TranslationRequest
from foveate.models.catalog.catalog import Catalog
from foveate.models.errors import OversizedInput, WeightsError

log = logging.getLogger("foveate")
GRACE = 4.0  # seconds for what is in flight when the service stops
# Attention does not compress, and trying costs more than sending it.
UNCOMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, NPY)


def create_app(
    settings: Settings | None = None, address: str = "127.0.0.1", host: ModelHost | None = None
) -> FastAPI:
    """The application, for the address it is bound to; its models are in this process, or wherever
    `host` runs them. Raises CatalogError, LessonError.
    """
    settings = settings or Settings()
    # Uploads stay in memory: up to the limit, nothing is spooled to a file.
    MultiPartParser.spool_max_size = settings.upload_bytes
    app = FastAPI(
        title="Foveate",
        version=version("foveate"),
        summary="What attention models attend to, in your image and in your sentence.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        form_limits={"max_files": 1, "max_fields": 32, "max_part_size": 64 * 1024},
    )
    _state(app, settings, host)
    problems.install(app)
    for router in (*api.routers, *pages.routers):
        app.include_router(router)
    _operations(app)
    _static(app)
    uploads = dict.fromkeys(api.uploads, settings.upload_bytes)
    state = app.state
    app.add_middleware(
        BodyLimit, limit=settings.body_bytes, uploads=uploads, holdings=state.holdings
    )
    app.add_middleware(
        GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=UNCOMPRESSED
    )
    app.add_middleware(
        Visits,
        holdings=state.holdings,
        header=settings.client_header,
        stopping=lambda: state.readiness.status() == "stopping",
    )
    app.add_middleware(Doors, address=address, hosts=settings.hosts)
    app.add_middleware(Faults)
    app.add_middleware(Measured, metrics=state.metrics)
    app.add_middleware(Slices)
    app.add_middleware(AnswerHeaders)
    return app


def _state(app: FastAPI, settings: Settings, host: ModelHost | None) -> None:
    state = app.state
    state.settings = settings
    state.digest = assets.asset_digest()
    state.templates = assets.templates(state.digest)
    state.course = read_course(settings.lessons)
    state.host = host or ModelHost(Catalog.at_hand(settings.catalog), settings)
    state.store = _store(settings)
    state.holdings = Holdings(
        settings.held_bytes, lambda: state.store.lingering, lambda: state.host.admission.seconds
    )
    state.images = Images(state.host, state.store, state.holdings, settings)
    state.averages = Averages(state.images, state.host.admission)
    state.videos = Videos(state.host, state.store, state.holdings, settings)
    state.translations = Translations(state.host, state.store, state.holdings, settings)
    state.readings = Readings(state.host, state.store, settings)
    state.alignments = Alignments(state.host)
    state.readiness = Readiness(state.host, state.store, settings)
    state.metrics = Metrics(state.host, state.store)

    def stop() -> None:
        """Nothing new is begun, and what is in flight has a few seconds to end."""
        state.readiness.stop()
        state.host.admission.stop(GRACE)
        state.images.stop(GRACE)
        state.videos.stop(GRACE)

    state.stop = stop


def _store(settings: Settings) -> TraceStore:
    """Where traces are kept. The shared one asks for a package that the rest does without."""
    if settings.store is None:
        return MemoryStore(settings.trace_bytes)
    from foveate.app.runtime.shared import SharedStore

    return SharedStore(settings.store, settings.store_bytes, settings.trace_bytes)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    asyncio.get_running_loop().set_exception_handler(problems.unheard)
    warming = None
    if app.state.settings.warm:
        prepare(app)
        warming = asyncio.create_task(_warm(app))
    memory.settle()
    host, store = app.state.host, app.state.store
    tidying = asyncio.create_task(
        memory.tidy(lambda: host.admission.begun, lambda: host.bytes + store.bytes)
    )
    yield
    app.state.stop()
    tidying.cancel()
    gc.unfreeze()
    if warming:
        warming.cancel()
    app.state.images.close()
    app.state.videos.close()
    app.state.host.close()
    app.state.store.close()


def prepare(app: FastAPI) -> None:
    """Makes what is made once before anybody connects: a first visitor would hold all others up.

    FastAPI reads its routes' signatures at the first request and describes them at the first look
    at the reference (0.3 s); a page is compiled when it is first shown.
    """
    app.openapi()
    assets.prepare(app.state.templates)


async def _warm(app: FastAPI) -> None:
    """Loads the default models and runs each once before the first visitor asks."""
    await app.state.readiness.until_stored()
    try:
        await app.state.images.sample(next(iter(samples())))
        await app.state.translations.translate(TranslationRequest(text="Hello."))
        await app.state.readings.read(SentenceRequest(text="Hello."))
        cards = app.state.host.cards.values()
        for card in [card for card in cards if card.gated and not card.optional][:1]:
            await app.state.images.sample(PERSON, card.name)
        await app.state.videos.sample(next(iter(videos())))
    except OversizedInput:
        log.info("The memory for traces is too small for a clip")
    except Problem:
        log.info("The samples were not all traced: visitors came first, or the store went away")
    except WeightsError as error:
        app.state.readiness.fail()
        log.error("%s", error)
    except Exception as error:
        app.state.readiness.fail()
        log.error("The first sample could not be traced", exc_info=error)
    memory.settle()


def _operations(app: FastAPI) -> None:
    @app.get("/healthz", tags=["operations"], summary="The process answers")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", tags=["operations"], summary="The service can serve")
    async def readyz() -> JSONResponse:
        status = await app.state.readiness.asked()
        if status == "ready":
            return JSONResponse({"status": status})
        told = {"status": status} | ({"detail": UNSTORED} if status == "unstored" else {})
        return JSONResponse(told, 503, {"Retry-After": "2"})

    @app.get("/metrics", tags=["operations"], summary="Prometheus metrics")
    async def metrics() -> Response:
        return Response(app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/favicon.ico", include_in_schema=False)
    async def favicon(request: Request) -> Response:
        return Response(status_code=308, headers={"Location": "/static/icon.svg"})


def _static(app: FastAPI) -> None:
    scripts = _Files(assets.STATIC / "js", assets.KEPT["Cache-Control"])
    app.mount(f"/assets/{app.state.digest}/js", scripts)
    app.mount("/static", _Files(assets.STATIC, "no-cache"))


class _Files(StaticFiles):
    """Static files with a Cache-Control of their own."""

    def __init__(self, directory: Path, cache: str) -> None:
        super().__init__(directory=directory)
        self._cache = cache

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = self._cache
        return response
