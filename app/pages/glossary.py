"""Words explained where they stand: one glossary for pages, scripts and lessons.

`templates/glossary/LANGUAGE.toml` holds it. A page has `Terms`, which marks a word where it is met
first and, at the page's end, explains what was marked; `static/js/parts/term.js` shows that beside
the word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "templates" / "glossary"
SOURCES = "en"  # the language whose file says where a word comes from
MARKED = re.compile(r'\bterm\("([a-z-]+)"')  # as scripts mark a word

TERM = Markup(
    '<button type="button" class="term" popovertarget="term-{0}" aria-describedby="term-{0}">'
    "{1}</button>"
)
EXPLAINED = Markup(
    '<div class="explained" id="term-{0}" role="tooltip" popover lang="{1}">'
    "<strong>{2}</strong> {3}{4}</div>\n"
)


class Entry(BaseModel):
    """A word of the glossary, in one language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    term: str
    words: str
    source: str = ""
    url: str = ""


def languages() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def glossary(language: str) -> dict[str, Entry]:
    """The words of a language by their names, with their sources."""
    origins = _read(SOURCES)
    return {name: Entry(**(origins.get(name, {}) | told)) for name, told in _read(language).items()}


def _read(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


class Terms:
    """The words that one page explains, in its language; a new one for each page that is made."""

    def __init__(self, language: str = SOURCES) -> None:
        self.language = language
        self.marked: list[str] = []

    def __call__(self, name: str, text: str = "") -> Markup:
        """A word as it stands on the page: marked where it is met first, plain after that.

        `text` is the word as the sentence has it, where that is not the glossary's own. Raises
        KeyError for a name that the glossary lacks.
        """
        word = text or glossary(self.language)[name].term
        if name in self.marked:
            return Markup.escape(word)
        self.marked.append(name)
        return TERM.format(name, word)

    def explained(self, modules: Iterable[str] = ()) -> Markup:
        """What was marked, and what the page's scripts mark, explained: the end of its <main>.

        `modules` are paths of scripts under static/js.
        """
        names = [*self.marked, *(name for path in modules for name in marked_in(path))]
        entries = glossary(self.language)
        return Markup("").join(self._explain(name, entries[name]) for name in dict.fromkeys(names))

    def _explain(self, name: str, entry: Entry) -> Markup:
        source = Markup(" <cite>{}</cite>").format(entry.source) if entry.source else ""
        return EXPLAINED.format(name, self.language, entry.term, entry.words, source)


@cache
def marked_in(module: str) -> tuple[str, ...]:
    """Names of the words that a script marks, by its path under static/js."""
    text = (ROOT / "static" / "js" / module).read_text(encoding="utf-8")
    return tuple(dict.fromkeys(MARKED.findall(text)))
