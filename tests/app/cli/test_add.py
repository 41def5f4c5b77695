"""`foveate add`: a folder that transformers saved is listed by what it says itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    BertConfig,
    BertModel,
    ResNetConfig,
    ResNetForImageClassification,
    ResNetModel,
    SwinConfig,
    SwinModel,
    ViTConfig,
    ViTModel,
)

from foveate.models.catalog.adding import draft
from foveate.models.catalog.catalog import Catalog, own_file
from tests.command import Foveate
from tests.zoo.tiny import tiny

HEAD = "---\nlicense: apache-2.0\nlibrary_name: transformers\n---\n# A model\n"


@pytest.fixture(autouse=True)
def unlisted() -> Iterator[None]:
    yield
    own_file().unlink(missing_ok=True)


def vit(folder: Path, card: str = HEAD) -> Path:
    config = ViTConfig(
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=16,
    )
    ViTModel(config).save_pretrained(folder)
    (folder / "README.md").write_text(card)
    return folder


def test_a_folder_is_listed_with_all_that_is_known_of_it(foveate: Foveate, tmp_path: Path) -> None:
    run = foveate("add", vit(tmp_path / "My ViT"))
    said = run.stderr.decode()
    assert run.returncode == 0, said
    assert "2 layers of up to 2 heads, recorded as query-key" in said
    assert "/?model=my-vit" in said
    card = Catalog.at_hand()["my-vit"]
    assert (card.paper, card.licence, card.zoo) == (
        "Dosovitskiy et al. 2021",
        "Apache-2.0",
        "vit:VisionTransformer",
    )
    assert b"my-vit" in foveate("models").stdout


def test_its_weights_in_several_files_are_listed_too(foveate: Foveate, tmp_path: Path) -> None:
    folder = vit(tmp_path / "sharded")
    ViTModel.from_pretrained(folder).save_pretrained(folder, max_shard_size="10KB")
    (folder / "model.safetensors").unlink(missing_ok=True)
    assert len(list(folder.glob("model-*.safetensors"))) > 1
    run = foveate("add", folder)
    assert run.returncode == 0, run.stderr.decode()


def test_a_text_model_is_listed_as_one(foveate: Foveate, tmp_path: Path) -> None:
    config = BertConfig(
        vocab_size=10,
        hidden_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(tmp_path / "words")
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "The": 1, "animal": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(tmp_path / "words" / "tokenizer.json"))
    run = foveate("add", tmp_path / "words", "--licence", "MIT", "--credit", "me")
    assert run.returncode == 0, run.stderr.decode()
    card = Catalog.at_hand()["words"]
    assert (card.task, card.licence, card.credit) == ("sentence", "MIT", "me")
    assert b"/sentence?model=words" in run.stderr


def test_what_neither_folder_nor_family_says_is_asked_for(foveate: Foveate, tmp_path: Path) -> None:
    run = foveate("add", vit(tmp_path / "mine", "no head"))
    assert run.returncode == 1
    assert "does not say its licence: give --licence." in run.stderr.decode()
    assert not own_file().exists()


@pytest.mark.parametrize(
    ("head", "licence"),
    [
        ("---\nlicense: other\nlicense_name: my-own\n---\n", "my-own"),
        ("---\nlicense: cc-by-4.0\r\n---\n", "cc-by-4.0"),
    ],
)
def test_licences_are_read_from_the_model_card(
    foveate: Foveate, tmp_path: Path, head: str, licence: str
) -> None:
    assert foveate("add", vit(tmp_path / "mine", head)).returncode == 0
    assert tomllib.loads(own_file().read_text())["mine"]["licence"] == licence


def test_a_name_is_listed_once(foveate: Foveate, tmp_path: Path) -> None:
    folder = vit(tmp_path / "mine")
    assert foveate("add", folder).returncode == 0
    again = foveate("add", folder)
    assert again.returncode == 1
    assert b"'mine' is listed already: give another --name" in again.stderr
    other = foveate("add", folder, "--name", 'Mine, with "quotes"')
    assert other.returncode == 0, other.stderr.decode()
    assert "mine-with-quotes" in Catalog.at_hand()


def test_what_cannot_be_shown_is_not_listed(foveate: Foveate, tmp_path: Path) -> None:
    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 8], depths=[1, 1])
    ResNetModel(config).save_pretrained(tmp_path / "resnet")
    words = ("--licence", "MIT", "--paper", "He et al. 2016")
    run = foveate("add", tmp_path / "resnet", *words, "--paper-url", "https://arxiv.org")
    assert run.returncode == 1
    assert b"ResNet has no attention" in run.stderr
    assert not own_file().exists()


def test_a_classifier_of_convolutions_is_listed_with_what_it_shows(
    foveate: Foveate, tmp_path: Path
) -> None:
    names = {"id2label": {0: "cat", 1: "dog"}, "embedding_size": 8}
    config = ResNetConfig(hidden_sizes=[8] * 4, depths=[1] * 4, **names)
    ResNetForImageClassification(config).save_pretrained(tmp_path / "mine")
    run = foveate("add", tmp_path / "mine", "--licence", "MIT")
    assert run.returncode == 0, run.stderr.decode()
    assert b"5 layers of convolutions: a verdict in words" in run.stderr
    card = Catalog.at_hand()["mine"]
    assert (card.zoo, card.paper) == ("convnet:ConvNet", "He et al. 2016")


def test_windows_are_listed(foveate: Foveate, tmp_path: Path) -> None:
    config = SwinConfig(
        image_size=32, patch_size=2, embed_dim=12, depths=[2, 1], num_heads=[2, 3], window_size=4
    )
    SwinModel(config).save_pretrained(tmp_path / "swin")
    run = foveate("add", tmp_path / "swin", "--licence", "MIT")
    assert run.returncode == 0, run.stderr.decode()


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("nowhere", "is no folder and no repository"),
        (".", "there is no config.json"),
    ],
)
def test_what_is_no_model_is_one_sentence(
    foveate: Foveate, tmp_path: Path, named: str, words: str
) -> None:
    run = foveate("add", named, cwd=tmp_path)
    said = run.stderr.decode()
    assert run.returncode in (1, 2)
    assert words in said
    assert "Traceback" not in said


def test_a_network_with_gates_is_listed_on_their_page(tmp_path: Path) -> None:
    for family, gated in (("regnet", True), ("vit", False)):
        folder = tiny(family, tmp_path / family)
        source = {"kind": "folder", "path": str(folder)}
        assert draft(folder, source, {"licence": "MIT"}).gated is gated
