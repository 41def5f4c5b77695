"""The course of the service: whole in every language, and every name in it is that of something."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from foveate.app.lessons.course import read_course
from foveate.app.lessons.languages import texts
from foveate.app.lessons.lesson import Lesson, LivePart, Question, Studio
from foveate.app.lessons.parts import FOLDER, registry
from foveate.app.runtime.samples import videos
from foveate.models.catalog.catalog import Catalog
from tests.photos import ROOT

COURSE = read_course()
VIEWS = {
    "/": "image",
    "/gates": "gates",
    "/video": "video",
    "/sentence": "sentence",
    "/lab/sentence": "sentencelab",
    "/lab/vision": "visionlab",
}
KNOWN = """
import { readFileSync } from "node:fs";
const wrong = [];
for (const [name, state] of JSON.parse(readFileSync(0, "utf8"))) {
  const { FIELDS } = await import(`./static/js/pages/${name}/view.js`);
  const { fromSearch, toSearch } = await import("./static/js/core/store.js");
  const query = `?${new URLSearchParams(state)}`;
  const kept = new URLSearchParams(toSearch(fromSearch(query, FIELDS), FIELDS));
  for (const [key, value] of Object.entries(state)) {
    const shown = kept.get(key) ?? String(FIELDS.defaults[key]); // a default is in no link
    if (shown !== String(value)) wrong.push(`${name}: ${key}=${value}`);
  }
}
console.log(JSON.stringify(wrong));
"""


def shape(lesson: Lesson) -> list[object]:
    """What a lesson has that is the same in every language."""
    found: list[object] = []
    for block in lesson.blocks:
        match block:
            case LivePart():
                found.append((block.name, block.size, numbers(block.options)))
            case Question():
                said = [choice.stands for choice in block.choices]
                found.append((block.part, numbers(block.options), said, block.near))
            case Studio():
                found.append((block.page, block.state))
            case _:
                found.append(re.findall(r'data-(?:set|photo|term)="[^"]*"', block.html))
    return [len(lesson.sections), *found]


def numbers(options: dict[str, object]) -> dict[str, object]:
    """Options that no language changes; of those that are to be read, how many there are."""
    return {key: told(value) for key, value in options.items()}


def told(value: object) -> object:
    each = value if isinstance(value, list) else [value]
    return len(each) if any(isinstance(text, str) and " " in text for text in each) else value


def fills(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_language_has_every_lesson_with_the_same_parts() -> None:
    for slug, lesson in COURSE.lessons["en"].items():
        for language, own in COURSE.lessons.items():
            assert own.keys() == COURSE.lessons["en"].keys()
            assert shape(own[slug]) == shape(lesson), (language, slug)
            assert language == "en" or own[slug].idea != lesson.idea


def test_every_language_has_every_text_with_the_same_values_in_it() -> None:
    english = texts("en")
    assert set(registry()) <= set(english)
    for language in COURSE.languages:
        found = texts(language)
        assert found.keys() == english.keys()
        for of, own in found.items():
            assert own.keys() == english[of].keys(), (language, of)
            assert all(own.values()), (language, of)
            unlike = [key for key in own if fills(own[key]) != fills(english[of][key])]
            assert unlike == [], (language, of)
            assert "title" in own or of in ("page", "nav")


def test_every_text_that_a_part_asks_for_is_there() -> None:
    for name in registry():
        script = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        asked = set(re.findall(r'\breader\.words\("([^"]+)"', script))
        assert asked <= texts("en")[name].keys(), name


def test_every_part_is_used_and_exports_what_it_promises() -> None:
    used = {name for lesson in COURSE.lessons["en"].values() for name in lesson.parts}
    assert used == set(registry())
    for name, part in registry().items():
        script = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        assert re.search(r"export (async )?function show\(", script), name
        assert bool(re.search(r"export (async )?function answer\(", script)) == part.answers, name


def test_every_chapter_has_something_to_see_to_try_to_answer_and_to_go_on_with() -> None:
    for lesson in COURSE.lessons["en"].values():
        kinds = {block.kind for block in lesson.blocks}
        assert kinds == {"prose", "part", "try", "question", "studio"}, lesson.slug
        asked = [block for block in lesson.blocks if isinstance(block, Question)]
        for question in asked:
            stands = [str(choice.stands) for choice in question.choices]
            assert len(set(stands)) == len(stands), question.ask


def test_every_link_into_a_studio_has_a_state_that_the_studio_takes() -> None:
    links = [block for lesson in COURSE.chapters("en") for block in lesson.blocks
             if isinstance(block, Studio)]  # fmt: skip
    asked = [(VIEWS[link.page], link.state) for link in links if link.page in VIEWS]
    node = ["node", "--input-type=module", "-e", KNOWN]
    run = subprocess.run(node, input=json.dumps(asked), cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stdout + run.stderr
    assert [link.state for link in links if link.page not in VIEWS and link.state] == []


@pytest.mark.parametrize("key", ["model", "models", "head", "cnn", "vit", "heads"])
def test_every_model_that_is_named_is_in_the_catalog(key: str) -> None:
    cards = Catalog()
    for lesson in COURSE.chapters("en"):
        for block in lesson.blocks:
            named = getattr(block, "state", {}) | getattr(block, "options", {})
            value = named.get(key, "")
            names = value if isinstance(value, list) else str(value).split(",")
            assert all(name in cards for name in names if name and isinstance(name, str)), block
            if "sample" in named and isinstance(block, LivePart):
                assert named["sample"] in videos()
