"""The course: its contents, and a page a chapter, in the reader's language."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from foveate.app.lessons.course import MAIN, Course
from foveate.app.lessons.languages import chosen, words
from foveate.app.lessons.lesson import Lesson
from foveate.app.lessons.markup import explained
from foveate.app.lessons.parts import registry
from foveate.app.pages.assets import modules, page_response
from foveate.app.pages.glossary import Terms
from foveate.app.pages.glossary import languages as explaining
from foveate.app.problems import Problem
from foveate.app.runtime.samples import samples, sentences

COOKIE = "language"  # which language somebody chose by hand; nothing else is in it
YEAR = 365 * 24 * 3600
# What the reader's bar offers: those first that the lab's small translators write well.
SENTENCES = (
    "A man in a red shirt is reading a newspaper.",
    "The black cat sat on the red mat.",
)
MORE = 2  # samples of the sentence page after them

router = APIRouter(include_in_schema=False)


@router.get("/learn")
async def contents(request: Request, lang: str | None = None) -> Response:
    language = _language(request, lang)
    chapters = _course(request).chapters(language)
    page = {"language": language, "words": words(language, "page"), "chapters": _listed(chapters)}
    scripts = modules("pages/learn/contents.js")
    return _answer(
        request, "learn.html", language, lang, page=page, chapters=chapters, modules=scripts
    )


@router.get("/learn/{slug}")
async def chapter(request: Request, slug: str, lang: str | None = None) -> Response:
    language = _language(request, lang)
    chapters = _course(request).chapters(language)
    slugs = [each.slug for each in chapters]
    if slug not in slugs:
        raise Problem(
            404, f"There is no chapter {slug[:40]!r}: there are {', '.join(slugs)}.", "slug"
        )
    at = slugs.index(slug)
    lesson = chapters[at]
    return _answer(
        request,
        "lesson.html",
        language,
        lang,
        page=_page(request, lesson, language, chapters),
        lesson=lesson,
        before=chapters[at - 1] if at else None,
        after=chapters[at + 1] if at + 1 < len(chapters) else None,
        modules=_scripts(lesson.parts),
        loaded=_scripts(lesson.parts[:1]),  # the part that comes first is seen at once
    )


def _page(
    request: Request, lesson: Lesson, language: str, chapters: tuple[Lesson, ...]
) -> dict[str, Any]:
    """What the scripts of a chapter are told."""
    parts = registry()
    return {
        "slug": lesson.slug,
        "language": language,
        "words": words(language, "page"),
        "chapters": _listed(chapters),
        "parts": {
            name: {
                **parts[name].model_dump(include={"takes", "size"}),
                "words": words(language, name),
            }
            for name in lesson.parts
        },
        "samples": [item.model_dump() for item in samples().values()],
        "sentences": _sentences(),
        "upload_bytes": request.app.state.settings.upload_bytes,
    }


def _sentences() -> list[str]:
    others = [item.text for item in sentences() if item.language == "en"]
    return [*SENTENCES, *(text for text in others if text not in SENTENCES)][
        : len(SENTENCES) + MORE
    ]


def _listed(chapters: tuple[Lesson, ...]) -> list[dict[str, Any]]:
    return [
        {
            "slug": lesson.slug,
            "sections": len(lesson.sections),
            "questions": sum(block.kind == "question" for block in lesson.blocks),
        }
        for lesson in chapters
    ]


def _scripts(parts: tuple[str, ...]) -> list[str]:
    """The scripts of the page and of some of its live parts."""
    entries = ["pages/learn/page.js", *(f"parts/learn/{name}.js" for name in parts)]
    return sorted({module for entry in entries for module in modules(entry)})


def _course(request: Request) -> Course:
    course: Course = request.app.state.course
    return course


def _language(request: Request, lang: str | None) -> str:
    course = _course(request)
    asked = (lang, request.cookies.get(COOKIE))
    accepted = request.headers.get("accept-language", "")
    return chosen(course.languages, asked, accepted, course.main)


def _answer(
    request: Request, name: str, language: str, asked: str | None, **context: Any
) -> Response:
    """A page in a language. One that was chosen by hand is remembered, and stands in its links too:
    a browser may take no cookies.
    """
    by_hand = asked == language
    terms = Terms(language if language in explaining() else MAIN)
    response = page_response(
        request,
        name,
        language=language,
        languages={
            each: words(each, "page").get("name", each) for each in _course(request).languages
        },
        words=words(language, "page"),
        nav=words(language, "nav"),
        terms=terms,
        prose=lambda text: Markup(explained(text, terms)),  # noqa: S704
        lang=f"?lang={language}" if by_hand else "",
        **context,
    )
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language, Cookie"
    if by_hand:
        response.set_cookie(
            COOKIE, language, max_age=YEAR, path="/learn", samesite="lax", httponly=True
        )
    return response
