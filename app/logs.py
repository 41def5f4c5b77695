"""The log: a line a fault, with time, level and request, and nothing that a visitor has sent.

The message of an unforeseen error may quote what it could not read: of such an error the kind is
told, and the places in the code that it came through.
"""

from __future__ import annotations

import logging
import os
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = 6  # of the innermost calls
LIBRARIES = ("transformers", "huggingface_hub")  # that write in a form of their own
# The server says this of an answer that was cut off; why it was has a line already.
SAID = "ASGI callable returned without completing response."

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class Lines(logging.Formatter):
    """`2026-01-31T12:00:00.000+00:00 ERROR request message`, whatever the message holds."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            text = f"{text.strip()}: {told(record.exc_info[1])}"
        line = " ".join(text.split())
        shown = "".join(c if c.isprintable() else "?" for c in line)
        return f"{time} {record.levelname} {request_id.get()} {shown}"


def install() -> None:
    """Sends every log of the process to standard error in this form."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("foveate").setLevel(logging.INFO)
    for name in LIBRARIES:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    server = logging.getLogger("uvicorn.error")
    server.setLevel(logging.ERROR)  # its warnings are of what strangers send
    server.addFilter(lambda record: record.msg != SAID)


def told(error: BaseException) -> str:
    """An error's kind, what it came from, and its way through the code; never its message."""
    frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
    way = " > ".join(f"{_place(frame.filename)}:{frame.lineno}" for frame in frames)
    cause = error.__cause__
    return f"{_kind(error)}{f' from {_kind(cause)}' if cause else ''}{f' at {way}' if way else ''}"


def _kind(error: BaseException) -> str:
    name = type(error).__name__
    known = isinstance(error, OSError) and error.errno
    return f"{name} ({os.strerror(error.errno)})" if known else name  # type: ignore[attr-defined]


def _place(file: str) -> str:
    path = Path(file)
    ours = path.is_relative_to(ROOT) and "site-packages" not in path.parts
    return str(path.relative_to(ROOT)) if ours else "/".join(path.parts[-2:])
