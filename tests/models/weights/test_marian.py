"""Marian's files: cut short, of another kind, of two vocabularies, in a folder of one's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import WeightsError
from foveate.models.translation.result import Translation
from foveate.models.weights.cache import MANIFEST, file_sha256
from foveate.models.weights.marian import read_model, read_shortlist
from foveate.models.zoo.translation.bergamot import Bergamot
from tests.models.bergamot import (
    AGREEMENT,
    EN_PT,
    LEXICON,
    MODEL,
    PT_EN,
    VOCABULARY,
    difference,
    translated,
)

CARD = """
[mine]
title = "English to Portuguese of my own"
task = "translation"
zoo = "bergamot:Bergamot"
paper = "Kim et al. 2019"
paper_url = "https://aclanthology.org/D19-5632"
licence = "MPL-2.0"
credit = "this test"
bytes = 1000
[mine.source]
kind = "folder"
path = "{path}"
file = "{file}"
sha256 = "{sha256}"
"""


def cut(file: Path, folder: Path, size: int) -> Path:
    path = folder / file.name
    path.write_bytes(file.read_bytes()[:size])
    return path


def header(file: Path) -> int:
    """Where a model's headers end."""
    return 16 + 32 * int.from_bytes(file.read_bytes()[8:16], "little")


@pytest.mark.parametrize("size", [0, 7, 16, 100, "headers", "names", 20_000, 10**7, -1])
def test_a_model_that_ends_early_is_refused(size: int | str, tmp_path: Path) -> None:
    file = EN_PT / MODEL
    places = {"headers": header(file) - 1, "names": header(file) + 50}
    damaged = cut(file, tmp_path, places.get(size, size))  # type: ignore[arg-type, call-overload]
    with pytest.raises(WeightsError, match="ends early: it is no whole file of Marian's"):
        read_model(damaged)


@pytest.mark.parametrize("size", [0, 8, 47, 48, 1000, 300_000, -1])
def test_a_lexicon_that_ends_early_is_refused(size: int, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="ends early"):
        read_shortlist(cut(EN_PT / LEXICON, tmp_path, size))


def test_a_model_of_another_version_or_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="reads Marian's binary version 1"):
        read_model(EN_PT / LEXICON)
    with pytest.raises(WeightsError, match="reads Marian's binary version 1"):
        read_model(EN_PT / VOCABULARY)
    data = bytearray((EN_PT / MODEL).read_bytes())
    data[24:32] = (0x102).to_bytes(8, "little")  # the first tensor's type
    (tmp_path / "typed.bin").write_bytes(data)
    with pytest.raises(WeightsError, match="Wemb is of type 0x102: float32 and intgemm int8"):
        read_model(tmp_path / "typed.bin")


def test_a_lexicon_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="is no binary lexical shortlist: its magic is 0x1"):
        read_shortlist(EN_PT / MODEL)
    data = bytearray((EN_PT / LEXICON).read_bytes())
    data[48 + 8 * 5 : 56 + 8 * 5] = (10**12).to_bytes(8, "little")
    (tmp_path / "lex.bin").write_bytes(data)
    with pytest.raises(WeightsError, match="points outside itself"):
        read_shortlist(tmp_path / "lex.bin")


def copied(folder: Path, *names: tuple[str, str]) -> Path:
    """The publisher's files under other names."""
    folder.mkdir()
    for old, new in names:
        shutil.copyfile(EN_PT / old, folder / new)
    return folder


def test_a_model_with_two_vocabularies_translates(tmp_path: Path, agreement: Translation) -> None:
    folder = copied(
        tmp_path / "two",
        (MODEL, MODEL),
        (LEXICON, LEXICON),
        (VOCABULARY, "srcvocab.en.spm"),
        (VOCABULARY, "trgvocab.pt.spm"),
    )
    model = converted(folder, tmp_path / "made")
    assert translated(model, AGREEMENT).target == agreement.target


