"""The routes under /api/v1, a file a kind of resource."""

from __future__ import annotations

from app.api import catalog, images, texts, traces

routers = (catalog.router, images.router, texts.router, traces.router)
