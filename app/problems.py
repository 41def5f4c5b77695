"""Errors as RFC 9457 problem+json: a sentence on what was wrong, what was expected, what to do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from foveate.app.wire import base
from foveate.models.errors import (
    InputError,
    NotFetched,
    OversizedInput,
    UnsupportedInput,
    WeightsError,
)

MEDIA_TYPE = "application/problem+json"
UNKEPT = "private, no-store"
UNUSABLE = (
    "The weights of this model cannot be used here, and the service's log says why: choose another "
    "model, or try again later."
)
MISTAKE = "The server made a mistake and has logged it; try again later."
log = logging.getLogger("foveate")


class Problem(HTTPException):
    """An error with a status of its own and a sentence for the visitor."""

    def __init__(
        self,
        status: int,
        detail: str,
        parameter: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.parameter = parameter


def install(app: FastAPI) -> None:
    """Gives every kind of error its answer."""
    app.add_exception_handler(InputError, _input_error)
    app.add_exception_handler(WeightsError, _weights_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


def respond(
    request: Request,
    status: int,
    detail: str,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem as JSON, or as a page for a browser that asked for one outside the API.

    Never to be cached: browsers keep a 410 for good, and an expired trace comes back when its input
    is sent again.
    """
    accepts = request.headers.get("accept", "")
    if "text/html" not in accepts or request.scope["path"].startswith("/api/"):
        return problem_json(status, detail, parameter, headers)
    body = _body(status, detail, parameter)
    page: Response = request.app.state.templates.TemplateResponse(
        request, "problem.html", {"problem": body}, status_code=status, headers=_unkept(headers)
    )
    return page


def problem_json(
    status: int,
    detail: str,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem as JSON, whatever was asked for."""
    return JSONResponse(_body(status, detail, parameter), status, _unkept(headers), MEDIA_TYPE)


def _unkept(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {"Cache-Control": UNKEPT, **(headers or {})}


def _body(status: int, detail: str, parameter: str | None) -> dict[str, Any]:
    body = {"type": "about:blank", "title": _title(status), "status": status, "detail": detail}
    return body if parameter is None else body | {"parameter": parameter}


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


async def _input_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)
    return respond(request, _input_status(error), str(error), error.parameter)


def _input_status(error: InputError) -> int:
    match error:
        case UnsupportedInput():
            return 415
        case OversizedInput():
            return 413
        case _:
            return 422


async def _weights_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, WeightsError)
    return respond(request, 503, _of_weights(error), headers={"Retry-After": "60"})


def _of_weights(error: WeightsError) -> str:
    """What a visitor is told of weights: no folder of this machine, which the log has."""
    if isinstance(error, NotFetched):
        return str(error)
    log.error("%s", error)
    return UNUSABLE


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    items = error.errors()
    for item in items:
        if isinstance(cause := item.get("ctx", {}).get("error"), InputError):
            return await _input_error(request, cause)  # a wire type refused it with a sentence
    names = list(dict.fromkeys(map(_parameter, items)))[:3]
    sentences = [_sentence(name, [i for i in items if _parameter(i) == name]) for name in names]
    return respond(request, 422, " ".join(sentences), names[0])


def _sentence(name: str, items: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with one parameter; of one that may be this or that, all it might have been."""
    first = items[0]
    if first["type"] == "missing":
        return f"{name} is missing: {first['msg']}."
    if first["type"] == "json_invalid":
        reason = first.get("ctx", {}).get("error", "")
        return f"The body is no JSON: {reason} at character {first['loc'][-1]}."
    value = first["ctx"]["value"] if first["type"] == "conflict" else first.get("input")
    quoted = "" if isinstance(value, dict | list) else f" {_short(value)!r}"
    reasons = dict.fromkeys(item["msg"] for item in items)
    return f"{name}{quoted} cannot be used: {', or: '.join(reasons)}."


def _short(value: object) -> str:
    """The beginning of what was sent; of megabytes no more than that is looked at."""
    return str(value[:60] if isinstance(value, str | bytes) else value)[:60]


def _parameter(item: Mapping[str, Any]) -> str:
    """The name of a field, query or path parameter, or `body` for the whole."""
    if item["type"] == "conflict":
        return str(item["ctx"]["parameter"])
    place = item["loc"]
    whole = len(place) == 1 or item["type"] == "json_invalid"
    return str(place[0] if whole else place[1])


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if detail == _title(error.status_code):
        detail = f"{request.method} {request.scope['path'][:200]}: {detail.lower()}."
    parameter = getattr(error, "parameter", None)
    return respond(request, error.status_code, detail, parameter, error.headers)


def mistake(request: Request) -> Response:
    """The answer to what nobody foresaw, even where pages are what fails."""
    try:
        return respond(request, 500, MISTAKE)
    except Exception:
        return problem_json(500, MISTAKE)


def unheard(loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """A line for what failed where nobody waits any more; a visitor's mistake is no fault."""
    error = context.get("exception")
    if not isinstance(error, InputError | HTTPException):
        log.error("%s", context["message"], exc_info=error)


def problem_of(error: Exception) -> base.Problem:
    """What went wrong after an answer had begun, as a body without a status line of its own."""
    match error:
        case InputError():
            status, detail = _input_status(error), str(error)
        case WeightsError():
            status, detail = 503, _of_weights(error)
        case HTTPException():
            status, detail = error.status_code, str(error.detail)
        case _:
            log.error("A stream failed", exc_info=error)
            status, detail = 500, MISTAKE
    return base.Problem(type="about:blank", title=_title(status), status=status, detail=detail)
