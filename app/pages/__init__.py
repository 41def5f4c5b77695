"""The HTML pages, a file each."""

from __future__ import annotations

from foveate.app.pages import (
    assets,
    docs,
    gates,
    image,
    lab,
    learn,
    models,
    saved,
    sentence,
    streets,
    video,
    vision,
)

routers = tuple(
    each.router
    for each in (
        *(assets, image, learn, gates, video, sentence),
        *(lab, vision, streets, models, docs, saved),
    )
)
