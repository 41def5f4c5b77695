"""What a lesson is made of, as its file is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Option = str | int | float | bool | list[str | int | float]
Options = Mapping[str, Option]
Taken = Literal["photo", "sentence"]
Size = Literal["small", "medium", "large", "page"]  # the room that is kept for a live part
# Where a studio's link leads, and what of the reader's goes with it.
STUDIOS: Mapping[str, Taken | None] = {
    "/": "photo",
    "/gates": "photo",
    "/lab/vision": "photo",
    "/sentence": "sentence",
    "/lab/sentence": "sentence",
    "/lab": None,
    "/video": None,
    "/models": None,
    "/docs": None,
}


class LessonError(ValueError):
    """A lesson or a part that cannot be used: its file, its line, and what was expected there."""

    def __init__(self, where: object, line: int | None, sentence: str) -> None:
        place = f"{where}, line {line}" if line is not None else str(where)
        super().__init__(f"{place}: {sentence}")


class Written(BaseModel):
    """TOML that somebody wrote: a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _studio(page: str) -> str:
    if page not in STUDIOS:
        raise ValueError(f"{page!r} is no studio: take one of {', '.join(STUDIOS)}")
    return page


class LivePart(Written):
    """A live part, placed: its registered name and its options, defaults filled in."""

    kind: ClassVar[str] = "part"
    name: str
    options: dict[str, Option] = {}
    size: Size = "medium"


class Choice(Written):
    """What a reader may guess, and which of the model's answers it is: a value, or a range."""

    words: str
    stands: str | float | list[float] = Field(alias="is")


class Question(Written):
    """What is asked; a live part answers it by what the model says."""

    kind: ClassVar[str] = "question"
    ask: str
    part: str
    options: dict[str, Option] = {}
    choices: list[Choice] = []
    near: float = 0  # how far a free guess may be from a number
    unit: str = ""


class Studio(Written):
    """A link into a studio, with the reader's photo or sentence and a state."""

    kind: ClassVar[str] = "studio"
    page: Annotated[str, AfterValidator(_studio)]
    words: str
    state: dict[str, str | int] = {}

    @property
    def carries(self) -> Taken | None:
        return STUDIOS[self.page]


@dataclass(frozen=True)
class Prose:
    """Markdown as HTML."""

    kind: ClassVar[str] = "prose"
    html: str


@dataclass(frozen=True)
class Try:
    """One thing to change."""

    kind: ClassVar[str] = "try"
    html: str


Block = Prose | Try | LivePart | Question | Studio


@dataclass(frozen=True)
class Section:
    """What stands under one heading, and on one screen of the presenter's."""

    id: str
    title: str  # "" of what stands before the first heading
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Lesson:
    """One chapter in one language."""

    slug: str
    number: int
    language: str
    title: str
    idea: str
    sections: tuple[Section, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(block for section in self.sections for block in section.blocks)

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the live parts it shows or asks, in their order, each once."""
        named = [block.name if isinstance(block, LivePart) else block.part
                 for block in self.blocks if isinstance(block, LivePart | Question)]  # fmt: skip
        return tuple(dict.fromkeys(named))
