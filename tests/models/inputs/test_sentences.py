"""A passage's sentences: what ends one, and which line breaks mean something."""

from __future__ import annotations

import pytest

from foveate.models.inputs.sentences import sentences
from tests.models.sentences import ENGLISH


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("en", "Dr. Smith left at 3.50 p.m. today.", ["Dr. Smith left at 3.50 p.m. today."]),
        ("en", "This, e.g. that. And more.", ["This, e.g. that.", "And more."]),
        ("en", "A line\ngoes on here. And two.", ["A line goes on here.", "And two."]),
        ("en", "Title\n\nBody text.", ["Title", "Body text."]),
        ("en", "no final stop", ["no final stop"]),
        ("en", "One.  And a rest", ["One.", "And a rest"]),
        ("en", "...", ["..."]),
        ("pt", "O Sr. Silva chegou. Estava cansado.", ["O Sr. Silva chegou.", "Estava cansado."]),
        ("zh", "我来了。你好。", ["我来了。", "你好。"]),
        ("pt", "O decreto n.º 5 caiu. Fim.", ["O decreto n.º 5 caiu.", "Fim."]),
        ("pt", "Ver o art. 5.º da Lei n.º 7.", ["Ver o art. 5.º da Lei n.º 7."]),
        ("pt", "É o art. 5.º Da Lei.", ["É o art. 5.º Da Lei."]),
        ("pt", "Vivo em S. Paulo. Gosto.", ["Vivo em S. Paulo.", "Gosto."]),
        ("pt", "A 1.ª vez. A 2.ª vez.", ["A 1.ª vez.", "A 2.ª vez."]),
        ("pt", "Os arts. 5.º e 6.º caíram.", ["Os arts. 5.º e 6.º caíram."]),
        ("pt", "Mora na R. Augusta, pág. 10.", ["Mora na R. Augusta, pág. 10."]),
        ("pt", "É o n.º 1. Depois o n.º 2.", ["É o n.º 1.", "Depois o n.º 2."]),
        ("pt", "A Sta. Maria e o Sto. António.", ["A Sta. Maria e o Sto. António."]),
        ("en", "Plan B. It failed.", ["Plan B.", "It failed."]),
        ("en", "It cost 5. I paid.", ["It cost 5.", "I paid."]),
    ],
)
def test_a_paragraph_falls_into_its_sentences(
    language: str, text: str, expected: list[str]
) -> None:
    assert sentences(text, language) == expected


def test_a_paragraph_of_all_sentences_is_taken_apart_again() -> None:
    whole = [sentence for sentence in ENGLISH if sentence.endswith(".") and "a.m." not in sentence]
    assert sentences(" ".join(whole), "en") == whole


LONG = [
    "Regulation on the protection of natural persons and their data",
    "Directive on the resilience of critical entities of all kinds",
    "Decision on the conclusion of an agreement with a third country",
]
PROSE = (
    "The minister of foreign affairs met the president of the\n"
    "Republic of Portugal in Lisbon on Monday, and Brazil was\n"
    "named. Nothing was decided."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Milk\nBread and butter\nEggs", ["Milk", "Bread and butter", "Eggs"]),
        ("Shopping:\nMilk\nEggs", ["Shopping:", "Milk", "Eggs"]),
        ("- milk\n- bread and\n  butter\n- eggs", ["- milk", "- bread and butter", "- eggs"]),
        ("1. Milk is white.\n2. Bread is brown", ["1. Milk is white.", "2. Bread is brown"]),
        ("a) one\nb) two", ["a) one", "b) two"]),
        ("\n".join(LONG), LONG),
        ("Milk,\nBread", ["Milk, Bread"]),
        ("a red shirt\nand a hat", ["a red shirt and a hat"]),
    ],
)
def test_lines_of_a_list_are_not_merged(text: str, expected: list[str]) -> None:
    assert sentences(text, "en") == expected


def test_prose_that_a_margin_has_wrapped_is_put_together() -> None:
    first, second = PROSE.replace("\n", " ").split(". ")
    assert sentences(PROSE, "en") == [f"{first}.", second]
