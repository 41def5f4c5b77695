"""Which photos are meant, and where each result goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from foveate.app.cli.folders import find, targets
from foveate.models.errors import InputError


def files(folder: Path, *names: str) -> list[Path]:
    found = [folder / name for name in names]
    for file in found:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return found


def names(places: dict[Path, Path | None], root: Path) -> list[str]:
    return [str(target.relative_to(root)) for target in places.values() if target]


def test_a_folder_is_searched_for_all_that_is_a_photo(tmp_path: Path) -> None:
    made = files(tmp_path, "a.JPG", "b.hif", "c.pgm", "d/e.jfif", "f.mpo", "g.jxl", "h.dng")
    files(tmp_path, "a.attention.png", "notes.txt", "x.jpg/y.md")
    found = find([str(tmp_path)])
    assert found.files == made
    assert (found.missing, found.own) == ([], 1)


def test_what_is_given_is_taken_at_its_word(tmp_path: Path) -> None:
    made = files(tmp_path, "a.attention.png", "no-suffix")
    assert find([str(file) for file in made]).files == made


def test_a_photo_given_twice_is_one(tmp_path: Path) -> None:
    (photo,) = files(tmp_path, "a/cat.jpg")
    again = tmp_path / "a" / ".." / "a" / "cat.jpg"
    assert find([str(photo), str(again), str(tmp_path), f"{tmp_path}/*/c*"]).files == [photo]


@pytest.mark.parametrize("pattern", ["*.jpg", "a?.jpg", "[a]*.jpg", "**/*.jpg"])
def test_brackets_in_the_name_of_a_folder_are_no_pattern(tmp_path: Path, pattern: str) -> None:
    folder = tmp_path / "trip [2024]*"
    made = files(folder, "a1.jpg", "a2.jpg")
    files(folder, "b.png", "x.jpg/y.png")
    assert find([f"{folder}/{pattern}"]).files == made


def test_a_file_with_brackets_is_no_pattern(tmp_path: Path) -> None:
    made = files(tmp_path, "a[1].jpg")
    files(tmp_path, "a1.jpg")
    assert find([f"{tmp_path}/a[1].jpg"]).files == made


def test_what_is_not_there_is_told_and_stops_nothing(tmp_path: Path) -> None:
    (photo,) = files(tmp_path, "cat.jpg")
    found = find(["nowhere.jpg", str(photo)])
    assert (found.files, found.missing) == ([photo], ["nowhere.jpg"])


def test_a_link_that_leads_nowhere_is_not_passed_over(tmp_path: Path) -> None:
    link = tmp_path / "gone.jpg"
    link.symlink_to(tmp_path / "nowhere.jpg")
    for given in (link, tmp_path, tmp_path / "*.jpg"):
        assert find([str(given)]).files == [link]


def test_no_photo_at_all_is_a_sentence(tmp_path: Path) -> None:
    files(tmp_path, "notes.txt")
    with pytest.raises(InputError, match="no images in .*looked for .*\\.jfif"):
        find([str(tmp_path)])


def test_a_name_is_no_longer_than_need_be(tmp_path: Path) -> None:
    made = files(tmp_path, "a/IMG_1.HEIC", "a/img_1.jpg", "a/cat.jpg", "b/cat.jpg", "b/dog.jpg")
    out = tmp_path / "out"
    assert names(targets(made, out, "png", True), out) == [
        "IMG_1.HEIC.attention.png", "img_1.jpg.attention.png", "a/cat.jpg.attention.png",
        "b/cat.jpg.attention.png", "dog.attention.png",
    ]  # fmt: skip
    assert names(targets(made, None, "npy", True), tmp_path) == [
        "a/IMG_1.HEIC.attention.npy", "a/img_1.jpg.attention.npy", "a/cat.attention.npy",
        "b/cat.attention.npy", "b/dog.attention.npy",
    ]  # fmt: skip


def test_one_photo_goes_where_it_is_sent(tmp_path: Path) -> None:
    made = files(tmp_path, "cat.jpg", "dog.jpg")
    assert targets(made[:1], tmp_path / "x.png", "png", False) == {made[0]: tmp_path / "x.png"}
    assert targets(made[:1], Path("-"), "png", False) == {made[0]: None}
    with pytest.raises(InputError, match="would both be written to -"):
        targets(made, Path("-"), "png", True)
