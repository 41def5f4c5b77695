"""The HTML pages, a file each."""

from __future__ import annotations

from app.pages import docs, image, lab, models, sentence

routers = tuple(page.router for page in (image, sentence, lab, models, docs))
