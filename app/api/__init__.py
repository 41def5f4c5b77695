"""The routes under /api/v1, a file a kind of resource."""

from __future__ import annotations

from fastapi import APIRouter

from app.api import catalog, images, texts, traces
from app.api.responses import PREFIX

router = APIRouter(prefix=PREFIX)
for resource in (catalog, images, texts, traces):
    router.include_router(resource.router)
