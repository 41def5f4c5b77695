"""A view as one HTML document: the pages' own scripts and styles, its numbers, and no server.

The modules of static/js stand in it as data addresses, which an import map names; those that ask
the server are replaced by others that read what the document holds (static/js/core/kept.js). Its
numbers stand in elements of their own, in base64. Its policy names its scripts and its style by
their digests, and lets nothing be fetched.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import os
import re
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from jinja2 import Environment, FileSystemLoader, select_autoescape
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from numpy.typing import NDArray
from torch import Tensor

from foveate.app import footage, render
from foveate.app.pages.assets import ROOT, STATIC, style_sheet
from foveate.app.pages.glossary import Terms
from foveate.app.wire.arrays import Statistics
from foveate.app.wire.axes import Site as SiteTold
from foveate.app.wire.base import Wire
from foveate.app.wire.images import ImageTrace
from foveate.app.wire.saved import SavedClip
from foveate.app.wire.texts import SentenceTrace
from foveate.app.wire.translations import Part, TranslationTrace
from foveate.app.wire.videos import VideoTrace
from foveate.models.analysis.rollout import rollouts
from foveate.models.attention import ALL, QueryKey
from foveate.models.errors import InputError, Unrecordable
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.photo import Photo
from foveate.models.site import Site
from foveate.models.trace import Trace
from foveate.models.translation.alignment import THRESHOLD, Named
from foveate.models.translation.result import Reading, Translation

KEPT = {"core/api.js": "core/kept.js", "core/clips.js": "core/keptclips.js"}
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


def of_clip(described: VideoTrace, trace: Trace, clip: Clip, asked: SavedClip) -> str:
    """The stage of the video page with some layers of a clip's trace: about 18 MB a layer of a
    DINOv2-small, 24 frames at 336 pixels. Raises InputError for what is not in the trace.
    """
    sites = asked.sites(trace)
    told = [SiteTold.of(site) for site in sites]
    kept = dict(part for site in sites for part in _clip_arrays(site))
    frames = {f"frame {n}": render.jpeg(photo.image) for n, photo in enumerate(clip.frames)}
    thing = asked.thing and footage.propagation(clip, trace, asked.thing).model_dump()
    return _document(
        "clip",
        described.model_copy(update={"sites": told}),
        kept,
        frames,
        thing=thing,
        view=asked.view(trace),
    )


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


def _document(
    kind: str,
    trace: Wire,
    arrays: Mapping[str, NDArray[Any]],
    files: Mapping[str, bytes] | None = None,
    **more: Any,
) -> str:
    page = {
        "trace": json.loads(trace.model_dump_json()),
        "colours": json.loads(COLOURS.read_text(encoding="utf-8")),
        "photo": "",
        "statistics": None,
        "aligner": None,
        "view": {},
        **more,
    }
    kept = {name: _npy(array) for name, array in arrays.items()} | dict(files or {})
    texts = {name: base64.b64encode(each).decode() for name, each in kept.items()}
    return (
        _templates()
        .get_template(f"saved-{kind}.html")
        .render(
            page=page,
            kept=texts,
            program=_program(f"pages/saved/{kind}.js"),
            terms=Terms(),
        )
    )


class Program(NamedTuple):
    """Scripts and style of a kind of view, and the policy under which they alone run."""

    imports: Markup
    entry: Markup
    styles: str
    policy: str


@cache
def _program(entry: str) -> Program:
    imports = htmlsafe_json_dumps({"imports": _imports(entry)})
    script = Markup("import {};").format(htmlsafe_json_dumps(_named(entry)))
    styles = style_sheet()
    policy = (
        f"default-src 'none'; script-src {_digest(imports)} {_digest(script)} data:; "
        f"style-src {_digest(styles)}; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return Program(imports, script, styles, policy)


def _digest(text: str) -> str:
    """An element's text as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


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


def _clip_arrays(site: Site) -> list[tuple[str, NDArray[Any]]]:
    """Of a site that attends in windows, weights inside them and which entries they are of."""
    attention = site.attention
    if not isinstance(attention, QueryKey) or attention.partition is None:
        return [_array(site)]
    windows = attention.partition.query
    if not torch.equal(windows, attention.partition.key):
        raise Unrecordable(f"the windows of {site.name} see others: they cannot be saved.")
    return [
        (f"inside {site.name}", attention.inside(ALL).half().numpy()),
        (f"windows {site.name}", windows.float().numpy()),  # exact: entries are below 2^24
    ]


def _statistics(trace: Trace) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Statistics.of(trace).model_dump_json())
    return found


def _npy(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


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
        others.append(other if name in KEPT.values() else KEPT.get(other, other))
        return f'{found[1]}{_named(others[-1])}"'

    return IMPORTED.sub(renamed, path.read_text(encoding="utf-8")), others


def _named(name: str) -> str:
    return f"foveate/{name}"


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(ROOT / "templates")
    return Environment(loader=loader, autoescape=select_autoescape())
