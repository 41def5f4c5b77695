"""Files of torch.save before 1.6: read as torch reads them, and nothing of them is run."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from pathlib import Path

import pytest
import torch

from foveate.models.errors import WeightsError
from foveate.models.weights.archive import MAGIC, read_tensors


def saved(content: object, path: Path) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=False)
    return path


def test_tensors_are_those_that_torch_reads(tmp_path: Path) -> None:
    whole = torch.randn(4, 6)
    tensors = OrderedDict(
        plain=torch.randn(2, 3, 5),
        turned=whole.T,
        part=whole[1:3, 2:],  # of the same storage
        half=torch.randn(3).half(),
        count=torch.tensor(70_000),
        empty=torch.zeros(0, 4),
    )
    path = saved(tensors, tmp_path / "model.pth")
    found, expected = read_tensors(path), torch.load(path, weights_only=True)
    assert list(found) == list(expected)
    for name, tensor in expected.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor), name
        assert found[name].is_contiguous()


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("ran",)


@pytest.mark.parametrize("content", [Harmful(), {"weight": Harmful()}, [Harmful()]])
def test_what_would_run_is_refused(
    content: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match="GLOBAL posix mkdir is no part of a file of tensors"):
        read_tensors(saved(content, tmp_path / "model.pth"))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("size", [0, 1, 14, 30, 200, 500, -1, -9])
def test_a_file_that_ends_early_is_refused(size: int, tmp_path: Path) -> None:
    path = saved({"weight": torch.randn(8), "bias": torch.randn(8)}, tmp_path / "model.pth")
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(WeightsError, match="is no whole file of tensors"):
        read_tensors(path)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 the later format",
        pickle.dumps(MAGIC + 1, 2),
        b"".join(pickle.dumps(each, 2) for each in (MAGIC, 1001, {}, [1], ["1"])),
        b"".join(pickle.dumps(each, 2) for each in (MAGIC, 1001, {}, {"a": 1}, [])),
        b"".join(pickle.dumps(each, 2) for each in (MAGIC, 1001, {}, {}, ["unknown"])),
    ],
)
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="is no whole file of tensors"):
        read_tensors(path)


def test_a_tensor_that_reaches_out_of_its_storage_is_refused(tmp_path: Path) -> None:
    path = saved({"weight": torch.arange(8.0)}, tmp_path / "model.pth")
    content = path.read_bytes()
    places = content.replace(b"K\x08\x85", b"K\x09\x85", 1)  # a size of (8,) made (9,)
    assert places != content
    path.write_bytes(places)
    with pytest.raises(WeightsError, match="is no whole file of tensors"):
        read_tensors(path)
