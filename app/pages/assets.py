"""What pages are made of: templates, and the version and imports of scripts and styles."""

from __future__ import annotations

import hashlib
import io
import re
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.templating import Jinja2Templates
from PIL import Image, ImageOps
from starlette.concurrency import run_in_threadpool

from foveate.app.pages.glossary import Terms

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
SAMPLES = STATIC / "samples"
SMALL = 168, 126  # pixels: three for each of a row's
KEPT = {"Cache-Control": "max-age=31536000, immutable"}
# Folders of static/css by their sheet; a later layer wins over an earlier one.
SHEETS = {"foveate": ("base", "parts", "pages"), "learn": ("learn",)}

router = APIRouter(include_in_schema=False)


def asset_digest() -> str:
    """A name for this version of all that is here, so that browsers may keep it for good."""
    digest = hashlib.sha256("".join(map(style_sheet, SHEETS)).encode())
    for path in sorted((STATIC / "js").rglob("*.*")):
        digest.update(path.name.encode() + path.read_bytes())
    for picture in _pictures().values():
        digest.update(picture.name.encode() + picture.read_bytes())
    return digest.hexdigest()[:12]


@cache
def style_sheet(name: str = "foveate") -> str:
    """Sheets of static/css as one. That of all pages has every part's, so that no page can lack
    one; the course's own, which is large, is loaded after it and by the course alone.

    A folder is a cascade layer. What a page says wins over what a part says, and that over the
    base, whatever the selectors; inside a layer no sheet may depend on the order of the others.
    """
    sheets = [f"@layer {', '.join(SHEETS[name])};\n"]
    for layer in SHEETS[name]:
        paths = sorted((STATIC / "css" / layer).glob("*.css"))
        sheets += [f"@layer {layer} {{\n{path.read_text(encoding='utf-8')}}}\n" for path in paths]
    return "\n".join(sheets)


@router.get("/assets/{digest}/css/{name}.css")
async def styles(request: Request, digest: str, name: str) -> Response:
    """A style sheet, to be kept for good: an old address is gone with its version."""
    if digest != request.app.state.digest or name not in SHEETS:
        raise HTTPException(404)
    return Response(style_sheet(name), media_type="text/css", headers=KEPT)


@router.get("/assets/{digest}/small/{name}.webp")
async def small(request: Request, digest: str, name: str) -> Response:
    """A sample as small as the pages' rows of them show it."""
    path = _pictures().get(name)
    if digest != request.app.state.digest or path is None:
        raise HTTPException(404)
    content = await run_in_threadpool(small_picture, path)
    return Response(content, media_type="image/webp", headers=KEPT)


@cache
def _pictures() -> dict[str, Path]:
    """Samples' pictures by name: looked for once, and not on the event loop for each of a row."""
    return {path.stem: path for path in sorted(SAMPLES.rglob("*.jpg"))}


@cache
def small_picture(path: Path) -> bytes:
    buffer = io.BytesIO()
    with Image.open(path) as image:
        ImageOps.fit(image.convert("RGB"), SMALL).save(buffer, "WEBP", quality=80)
    return buffer.getvalue()


def templates(digest: str) -> Jinja2Templates:
    """The pages' templates, with `asset('js/core/api.js')` for a file of this version and
    `small('/static/samples/cat.jpg')` for a sample in small.
    """
    found = Jinja2Templates(ROOT / "templates")
    found.env.globals["asset"] = lambda path: f"/assets/{digest}/{path}"
    found.env.globals["small"] = lambda url: f"/assets/{digest}/small/{Path(url).stem}.webp"
    return found


def prepare(pages: Jinja2Templates) -> None:
    """Compiles every page and follows every page's imports, which are then remembered."""
    for name in pages.env.list_templates(extensions=["html"]):
        pages.env.get_template(name)
    for path in (STATIC / "js" / "pages").glob("*/page.js"):
        modules(f"pages/{path.parent.name}/page.js")


def page_response(
    request: Request, name: str, terms: Terms | None = None, **context: Any
) -> Response:
    """A page of a template. `terms`: the words it explains, English ones where none are given."""
    context["terms"] = terms or Terms()
    response = request.app.state.templates.TemplateResponse(request, name, context)
    response.headers["Cache-Control"] = "no-cache"
    return response  # type: ignore[no-any-return]


@cache
def modules(entry: str) -> list[str]:
    """A script and all it imports, so that they load at once and not one import after another."""
    found: list[str] = []
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.append(name)
        text = (STATIC / "js" / name).read_text(encoding="utf-8")
        for path in re.findall(r'^(?:import|export) [^;]*?from "(\.[^"]+)";', text, re.MULTILINE):
            other = (STATIC / "js" / name).parent / path
            waiting.append(other.resolve().relative_to((STATIC / "js").resolve()).as_posix())
    return sorted(found)
