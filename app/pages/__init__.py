"""The HTML pages, a file each."""

from __future__ import annotations

from foveate.app.pages import assets, docs, image, lab, models, sentence

routers = tuple(each.router for each in (assets, image, sentence, lab, models, docs))
