"""Foveate in Python: open a model, trace an input, read its attention, show it.

    import foveate

    model = foveate.open("dinov2-small")       # a name of the catalog, or a folder
    seen = model.trace("photo.jpg")
    seen.weights("encoder.11.self", head=0)     # (queries, keys), a torch.Tensor
    seen.rollout("3,4")                         # over the keys
    seen.statistics()                           # entropy and distance of every head
    seen.show()                                 # in a notebook: the stage of the image page
    seen.save("view.html")                      # the same as one file, which needs no server

Around a model of one's own, in a training loop too:

    with foveate.record(model, inputs) as recorded:
        model(**inputs)
    recorded.view(0).show()
"""

from __future__ import annotations

from foveate.opening import Model, open
from foveate.views import PhotoView, TextView, TranslationView, View

__all__ = ["Model", "PhotoView", "TextView", "TranslationView", "View", "open"]
