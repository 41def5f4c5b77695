"""Weights in folders: in one file, in several, in a format that is never read, or not at all."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import torch

from foveate.models.errors import WeightsError
from foveate.models.inputs.photo import Photo
from foveate.models.weights.folder import checked, weights_sha256
from foveate.models.weights.hub import is_kept
from foveate.models.weights.source import INDEX_FILE, MODEL_FILE, HubSource
from foveate.models.zoo.image.vit import VisionTransformer
from tests.zoo.tiny import TINY, tiny

ABSENT = "0" * 64


def sharded(folder: Path) -> Path:
    """A tiny ViT in several files."""
    made, config = TINY["vit"]
    made(config()).save_pretrained(folder, max_shard_size="20KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 2
    return folder


def test_weights_in_several_files_load_and_have_one_checksum(tmp_path: Path, cat: Photo) -> None:
    folder = sharded(tmp_path)
    said = subprocess.run(
        "sha256sum model-*.safetensors | sha256sum",  # as docs/adding-a-model.md tells it
        shell=True,
        cwd=folder,
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
    )
    expected = said.stdout.split()[0]
    assert weights_sha256("mine", folder) == expected
    assert checked("mine", folder, expected) == folder
    assert VisionTransformer("mine", folder, torch.float32).trace(cat, 224).sites
    with pytest.raises(WeightsError, match="has SHA-256"):
        checked("mine", folder, ABSENT)


def test_a_file_that_is_missing_of_several_is_named(tmp_path: Path) -> None:
    folder = sharded(tmp_path)
    first = min(folder.glob("model-*.safetensors"))
    first.unlink()
    with pytest.raises(WeightsError, match=f"1 of the .* are not there, {first.name} the first"):
        weights_sha256("mine", folder)
    (folder / INDEX_FILE).write_text(json.dumps({"weight_map": {"a": "../model.safetensors"}}))
    with pytest.raises(WeightsError, match="is no file beside it"):
        weights_sha256("mine", folder)
    (folder / INDEX_FILE).write_text("[]")
    with pytest.raises(WeightsError, match="cannot be read"):
        weights_sha256("mine", folder)


def test_the_hubs_cache_may_have_several_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    revision = "a" * 40
    snapshot = tmp_path / "models--a--b" / "snapshots" / revision
    source = HubSource(kind="hub", repository="a/b", revision=revision, sha256=ABSENT)
    assert not is_kept(source)
    sharded(snapshot)
    assert is_kept(source)
    min(snapshot.glob("model-*.safetensors")).unlink()
    assert not is_kept(source)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ((), r"there is no model\.safetensors in"),
        (
            ("pytorch_model.bin",),
            r"as pytorch_model\.bin, a format that can run code .* and is not",
        ),
    ],
)
def test_a_folder_without_weights_that_are_read_says_why(
    files: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    for file in files:
        (tmp_path / file).write_bytes(b"")
    with pytest.raises(WeightsError, match=sentence) as raised:
        checked("mine", tmp_path, ABSENT)
    assert "\n" not in str(raised.value)
    with pytest.raises(WeightsError, match="there is no folder"):
        checked("mine", tmp_path / "absent", ABSENT)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (None, r"there is no config\.json"),
        ("{", r"config\.json cannot be read"),
        ("[]", "names no model_type"),
        (json.dumps({"model_type": "no-such-thing"}), "transformers cannot load"),
        (json.dumps({"model_type": "vit", "hidden_size": 5}), "transformers cannot load|lacks"),
    ],
)
def test_a_folder_with_a_broken_configuration_is_one_sentence(
    config: str | None, sentence: str, tmp_path: Path
) -> None:
    tiny("vit", tmp_path)
    (tmp_path / "config.json").unlink()
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(WeightsError, match=sentence) as raised:
        VisionTransformer("mine", tmp_path, torch.float32)
    assert "\n" not in str(raised.value)


def test_weights_that_are_cut_short_are_one_sentence(tmp_path: Path) -> None:
    tiny("vit", tmp_path)
    file = tmp_path / MODEL_FILE
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(WeightsError, match="transformers cannot load") as raised:
        VisionTransformer("mine", tmp_path, torch.float32)
    assert "\n" not in str(raised.value)
