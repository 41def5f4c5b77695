"""What a data set is of: tables whose quotes are what their kind says, and where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from foveate.app.cli.inputs import Inputs, Row, read_inputs
from foveate.models.errors import InputError


def test_a_table_is_read_whatever_its_kind(tmp_path: Path) -> None:
    lines = [["source", "target", "more"], ["Hi, you", "Oi", "1"], ["Bye\u2028", "", "2"]]
    expected = ({"source": "Hi, you", "target": "Oi"}, {"source": "Bye\u2028", "target": None})
    tsv, comma, table = (tmp_path / name for name in ("a.tsv", "a.csv", "a.parquet"))
    tsv.write_text("\n".join("\t".join(line) for line in lines), "utf-8-sig")
    comma.write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in lines))
    columns = {name: [line[at] for line in lines[1:]] for at, name in enumerate(lines[0])}
    parquet.write_table(pa.table(columns), table)
    found = [read_inputs(each) for each in (tsv, comma, table)]
    assert [each.rows for each in found] == [expected] * 3
    assert len({each.digest for each in found}) == 1
    (tmp_path / "p.csv").write_text("path\na.jpg\n")
    assert read_inputs(tmp_path / "p.csv").rows == ({"path": "a.jpg"},)


def test_quotes_in_a_tsv_are_what_they_are(tmp_path: Path) -> None:
    place = tmp_path / "a.tsv"
    place.write_bytes(b'source\ttarget\r\n"Stop!" he cried.\t"N\xc3\xa3o\r\n"A\tB\t\r\n\r\nC"\n')
    assert read_inputs(place).rows == (
        {"source": '"Stop!" he cried.', "target": '"Não'},
        {"source": '"A', "target": "B"},
        {"source": 'C"', "target": None},
    )


def test_where_the_photos_are_does_not_depend_on_where_a_worker_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    Path("photos/a.jpg").touch()
    Path("photos.csv").write_text("path\nphotos/a.jpg\n")
    found = read_inputs(Path("photos"))
    assert (found.folder, found.rows) == (tmp_path / "photos", ({"path": "a.jpg"},))
    assert read_inputs(Path("photos.csv")).folder == tmp_path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"text\nHello\n", "has the columns text: name one path"),
        ("a.csv", b"source\n", "has no rows"),
        ("a.csv", b"source\n\xff\n", "is not UTF-8 at line 2"),
        ("a.csv", b'source\n\nA\n"unclosed\nB\n', "cannot be read as a table: .* at line 4"),
        ("a.csv", b'source\n"A\nB"\n"C"D\n', "cannot be read as a table: .* at line 4"),
        ("a.csv", b"source\nHello\nOh, well\n", "has 2 cells at line 3 and 1 columns"),
        ("a.tsv", b"source\ttarget\n\nA\tB\tC\n", "has 3 cells at line 3 and 2 columns"),
        ("a.parquet", b"PAR1", "cannot be read as Parquet"),
        ("a.xlsx", b"", "is no folder and no table"),
    ],
)
def test_a_table_that_is_none_is_a_sentence(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_inputs(tmp_path / name)


def test_a_photo_that_has_changed_is_another_input(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"one")
    rows: tuple[Row, ...] = ({"path": "a.jpg"},)
    before = Inputs("photos", tmp_path, rows).digest
    assert Inputs("photos", tmp_path, rows).digest == before
    (tmp_path / "a.jpg").write_bytes(b"another")
    assert Inputs("photos", tmp_path, rows).digest != before
    assert Inputs("photos", tmp_path, ({"path": "a\0.jpg"},)).digest != before
