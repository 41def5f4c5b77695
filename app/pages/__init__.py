"""The HTML pages, a file each."""

from __future__ import annotations

from foveate.app.pages import assets, docs, gates, image, lab, models, sentence, vision

routers = tuple(each.router for each in (assets, image, gates, sentence, lab, vision, models, docs))
