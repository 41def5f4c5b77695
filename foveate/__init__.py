"""Foveate in Python: open a model, trace an input, read its attention, show it.

    import foveate

    model = foveate.open("dinov2-small")       # a name of the catalog, or a folder
    seen = model.trace("photo.jpg")
    seen.weights("encoder.11.self", head=0)     # (queries, keys), a torch.Tensor
    seen.rollout("3,4")                         # over the keys
    seen.statistics()                           # entropy and distance of every head
    seen.show()                                 # in a notebook: the stage of the image page
    seen.save("view.html")                      # the same as one file, which needs no server

Around a model of transformers of one's own, in a training loop too:

    with foveate.record(model, processor) as recorded:
        model(pixel_values=batch)
    recorded.view(0).show()

What takes long to import is imported when it is first asked for: the command line and the processes
that decode photos are this package too.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from foveate.models.intervention import Intervention
    from foveate.opening import Model, open
    from foveate.recorded import Recorded, record
    from foveate.views import PhotoView, TextView, TranslationView, View

PLACES = {
    **dict.fromkeys(("Model", "open"), "foveate.opening"),
    **dict.fromkeys(("Recorded", "record"), "foveate.recorded"),
    "Intervention": "foveate.models.intervention",
    **dict.fromkeys(("PhotoView", "TextView", "TranslationView", "View"), "foveate.views"),
}
__all__ = [
    "Intervention",
    "Model",
    "PhotoView",
    "Recorded",
    "TextView",
    "TranslationView",
    "View",
    "open",
    "record",
]


def __getattr__(name: str) -> Any:
    if name in PLACES:
        return getattr(importlib.import_module(PLACES[name]), name)
    raise AttributeError(f"foveate has no {name}: it has {', '.join(__all__)}.")
