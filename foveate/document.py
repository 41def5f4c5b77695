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
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from jinja2 import Environment, FileSystemLoader, select_autoescape
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from numpy.typing import NDArray

from foveate.app import footage, render
from foveate.app.pages.assets import ROOT, STATIC, style_sheet
from foveate.app.pages.glossary import Terms
from foveate.app.wire.arrays import Statistics
from foveate.app.wire.axes import Site as SiteTold
from foveate.app.wire.base import Wire
from foveate.app.wire.images import ImageTrace
from foveate.app.wire.saved import SavedClip, SavedPhoto, SavedText, by_query_keys, in_windows
from foveate.app.wire.texts import SentenceTrace
from foveate.app.wire.translations import TranslationTrace
from foveate.app.wire.videos import VideoTrace
from foveate.models.analysis.rollout import chain, rollouts
from foveate.models.attention import ALL, QueryKey
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.photo import Photo
from foveate.models.interruption import step
from foveate.models.site import Site
from foveate.models.trace import Trace
from foveate.models.translation.alignment import AligningHead

KEPT = {"core/api.js": "core/kept.js", "core/clips.js": "core/keptclips.js"}
IMPORTED = re.compile(
    r'(^(?:import|export|\}) ?(?:[^;"]*? )?(?:from )?"|await import\(")(\.[^"]+)"', re.M
)
COLOURS = STATIC / "colormaps.json"


def of_photo(described: ImageTrace, trace: Trace, photo: Photo, asked: SavedPhoto) -> str:
    """The stage of the image page with a photo's trace: about 7 MB at 224 pixels, 25 MB at 448.

    Raises InputError for what is not in the trace.
    """
    sites = asked.sites(trace)
    arrays = _kept(sites) | _rollouts(trace)
    if "saliency" in trace.outputs:
        arrays["saliency"] = trace.outputs["saliency"].value().numpy()
    picture = "data:image/jpeg;base64," + base64.b64encode(render.jpeg(photo.image)).decode()
    return _document(
        "photo",
        described.model_copy(update={"sites": [SiteTold.of(site) for site in sites]}),
        arrays,
        photo=picture,
        statistics=_statistics(trace),
        view=asked.view(trace),
    )


def of_clip(described: VideoTrace, trace: Trace, clip: Clip, asked: SavedClip) -> str:
    """The stage of the video page with some layers of a clip's trace: about 18 MB a layer of a
    DINOv2-small, 24 frames at 336 pixels. Raises InputError for what is not in the trace.
    """
    sites = asked.sites(trace)
    told = [SiteTold.of(site) for site in sites]
    frames = {f"frame {n}": render.jpeg(photo.image) for n, photo in enumerate(clip.frames)}
    thing = asked.thing and footage.propagation(clip, trace, asked.thing).model_dump()
    return _document(
        "clip",
        described.model_copy(update={"sites": told}),
        _kept(sites),
        frames,
        thing=thing,
        view=asked.view(trace),
    )


def of_text(
    described: SentenceTrace | TranslationTrace,
    trace: Trace,
    asked: SavedText,
    head: AligningHead | None = None,
) -> str:
    """The matrix, ribbons and heads of the sentence page with a text's or a translation's trace;
    `head` is the one that aligns, where the model has one. InputError for what is not there.
    """
    aligner = {"site": head.site, "head": head.head} if head else None
    arrays = _kept(trace.sites)
    return _document("text", described, arrays, aligner=aligner, view=asked.opening(trace))


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


def rolled(trace: Trace) -> tuple[Site, ...]:
    """The layers whose rollout a photo's view holds: none where they are no chain."""
    with contextlib.suppress(InputError):
        return chain(trace)
    return ()


def _rollouts(trace: Trace) -> dict[str, NDArray[Any]]:
    """Rollout of every query, in float16, where the layers are a chain."""
    return {"rollout": rollouts(trace).half().numpy()} if rolled(trace) else {}


def _arrays(site: Site) -> dict[str, NDArray[Any]]:
    """Queries and keys where they are all that weights are made of; of a site that attends in
    windows the weights inside them and which entries they are of; else all weights.
    """
    step()
    attention, weights = site.attention, f"weights {site.name}"
    if isinstance(attention, QueryKey) and by_query_keys(site):
        return {f"qk {site.name}": attention.half().numpy()}
    if not isinstance(attention, QueryKey) or not attention.partition or not in_windows(site):
        return {weights: site.weights().half().numpy()}
    windows = attention.partition.query.float()  # exact: entries are below 2^24
    return {
        f"inside {site.name}": attention.inside(ALL).half().numpy(),
        f"windows {site.name}": windows.numpy(),
    }


def _kept(sites: Iterable[Site]) -> dict[str, NDArray[Any]]:
    """All that the view works weights of these sites out of, in float16."""
    return {name: array for site in sites for name, array in _arrays(site).items()}


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
