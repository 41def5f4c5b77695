"""A gold file that cannot be read ends a bench in a sentence with its line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import alignment
from foveate.models.errors import InputError

GOOD: dict[str, Any] = {"src": ["the", "cat"], "tgt": ["o", "gato"], "sure": [[0, 0], [1, 1]]}


def gold(tmp_path: Path, *pairs: object) -> Path:
    path = tmp_path / "gold.jsonl"
    lines = [pair if isinstance(pair, str) else json.dumps(pair) for pair in pairs]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_gold_files_of_the_project_are_read() -> None:
    for path in alignment.GOLD.glob("gold.*.jsonl"):
        assert len(alignment.read_gold(path)) > 40


def test_a_decomposed_accent_or_a_soft_hyphen_is_no_mistake(tmp_path: Path) -> None:
    pair = GOOD | {"tgt": ["cafe\u0301", "ga\u00adto"]}
    assert alignment.read_gold(gold(tmp_path, GOOD, "", pair)) == [GOOD, pair]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "`src` and `tgt` are lists of words"),
        ("3", "`src` and `tgt` are lists of words"),
        ({"src": ["a"], "tgt": ["b"]}, "lists of [source, target]"),
        (GOOD | {"src": "the cat"}, "`src` and `tgt` are lists of words"),
        (GOOD | {"src": ["the", 1]}, "`src` and `tgt` are lists of words"),
        (GOOD | {"src": ["the", "\u00ad"]}, "as its word 1, of which nothing can be seen"),
        (GOOD | {"sure": [[0, 2]]}, "has the link [0, 2] between 2 and 2 words"),
        (GOOD | {"possible": [[0]]}, "has the link [0] between"),
        (GOOD | {"sure": [["0", "1"]]}, "has the link ['0', '1'] between"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, bad: object, said: str) -> None:
    with pytest.raises(InputError) as raised:
        alignment.read_gold(gold(tmp_path, GOOD, "", bad))
    assert "gold.jsonl:3" in str(raised.value)
    assert said in str(raised.value)


def test_the_bench_ends_in_that_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, said in ((gold(tmp_path, "{"), "gold.jsonl:1"), (tmp_path / "none", "cannot be")):
        monkeypatch.setattr(sys, "argv", ["bench", str(path)])
        with pytest.raises(SystemExit, match=said):
            alignment.main()
