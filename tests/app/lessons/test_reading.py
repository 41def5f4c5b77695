"""Lessons as files: what they hold, and how one that is wrong is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from foveate.app.cli.terminal import status_of
from foveate.app.lessons.course import read_course
from foveate.app.lessons.languages import chosen
from foveate.app.lessons.lesson import LessonError, LivePart, Prose, Question, Studio, Try
from foveate.app.lessons.markup import explained
from foveate.app.lessons.reading import read_lesson

FRONT = '+++\ntitle = "A title"\nidea = "One idea."\n+++\n'
PART = "```part fields\nlayer = 3\n```\n"


def written(folder: Path, text: str, name: str = "01-first.md") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_lesson_is_sections_of_blocks_in_their_order(tmp_path: Path) -> None:
    body = f"""Opening, <b>no HTML</b>.

## One & two

Text with [three](set:layer=3), [the cat](photo:cat) and [entropy](term:entropy).

{PART}
```try
Change *it*.
```

```question
ask = "How much?"
part = "fields"
choices = [{{ words = "Little", is = [0.0, 0.5] }}, {{ words = "None", is = "none" }}]
```

```studio
page = "/gates"
words = "Go on"
[state]
model = "vision-cbam"
channel = 4
```
"""
    lesson = read_lesson(written(tmp_path, FRONT + body), "en")
    assert (lesson.slug, lesson.number, lesson.title) == ("first", 1, "A title")
    first, second = lesson.sections
    assert [section.id for section in lesson.sections] == ["start", "one-two"]
    assert first.blocks == (Prose("<p>Opening, &lt;b&gt;no HTML&lt;/b&gt;.</p>\n"),)
    prose, part, trying, question, studio = second.blocks
    assert isinstance(prose, Prose)
    assert '<button type="button" class="set" data-set="layer=3">three</button>' in prose.html
    assert 'data-photo="cat"' in prose.html
    assert "<i>entropy!</i>" in explained(prose.html, lambda name, text: f"<i>{text}!</i>")
    assert isinstance(part, LivePart)
    assert (part.options["layer"], part.options["block"], part.size) == (3, 12, "large")
    assert trying == Try("<p>Change <em>it</em>.</p>\n")
    assert isinstance(question, Question)
    assert [choice.stands for choice in question.choices] == [[0.0, 0.5], "none"]
    assert isinstance(studio, Studio)
    assert (studio.carries, studio.state) == ("photo", {"model": "vision-cbam", "channel": 4})
    assert lesson.parts == ("fields",)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("No front matter.\n", 1, "begin with title and idea between two lines of"),
        ('+++\ntitle = "A"\n+++\n', 2, "idea: Field required"),
        ('+++\ntitle = "A"\nidea = \n+++\n', 3, "this is no TOML"),
        ('+++\ntitle = "A"\nidea = "B"\nauthor = "C"\n+++\n', 4, "author: Extra inputs"),
        (f"{FRONT}# A title\n", 5, "the title stands in the front matter"),
        (f"{FRONT}\n```part feilds\n```\n", 6, "no live part 'feilds': did you mean 'fields'?"),
        (f"{FRONT}```part fields\nlayers = 3\n```\n", 5, "did you mean 'layer'?"),
        (f'{FRONT}```part fields\nlayer = "3"\n```\n', 5, "something like 6 was expected"),
        (f"{FRONT}```part fields\n\nlayer = \n```\n", 7, "this is no TOML"),
        (f"{FRONT}```part fields huge\n```\n", 5, "'huge' is no size"),
        (f'{FRONT}```question\nask = "?"\npart = "methods"\n```\n', 5, "answers no question"),
        (f'{FRONT}```studio\nwords = "Go"\npage = "/nowhere"\n```\n', 7, "'/nowhere' is no studio"),
        (f"{FRONT}{PART}[four](set:leyer=4)\n", 8, "sets nothing that a live part"),
        (f"{FRONT}[a dog](photo:dog)\n", 5, "photo:dog names none of dandelion"),
        (f"{FRONT}[it](term:nothing)\n", 5, "term:nothing names none of"),
        (f"{FRONT}![](https://example.org/a.png)\n", 5, "is not shown"),
    ],
)
def test_a_lesson_that_is_wrong_is_refused_with_its_file_its_line_and_what_was_expected(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(LessonError) as refused:
        read_lesson(path, "en")
    assert str(refused.value).startswith(f"{path}, line {line}: ")
    assert said in str(refused.value)
    assert str(refused.value).endswith((".", "?"))
    assert status_of(refused.value) == 2


def test_a_folder_is_a_language_each_and_a_lesson_that_one_lacks_is_another_s(
    tmp_path: Path,
) -> None:
    for name in ("en/02-second.md", "en/01-first.md", "ko/01-first.md"):
        written(tmp_path, FRONT.replace("A title", name), name)
    course = read_course(tmp_path)
    assert course.languages == ("en", "ko")
    assert [lesson.language for lesson in course.chapters("ko")] == ["ko", "en"]
    assert [lesson.slug for lesson in course.chapters("xx")] == ["first", "second"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "it has no lesson"),
        (["01-first.md"], "it has no lesson"),
        (["en/first.md"], "a lesson is named like"),
        (["en/01-first.md", "en/02-first.md"], "two lessons named 'first'"),
        (None, "no folder of lessons: No such file or directory"),
    ],
)
def test_a_folder_that_holds_no_course_is_one_sentence(
    tmp_path: Path, names: list[str] | None, said: str
) -> None:
    folder = tmp_path if names is not None else tmp_path / "nothing"
    for name in names or ():
        written(folder, FRONT, name)
    with pytest.raises(LessonError, match=said) as refused:
        read_course(folder)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ((None, None), "", "en"),
        ((None, None), "pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ((None, None), "fr, en;q=0.3, PT;q=0.7", "pt"),
        ((None, None), "pt;q=0, de", "en"),
        ((None, "pt"), "en", "pt"),
        (("en", "pt"), "pt", "en"),
        (("xx", None), ";q=,pt;q=high,,", "en"),
    ],
)
def test_a_language_is_chosen_by_hand_or_by_what_the_browser_accepts(
    asked: tuple[str | None, str | None], accepted: str, language: str
) -> None:
    assert chosen(["en", "pt"], asked, accepted, "en") == language