def test_each_of_two_vocabularies_reads_its_own_side(tmp_path: Path) -> None:
    folder = copied(tmp_path / "two", (MODEL, MODEL), (VOCABULARY, "trgvocab.pt.spm"))
    shutil.copyfile(PT_EN / "vocab.pten.spm", folder / "srcvocab.en.spm")
    model = converted(folder, tmp_path / "made")
    same = [
        [piece.id for piece in pieces.encode("Olá, mundo.", return_type="proto").pieces]
        for pieces in (model.source_pieces, model.target_pieces)
    ]
    assert model.read("Olá, mundo.").ids[:-1] == same[0]
    assert model.read_target("Olá, mundo.").ids[:-1] == same[1]
    assert (tmp_path / "made" / "source.spm").read_bytes() == (
        PT_EN / "vocab.pten.spm"
    ).read_bytes()


@pytest.mark.slow
def test_a_model_without_a_shortlist_may_write_every_piece(
    tmp_path: Path, agreement: Translation
) -> None:
    folder = copied(tmp_path / "bare", (MODEL, MODEL), (VOCABULARY, VOCABULARY))
    model = converted(folder, tmp_path / "made")
    assert model.shortlist is None
    found = translated(model, AGREEMENT)
    assert found.target.text == agreement.target.text
    assert {step.vocabulary for step in found.steps} == {32000}
    batch = model.translate([found.source, model.read("Hello!")])
    assert batch[0].target == found.target


def converted(folder: Path, made: Path) -> Bergamot:
    made.mkdir()
    Bergamot.convert(folder, made)
    return Bergamot("mine", made, torch.float32)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([(VOCABULARY, VOCABULARY)], r"has 0 files model\.\*\.bin: exactly one"),
        ([(MODEL, MODEL)], r"has no vocabulary \(\*\.spm\)"),
        ([(MODEL, "model.a.bin"), (MODEL, "model.b.bin")], r"has 2 files model\.\*\.bin"),
        (
            [
                (MODEL, MODEL),
                (VOCABULARY, VOCABULARY),
                (LEXICON, "lex.a.bin"),
                (LEXICON, "lex.b.bin"),
            ],
            r"has 2 files lex\.\*\.bin",
        ),
    ],
)
def test_a_folder_that_is_not_whole_says_what_it_lacks(
    names: list[tuple[str, str]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match=message):
        converted(copied(tmp_path / "folder", *names), tmp_path / "made")


def test_a_model_of_another_architecture_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path / "other", (VOCABULARY, VOCABULARY))
    data = (EN_PT / MODEL).read_bytes()
    assert b"dec-cell: ssru" in data
    (folder / MODEL).write_bytes(data.replace(b"dec-cell: ssru", b"dec-cell: gru "))
    with pytest.raises(WeightsError, match="dec-cell is not 'ssru': it is no student with SSRU"):
        converted(folder, tmp_path / "made")


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


@pytest.mark.slow
def test_a_folder_of_marians_files_needs_one_table(
    own_cache: Path, tmp_path: Path, agreement: Translation
) -> None:
    card = tmp_path / "catalog.toml"
    sha256 = file_sha256(EN_PT / MODEL)
    card.write_text(CARD.format(path=EN_PT, file=MODEL, sha256=sha256))
    told: list[str] = []
    report: Callable[[str], None] = told.append
    model = load(Catalog(card)["mine"], report=report)
    found = translated(model, AGREEMENT)
    assert found.target == agreement.target
    assert found.trace.model == "mine"
    assert difference(found, agreement) < 1e-6
    (made,) = own_cache.iterdir()
    assert made.name == f"mine-{sha256[:12]}"
    assert (made / MANIFEST).is_file()
    assert told[0] == "Converting mine to safetensors"
    told.clear()
    load(Catalog(card)["mine"], report=report)
    assert told == []


def test_a_folder_with_another_checksum_is_refused(own_cache: Path, tmp_path: Path) -> None:
    card = tmp_path / "catalog.toml"
    card.write_text(CARD.format(path=EN_PT, file=MODEL, sha256="1" * 64))
    with pytest.raises(WeightsError, match="has SHA-256 [0-9a-f]{64}, its model card says 1111"):
        load(Catalog(card)["mine"])
    assert not list(own_cache.iterdir())
