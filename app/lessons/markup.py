"""The Markdown of lessons: no HTML, and links that change what is shown.

[layer 3](set:layer=3) sets an option of the live part in the same section, [the cat](photo:cat)
takes a sample as the reader's photo. Both become buttons.
"""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

SCHEMES = ("set", "photo")


def _as_buttons(state: StateCore) -> None:
    for token in state.tokens:
        inside = False
        for child in token.children or ():
            scheme, _, change = str(child.attrs.get("href", "")).partition(":")
            if child.type == "link_open" and scheme in SCHEMES:
                inside, child.tag = True, "button"
                child.attrs = {"type": "button", "class": "set", f"data-{scheme}": change}
            elif child.type == "link_close" and inside:
                inside, child.tag = False, "button"


def changes(token: Token) -> Iterator[tuple[str, str]]:
    """What the links of a line of Markdown change: set and layer=3&head=1, photo and cat."""
    for child in token.children or ():
        for scheme in SCHEMES:
            if (change := child.attrs.get(f"data-{scheme}")) is not None:
                yield scheme, str(change)


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
MARKDOWN.core.ruler.push("changes", _as_buttons)
