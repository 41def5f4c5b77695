"""A folder of lessons: LANGUAGE/NN-slug.md, all read when the service starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from foveate.app.lessons.lesson import Lesson, LessonError
from foveate.app.lessons.reading import read_lesson

BUILT_IN = Path(__file__).parents[2] / "templates" / "learn"
LANGUAGE = re.compile(r"[a-z]{2,3}")
MAIN = "en"  # what a reader gets of a lesson that is not there in another language


@dataclass(frozen=True)
class Course:
    """Lessons by language and slug. A visitor's slug is looked up here, and is never a path."""

    lessons: Mapping[str, Mapping[str, Lesson]]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.lessons)

    @property
    def main(self) -> str:
        return MAIN if MAIN in self.lessons else self.languages[0]

    def chapters(self, language: str) -> tuple[Lesson, ...]:
        """Every lesson in its order; one that is not there in this language, in the main one."""
        every = {slug: lesson for own in self.lessons.values() for slug, lesson in own.items()}
        every |= {**self.lessons[self.main], **self.lessons.get(language, {})}
        return tuple(sorted(every.values(), key=lambda lesson: (lesson.number, lesson.slug)))


def read_course(folder: Path | None = None) -> Course:
    """The lessons of a folder, or the built-in ones. Raises LessonError."""
    folder = folder or BUILT_IN
    found = {path.name: _read(path) for path in _languages(folder)}
    lessons = {language: own for language, own in found.items() if own}
    if not lessons:
        raise LessonError(folder, None, "it has no lesson: en/01-first.md was expected, say.")
    return Course(lessons)


def _languages(folder: Path) -> Iterator[Path]:
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise LessonError(folder, None, f"no folder of lessons: {error.strerror}.") from None
    yield from (path for path in inside if path.is_dir() and LANGUAGE.fullmatch(path.name))


def _read(folder: Path) -> dict[str, Lesson]:
    lessons: dict[str, Lesson] = {}
    for path in sorted(folder.glob("*.md")):
        lesson = read_lesson(path, folder.name)
        if lesson.slug in lessons:
            raise LessonError(path, None, f"there are two lessons named {lesson.slug!r}.")
        lessons[lesson.slug] = lesson
    return lessons
