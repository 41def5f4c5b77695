"""The Markdown of lessons: no HTML, and links that change what is shown.

[layer 3](set:layer=3) sets an option of the live part in the same section, [the cat](photo:cat)
takes a sample as the reader's photo: both become buttons. [entropy](term:entropy) is a word of the
glossary, which the page that is made explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

SCHEMES = {"set": "button", "photo": "button", "term": "span"}  # and what their links become
TERM = re.compile(r'<span data-term="([^"]+)">([^<]*)</span>')


def _as_elements(state: StateCore) -> None:
    for token in state.tokens:
        tag = ""
        for child in token.children or ():
            scheme, _, change = str(child.attrs.get("href", "")).partition(":")
            if child.type == "link_open" and scheme in SCHEMES:
                tag = child.tag = SCHEMES[scheme]
                child.attrs = {"type": "button", "class": "set"} if tag == "button" else {}
                child.attrs[f"data-{scheme}"] = change
            elif child.type == "link_close" and tag:
                child.tag, tag = tag, ""


def explained(text: str, mark: Callable[[str, str], str]) -> str:
    """A lesson's HTML with its words of the glossary marked by `mark`: their name, and the word."""
    return TERM.sub(lambda found: mark(found[1], unescape(found[2])), text)


def changes(token: Token) -> Iterator[tuple[str, str]]:
    """What the links of a line of Markdown name: set and layer=3&head=1, photo and cat."""
    for child in token.children or ():
        for scheme in SCHEMES:
            if (change := child.attrs.get(f"data-{scheme}")) is not None:
                yield scheme, str(change)


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
MARKDOWN.core.ruler.push("schemes", _as_elements)
