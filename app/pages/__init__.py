"""The HTML pages, a file each."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages import docs, image, lab, models, sentence

router = APIRouter(include_in_schema=False)
for page in (image, sentence, lab, models, docs):
    router.include_router(page.router)
