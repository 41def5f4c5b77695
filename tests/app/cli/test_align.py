"""`foveate align`."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import Foveate

pytestmark = pytest.mark.slow


def test_a_sentence_is_translated_and_its_words_cross_in_the_terminal(foveate: Foveate) -> None:
    run = foveate("align", "The agreement on the European Economic Area was signed.")
    assert run.returncode == 0, run.stderr
    lines = run.stdout.decode().splitlines()
    assert lines[0] == "O acordo sobre o Espaço Económico Europeu foi assinado."
    assert "4-6 5-5 6-4" in lines[-1]
    rows = {line.split()[0]: line for line in lines if set(line) & set("▒▓█")}
    assert strongest(rows["Espaço"]) > strongest(rows["Económico"]) > strongest(rows["Europeu"])


def test_a_given_target_is_aligned_as_pharaoh_csv_and_json(foveate: Foveate) -> None:
    pair = ("align", "The black cat.", "--target", "O gato preto.")
    assert foveate(*pair, "--format", "pharaoh").stdout.decode() == "0-0 1-2 2-1 3-3\n"
    table = foveate(*pair, "--format", "csv").stdout.decode().splitlines()
    found = json.loads(foveate(*pair, "--format", "json").stdout)
    assert table[0] == ",The,black,cat,."
    rows = [[float(value) for value in line.split(",")[1:]] for line in table[1:]]
    assert rows == found["strengths"]
    assert found["target_words"] == ["O", "gato", "preto", "."]


def test_a_word_does_not_run_in_a_spreadsheet(foveate: Foveate) -> None:
    run = foveate("align", "= +1 @me", "--target", "- =2", "--format", "csv")
    header, *rows = csv.reader(run.stdout.decode().splitlines())
    assert header[:3] == ["", "'=", "'+1"]
    assert [row[0] for row in rows] == ["'-", "'=", "2"]


TOKENS = "AT&T 's £ 9.8m ( deficit )", "O défice de £ 9,8m da AT&T"


def test_links_index_exactly_the_tokens_that_are_given(foveate: Foveate) -> None:
    source, target = TOKENS
    pair = ("align", source, "--target", target, "--tokens", "--format", "json")
    run = foveate(*pair)
    found = json.loads(run.stdout)
    assert found["source_words"] == source.split(" ")
    assert found["target_words"] == target.split(" ")
    named = {(found["source_words"][a], found["target_words"][b]) for a, b in pharaoh(found)}
    assert {("AT&T", "AT&T"), ("9.8m", "9,8m")} <= named
    without = json.loads(foveate(*pair[:4], "--format", "json").stdout)
    assert len(without["source_words"]) > len(source.split(" "))


def pharaoh(found: dict[str, Any]) -> list[tuple[int, int]]:
    pairs = (link.split("-") for link in found["pharaoh"].split())
    return [(int(source), int(target)) for source, target in pairs]


def test_tokens_of_files_stay_beside_their_lines(foveate: Foveate, tmp_path: Path) -> None:
    source, target = tmp_path / "src", tmp_path / "tgt"
    source.write_bytes(b"Mr . Smith left . He ran .\r\n\nthe cat\n")
    target.write_bytes(b"O Sr . Smith saiu . Ele correu .\n\no gato\n")
    files = ("align", "-f", source, "--target-file", target, "--tokens", "--format", "pharaoh")
    run = foveate(*files, "--words")
    first, empty, second = run.stdout.decode().splitlines()
    assert (empty, second) == ("", "0-0 1-1")
    assert max(int(link.split("-")[0]) for link in first.split()) <= 7
    assert "the cat ||| o gato" in run.stderr.decode().splitlines()
    assert "Mr . Smith left . He ran . ||| O Sr . Smith saiu . Ele correu ." in run.stderr.decode()


def test_the_words_that_links_count_are_on_standard_error(foveate: Foveate) -> None:
    pair = ("align", "AT&T's cat.", "--target", "O gato da AT&T.", "--format", "pharaoh")
    run, plain = foveate(*pair, "--words"), foveate(*pair)
    assert run.stdout == plain.stdout
    assert b"|||" not in plain.stderr
    (line,) = [line for line in run.stderr.decode().splitlines() if "|||" in line]
    source, target = (side.split(" ") for side in line.split(" ||| "))
    assert source[:3] == ["AT", "&", "T's"]
    found = pharaoh({"pharaoh": run.stdout.decode()})
    assert ("cat", "gato") in {(source[a], target[b]) for a, b in found}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the  cat", b"text has more than one space after token 'the': give one space"),
        ("", b"text '' is empty: give at least one token"),
        ("a \u00ad b", b"as its word 1, of which nothing can be seen: leave it out"),
    ],
)
def test_what_are_no_tokens_is_told(foveate: Foveate, text: str, words: bytes) -> None:
    run = foveate("align", text, "--tokens", "--format", "pharaoh")
    assert (run.returncode, words in run.stderr, run.stdout.strip()) == (1, True, b"")


def test_lines_stay_beside_their_sources(foveate: Foveate, tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("Hello.\n\n" + "a" * 5000 + "\nHow are you?\n", encoding="utf-8")
    run = foveate("align", "--file", file, "--format", "pharaoh")
    lines = run.stdout.decode().split("\n")
    assert run.returncode == 1
    assert [bool(line) for line in lines] == [True, False, False, True, False]
    assert b"2502 tokens" in run.stderr


def test_targets_must_match_their_sources(foveate: Foveate, tmp_path: Path) -> None:
    for name, text in {"src": "One.\nTwo.\n", "tgt": "Um.\n"}.items():
        (tmp_path / name).write_text(text)
    run = foveate("align", "-f", tmp_path / "src", "--target-file", tmp_path / "tgt")
    assert run.returncode == 1
    assert b"2 sentences and 1 targets" in run.stderr


def test_standard_input_is_aligned_line_by_line_with_a_progress_bar(foveate: Foveate) -> None:
    run = foveate("align", "--format", "json", stdin="\ufeffHello.\r\n[/red] Stop!\n".encode())
    assert run.returncode == 0, run.stderr
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [pair["source"] for pair in found] == ["Hello.", "[/red] Stop!"]
    assert [len(pair["strengths"]) for pair in found] == [len(p["target_words"]) for p in found]
    assert b"Aligning" in run.stderr


def test_a_paragraph_is_aligned_sentence_by_sentence(foveate: Foveate) -> None:
    run = foveate("align", "Dr. Smith left. It was late!", "--format", "pharaoh")
    assert len(run.stdout.splitlines()) == 2


def test_the_other_direction_is_named(foveate: Foveate) -> None:
    run = foveate("align", "O gato preto.", "--model", "bergamot-pt-en", "--format", "pharaoh")
    assert run.stdout == b"0-0 1-2 2-1 3-3\n"


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("align", ""), b"", b"text '' is empty: give at least one word"),
        (("align",), b"", b"text '' is empty"),
        (("align", "Hi.", "--target", " "), b"", b"target ' ' is empty"),
        (("align", "Hi.", "--target", "\u200d"), b"", b"has nothing the model can read"),
        (("align", "Hi.", "--model", "nope"), b"", b"model 'nope' is not in the catalog"),
        (("align", "[/red]" + "a" * 5000), b"", b"2505 tokens: at most 512 are traced"),
        (("align",), b"One.\n\xff\xfe", b"standard input is not UTF-8 at line 2"),
        (("align", "word " * 10_000), b"", b"has 50000 characters: give at most 20000"),
    ],
)
def test_what_cannot_be_aligned_is_one_sentence(
    foveate: Foveate, arguments: tuple[str, ...], stdin: bytes, words: bytes
) -> None:
    run = foveate(*arguments, stdin=stdin)
    assert run.returncode == 1
    assert words in run.stderr
    assert b"Traceback" not in run.stderr
    assert not run.stdout.strip()


def strongest(line: str) -> int:
    """The column of a line's darkest block."""
    return max(range(len(line)), key=lambda column: " ░▒▓█".find(line[column]))
