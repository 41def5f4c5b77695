"""A lesson's file: TOML between lines of +++, then Markdown with four kinds of fenced blocks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args
from urllib.parse import parse_qsl

from markdown_it.token import Token
from pydantic import ValidationError

from foveate.app.lessons.lesson import (
    Block,
    Lesson,
    LessonError,
    LivePart,
    Prose,
    Question,
    Section,
    Size,
    Studio,
    Try,
    Written,
)
from foveate.app.lessons.markup import MARKDOWN, changes
from foveate.app.lessons.parts import filled, registry

NAME = re.compile(r"(\d{2})-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
FENCES = ("part", "try", "question", "studio")
OWN_PICTURES = ("/static/", "/api/")
ROOT = Path(__file__).parents[2]
# What links may name: samples, and words of the glossary.
NAMED = {"photo": ROOT / "static/samples/samples.toml", "term": ROOT / "templates/glossary/en.toml"}
SECTION = 2  # the level of headings that begin a section
Toml = TypeVar("Toml", bound=Written)


class Front(Written):
    """What a lesson says of itself."""

    title: str
    idea: str


def read_lesson(path: Path, language: str) -> Lesson:
    """The lesson of a file. Raises LessonError: the file, the line, and what was expected."""
    named = NAME.fullmatch(path.name)
    if not named:
        raise LessonError(path, None, "a lesson is named like 03-the-bottleneck.md.")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(path, None, f"it cannot be read as UTF-8: {error}.") from None
    return Reading(path, text).lesson(language, int(named[1]), named[2])


class Reading:
    """One file, read from its first line to its last."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        lines = text.split("\n")
        ends = [i for i, line in enumerate(lines) if line.strip() == "+++"][:2]
        if len(ends) < 2 or ends[0] != 0:
            raise self.wrong(1, "it must begin with title and idea between two lines of +++.")
        self.front = self.toml(Front, "\n".join(lines[1 : ends[1]]), 2)
        self.first = ends[1] + 2  # the number of the body's first line
        self.tokens = MARKDOWN.parse("\n".join(lines[ends[1] + 1 :]))

    def lesson(self, language: str, number: int, slug: str) -> Lesson:
        sections = tuple(self.sections())
        return Lesson(slug, number, language, self.front.title, self.front.idea, sections)

    def wrong(self, line: int, sentence: str) -> LessonError:
        return LessonError(self.path, line, sentence)

    def line(self, token: Token) -> int:
        return self.first + (token.map[0] if token.map else 0)

    def sections(self) -> Iterator[Section]:
        """What stands under each heading; what stands before the first is a section without one."""
        title, found = "", list[Token]()
        for at, token in enumerate(self.tokens):
            if token.type == "heading_open" and token.tag == "h1":
                raise self.wrong(self.line(token), "the title stands in the front matter: use ##.")
            if token.type == "heading_open" and token.tag == f"h{SECTION}":
                if title or found:
                    yield self.section(title, found)
                title, found = self.tokens[at + 1].content, []  # a heading's text comes next
            found.append(token)
        yield self.section(title, found)

    def section(self, title: str, tokens: Sequence[Token]) -> Section:
        own = tokens[3:] if title else tokens  # without the heading: its open, text and close
        found = Section(slug_of(title), title, tuple(self.blocks(own)))
        self.check_changes(found, own)
        return found

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        prose: list[Token] = []
        for token in tokens:
            self.check(token)
            kind = token.info.split()[0] if token.type == "fence" and token.info.split() else ""
            if kind not in FENCES:
                prose.append(token)
                continue
            yield from _prose(prose)
            prose = []
            yield self.fence(kind, token)
        yield from _prose(prose)

    def check(self, token: Token) -> None:
        """Raises LessonError for a picture from elsewhere, which no browser would show."""
        for child in token.children or ():
            source = str(child.attrs.get("src", ""))
            if child.type == "image" and not source.startswith(OWN_PICTURES):
                expected = "pictures are this service's own: /static/..."
                raise self.wrong(
                    self.line(token), f"the picture {source!r} is not shown: {expected}."
                )

    def check_changes(self, section: Section, tokens: Sequence[Token]) -> None:
        """Raises LessonError for a link that changes what is not there."""
        known = [
            block.options for block in section.blocks if isinstance(block, LivePart | Question)
        ]
        for token in tokens:
            inner = MARKDOWN.parse(token.content) if token.info.split()[:1] == ["try"] else [token]
            for kind, change in (found for each in inner for found in changes(each)):
                if kind in NAMED and change not in (there := _names(NAMED[kind])):
                    said = f"the link {kind}:{change} names none of {', '.join(there)}."
                    raise self.wrong(self.line(token), said)
                names = {name for name, _ in parse_qsl(change, keep_blank_values=True)}
                fits = any(names <= options.keys() for options in known)
                if kind == "set" and not (names and fits):
                    said = f"set:{change} sets nothing that a live part of this section has."
                    raise self.wrong(self.line(token), said)

    def fence(self, kind: str, token: Token) -> Block:
        line = self.line(token)
        try:
            match kind:
                case "part":
                    return self.part(token)
                case "question":
                    return self.question(token)
                case "studio":
                    return self.toml(Studio, token.content, line + 1)
                case _:
                    return Try(MARKDOWN.render(token.content))
        except ValueError as error:
            if isinstance(error, LessonError):
                raise
            raise self.wrong(line, ended(str(error))) from None

    def part(self, token: Token) -> LivePart:
        """A part placed: ```part NAME, and perhaps the room that is kept for it."""
        name, *size = token.info.split()[1:] or [""]
        options = filled(name, self.parsed(token.content, self.line(token) + 1))
        if len(size) > 1 or not {*size} <= {*get_args(Size)}:
            raise ValueError(f"{' '.join(size)!r} is no size: one of {', '.join(get_args(Size))}")
        room = size[0] if size else registry()[name].size
        return LivePart.model_validate({"name": name, "options": options, "size": room})

    def question(self, token: Token) -> Question:
        asked = self.toml(Question, token.content, self.line(token) + 1)
        options = filled(asked.part, asked.options, answering=True)
        return asked.model_copy(update={"options": options})

    def parsed(self, text: str, line: int) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            said = re.fullmatch(
                r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error)
            )
            at = said[2] if said else None
            place = line + (int(at) if at else text.rstrip("\n").count("\n") + 1) - 1
            raise self.wrong(place, f"this is no TOML: {said[1] if said else error}.") from None

    def toml(self, kind: type[Toml], text: str, line: int) -> Toml:
        try:
            return kind.model_validate(self.parsed(text, line))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(map(str, first["loc"]))
            said = first["msg"].removeprefix("Value error, ")
            raise self.wrong(_line_of(text, key, line), ended(f"{key}: {said}")) from None


def ended(sentence: str) -> str:
    return sentence if sentence.endswith("?") else f"{sentence}."


def _line_of(text: str, key: str, first: int) -> int:
    """The line a key stands on; the first line of the block where it is missing."""
    top = key.split(".")[0]
    named = (i for i, line in enumerate(text.split("\n")) if re.match(rf"\[?{top}\b", line))
    return first + next(named, 0)


@cache
def _names(file: Path) -> tuple[str, ...]:
    return tuple(tomllib.loads(file.read_text(encoding="utf-8")))


def _prose(tokens: Sequence[Token]) -> Iterator[Prose]:
    if tokens:
        yield Prose(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))


def slug_of(title: str) -> str:
    """What a section is called in a link: letters of any alphabet, digits and hyphens."""
    words = re.findall(r"\w+", title.casefold())
    return "-".join(words) or "start"
