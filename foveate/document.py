"""A view as one HTML document: the pages' own scripts and styles, its numbers, and no server.

The modules of static/js stand in it as data addresses, which an import map names; the one that asks
the server is replaced by one that reads what the document holds (static/js/core/kept.js).
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, select_autoescape
from numpy.typing import NDArray
from torch import Tensor

from foveate.app import render
from foveate.app.pages.assets import ROOT, STATIC, style_sheet
from foveate.app.pages.glossary import Terms
from foveate.app.wire.arrays import Statistics
from foveate.app.wire.base import Wire
from foveate.app.wire.images import ImageTrace
from foveate.app.wire.texts import SentenceTrace
from foveate.app.wire.translations import Part, TranslationTrace
from foveate.models.analysis.rollout import rollouts
from foveate.models.attention import QueryKey
from foveate.models.errors import InputError
from foveate.models.inputs.photo import Photo
from foveate.models.site import Site
from foveate.models.trace import Trace
from foveate.models.translation.alignment import THRESHOLD, Named
from foveate.models.translation.result import Reading, Translation

SERVED, KEPT = "core/api.js", "core/kept.js"
IMPORTED = re.compile(
    r'(^(?:import|export|\}) ?(?:[^;"]*? )?(?:from )?"|await import\(")(\.[^"]+)"', re.M
)
COLOURS = STATIC / "colormaps.json"


def of_photo(trace: Trace, photo: Photo, resolution: int, precision: str) -> str:
    """The stage of the image page with a photo's trace: about 7 MB at 224 pixels, 25 MB at 448."""
    described = ImageTrace.of(
        trace,
        photo,
        id="kept",
        resolution=resolution,
        precision=precision,
        begun=time.perf_counter(),
        decode_ms=0.0,
        forward_ms=trace.timings.get("forward_ms", 0.0),
        expires=time.time(),
    )
    arrays = _arrays(trace)
    if "saliency" in trace.outputs:
        arrays["saliency"] = trace.outputs["saliency"].value().numpy()
    picture = "data:image/jpeg;base64," + base64.b64encode(render.jpeg(photo.image)).decode()
    return _document("photo", described, arrays, photo=picture, statistics=_statistics(trace))


def of_text(reading: Reading) -> str:
    """The matrix, ribbons and heads of the sentence page with a text's trace."""
    described = SentenceTrace.of(reading, id="kept", begun=time.perf_counter(), expires=time.time())
    return _document("text", described, _arrays(reading.trace))


def of_translation(found: Translation, model: Named, languages: tuple[str, ...] = ()) -> str:
    """The same with a translation's trace."""
    described = TranslationTrace.of(
        model,
        found,
        id="kept",
        languages=languages,
        threshold=THRESHOLD,
        beam=1,
        paragraph=[Part(id="kept", source=found.source.text, target=found.target.text)],
        begun=time.perf_counter(),
        expires=time.time(),
    )
    head = model.aligner
    aligner = {"site": head.site, "head": head.head} if head else None
    return _document("text", described, _arrays(found.trace), aligner=aligner)


def _document(kind: str, trace: Wire, arrays: Mapping[str, NDArray[Any]], **more: Any) -> str:
    page = {
        "trace": json.loads(trace.model_dump_json()),
        "arrays": {name: _npy(array) for name, array in arrays.items()},
        "colours": json.loads(COLOURS.read_text(encoding="utf-8")),
        "photo": "",
        "statistics": None,
        "aligner": None,
        "view": {},
        **more,
    }
    entry = f"pages/saved/{kind}.js"
    found = _templates().get_template(f"saved-{kind}.html")
    return found.render(
        page=page,
        styles=style_sheet(),
        imports=_imports(entry),
        entry=_named(entry),
        terms=Terms(),
    )


def _arrays(trace: Trace) -> dict[str, NDArray[Any]]:
    """All that the view works weights out of, in float16."""
    found = dict(map(_array, trace.sites))
    with contextlib.suppress(InputError):  # where its layers are no chain, it is not offered
        found["rollout"] = rollouts(trace).half().numpy()
    return found


def _array(site: Site) -> tuple[str, NDArray[Any]]:
    """Queries and keys where they are all that weights are made of, else the weights."""
    attention = site.attention
    if site.kind == "self" and isinstance(attention, QueryKey) and not attention.beside:
        return f"qk {site.name}", attention.half().numpy()
    weights: Tensor = site.weights()
    return f"weights {site.name}", weights.half().numpy()


def _statistics(trace: Trace) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Statistics.of(trace).model_dump_json())
    return found


def _npy(array: NDArray[Any]) -> str:
    file = io.BytesIO()
    np.save(file, array)
    return base64.b64encode(file.getvalue()).decode()


@cache
def _imports(entry: str) -> dict[str, str]:
    """The import map of a script and all it imports, at once or later."""
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if _named(name) not in found:
            text, others = _module(name)
            address = base64.b64encode(text.encode()).decode()
            found[_named(name)] = f"data:text/javascript;base64,{address}"
            waiting += others
    return found


def _module(name: str) -> tuple[str, list[str]]:
    """A module whose imports are names of the map, and the modules they are."""
    path = STATIC / "js" / name
    others: list[str] = []

    def renamed(found: re.Match[str]) -> str:
        other = os.path.relpath(path.parent / found[2], STATIC / "js")
        others.append(KEPT if other == SERVED and name != KEPT else other)
        return f'{found[1]}{_named(others[-1])}"'

    return IMPORTED.sub(renamed, path.read_text(encoding="utf-8")), others


def _named(name: str) -> str:
    return f"foveate/{name}"


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(ROOT / "templates")
    return Environment(loader=loader, autoescape=select_autoescape())
