"""What every answer is made of, and an error."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Read from a request, or by `model_validate` from the attributes of what models made."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Problem(Wire):
    """An error (RFC 9457); `detail` is a sentence to show to the visitor."""

    type: str
    title: str
    status: int
    detail: str
    parameter: str | None = None
