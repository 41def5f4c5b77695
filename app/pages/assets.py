"""What pages are made of: templates, and the version and imports of scripts and styles."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
FOLDERS = ("css", "js")


def asset_digest() -> str:
    """A name for this version of scripts and styles, so that browsers may keep them for good."""
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted((STATIC / folder).rglob("*.*")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def templates(digest: str) -> Jinja2Templates:
    """The pages' templates, with `asset('js/image.js')` for a file of this version."""
    found = Jinja2Templates(ROOT / "templates")
    found.env.globals["asset"] = lambda path: f"/assets/{digest}/{path}"
    return found


def page_response(request: Request, name: str, **context: Any) -> Response:
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
