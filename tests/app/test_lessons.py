"""Every lesson that comes with the service: languages agree, parts have their texts, links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from foveate.app.lessons.course import MAIN, read_course
from foveate.app.lessons.languages import texts
from foveate.app.lessons.lesson import Lesson, LivePart, Option, Question, Studio
from foveate.app.lessons.parts import FOLDER, registry
from foveate.models.catalog.catalog import Catalog
from tests.photos import ROOT

COURSE = read_course()
OTHERS = [language for language in COURSE.languages if language != MAIN]
LESSONS = [lesson for own in COURSE.lessons.values() for lesson in own.values()]
VIEWS = {
    "/": "image",
    "/gates": "gates",
    "/video": "video",
    "/sentence": "sentence",
    "/lab/sentence": "sentencelab",
    "/lab/vision": "visionlab",
}


def named(lesson: Lesson) -> str:
    return f"{lesson.language}-{lesson.slug}"


def structure(lesson: Lesson) -> list[object]:
    """What must be the same in every language."""
    found: list[object] = []
    for section in lesson.sections:
        for block in section.blocks:
            match block:
                case LivePart():
                    found.append((block.kind, block.name, settings(block.options)))
                case Question():
                    stands = [choice.stands for choice in block.choices]
                    chosen = settings(block.options)
                    found.append((block.kind, block.part, chosen, stands, block.near))
                case Studio():
                    found.append((block.kind, block.page, block.state))
                case _:
                    found.append(block.kind)
        found.append("section")
    return found


def settings(options: dict[str, Option]) -> dict[str, object]:
    """Options, of texts to be read no more than how many there are."""

    def told(value: Option) -> object:
        texts = value if isinstance(value, list) else [value]
        return len(texts) if any(isinstance(each, str) and " " in each for each in texts) else value

    return {key: told(value) for key, value in options.items()}


@cache
def script(name: str) -> str:
    return (FOLDER / f"{name}.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", OTHERS)
def test_every_chapter_is_there_in_every_language(language: str) -> None:
    assert set(COURSE.lessons[language]) == set(COURSE.lessons[MAIN])
    for slug, lesson in COURSE.lessons[MAIN].items():
        assert structure(COURSE.lessons[language][slug]) == structure(lesson), slug
        assert COURSE.lessons[language][slug].idea != lesson.idea


@pytest.mark.parametrize("lesson", LESSONS, ids=named)
def test_a_chapter_shows_asks_lets_try_and_leads_on(lesson: Lesson) -> None:
    kinds = {block.kind for block in lesson.blocks}
    assert {"part", "question", "studio", "try"} <= kinds
    for block in lesson.blocks:
        if isinstance(block, Question) and block.choices:
            assert len({str(choice.stands) for choice in block.choices}) == len(block.choices)


@pytest.mark.parametrize("name", sorted(registry()))
def test_a_part_has_its_texts_and_answers_where_it_says_so(name: str) -> None:
    exported = re.search(r"^export (async )?function answer\b", script(name), re.M)
    assert registry()[name].answers == (exported is not None)
    asked = set(re.findall(r"\breader\.words\(\s*\"([\w-]+)\"", script(name))) | {"title"}
    for language in COURSE.languages:
        assert asked <= set(texts(language)[name]), language
        assert set(texts(language)[name]) == set(texts(MAIN)[name]), language
        for key, text in texts(language)[name].items():
            assert filled(text) == filled(texts(MAIN)[name][key]), (language, key)


def filled(text: str) -> set[str]:
    """What a text has filled in."""
    return set(re.findall(r"\{(\w+)\}", text))


def models_of(options: dict[str, Option]) -> Iterator[str]:
    for key, value in options.items():
        if key in ("model", "models", "head", "cnn", "vit"):
            yield from map(str, value if isinstance(value, list) else [value])


@pytest.mark.parametrize("lesson", COURSE.chapters(MAIN), ids=named)
def test_what_a_chapter_names_is_there(lesson: Lesson) -> None:
    cards = Catalog()
    for block in lesson.blocks:
        if isinstance(block, LivePart | Question):
            unknown = [name for name in models_of(block.options) if name and name not in cards]
            assert not unknown, block
        elif isinstance(block, Studio) and block.page in VIEWS:
            view = ROOT / "static" / "js" / "pages" / VIEWS[block.page] / "view.js"
            fields = set(re.findall(r"^ +(\w+): ", view.read_text(encoding="utf-8"), re.M))
            fields |= {"layer", "head", "query", "class", "method", "lens"}  # of photolook
            assert set(block.state) <= fields, block
            named_models = str(block.state.get("model", "")), str(block.state.get("heads", ""))
            unknown = [n for text in named_models for n in text.split(",") if n and n not in cards]
            assert not unknown, block
