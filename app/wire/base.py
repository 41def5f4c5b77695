"""What every answer is made of, and an error."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

MOST_FIELDS = 64


class Wire(BaseModel):
    """Read from a request, or by `model_validate` from the attributes of what models made."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Sent(Wire):
    """What a caller sends. Thousands of unknown fields get one error and not one each."""

    @model_validator(mode="before")
    @classmethod
    def _few_fields(cls, sent: object) -> object:
        if isinstance(sent, dict) and len(sent) > MOST_FIELDS:
            raise PydanticCustomError(
                "fields",
                "it has {count} fields, and at most {most} are read: leave out what is unknown",
                {"count": len(sent), "most": MOST_FIELDS},
            )
        return sent


class Problem(Wire):
    """An error (RFC 9457); `detail` is a sentence to show to the visitor."""

    type: str
    title: str
    status: int
    detail: str
    parameter: str | None = None
