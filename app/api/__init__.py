"""The routes under /api/v1, a file a kind of resource."""

from __future__ import annotations

from fastapi.routing import APIRoute

from foveate.app.api import (
    catalog,
    convolutions,
    embedding,
    gates,
    growth,
    images,
    lab,
    selection,
    streets,
    texts,
    traces,
    videos,
)

# Where a file is sent; every other body is JSON, and small.
uploads = tuple(
    route.path
    for routes in (images.router, videos.uploads, lab.router, streets.uploads)
    for route in routes.routes
    if isinstance(route, APIRoute)
)
routers = (
    *(catalog.router, images.router, videos.uploads, texts.router, traces.router),
    *(convolutions.router, selection.router, gates.router, videos.router, lab.router),
    *(embedding.router, growth.router),
    *(streets.uploads, streets.router),
)
