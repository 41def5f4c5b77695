"""Listing a model of one's own: what its folder says of it becomes a card of the user's catalog."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from foveate.models.catalog.card import Card, Task
from foveate.models.errors import InputError, WeightsError
from foveate.models.weights.folder import configuration, weight_files, weights_sha256
from foveate.models.zoo.image.convnet import CHAINS
from foveate.models.zoo.image.families.gates import Gates
from foveate.models.zoo.image.families.structure import classifies
from foveate.models.zoo.image.families.table import FAMILIES as IMAGE
from foveate.models.zoo.text.table import FAMILIES, TRANSLATOR, TRANSLATORS, zoo_of
from foveate.models.zoo.video.layouts import FAMILIES as VIDEO

TEXT = {**FAMILIES, **TRANSLATORS}
CLIPS = "transformer:VideoTransformer"
PHOTOS, CONVOLUTIONS = "vit:VisionTransformer", "convnet:ConvNet"
SPELT = {"apache-2.0": "Apache-2.0", "mit": "MIT", "bsd-3-clause": "BSD-3-Clause"}
ASKED = ("licence", "paper", "paper_url")  # of the user, where neither folder nor family says it
TAGGED = {"m2m_100", "mbart"}  # they read and write the two languages that they are told


def draft(folder: Path, source: Mapping[str, Any], given: Mapping[str, str | None]) -> Card:
    """The card of a model in a folder that transformers saved; what is `given` goes before it.

    `source` is the card's own, without its checksum. Raises WeightsError for a folder that holds no
    such model, InputError where what is known is no card: `unknown` says what is to be asked.
    """
    asked = unknown(folder, given)
    if asked:
        raise InputError(
            f"{folder} does not say its {', '.join(asked)}: give "
            + " and ".join(f"--{name.replace('_', '-')}" for name in asked)
            + ".",
            asked[0],
        )
    told = {**_told(folder), **{name: text for name, text in given.items() if text}}
    if isinstance(told.get("languages"), str):
        told["languages"] = re.split(r"[,\s]+", told["languages"].replace("_", "-").strip())
    return Card.model_validate(
        {
            **told,
            "name": slug(told["name"]),
            "bytes": sum(path.stat().st_size for path in weight_files(told["name"], folder)),
            "source": {**source, "sha256": weights_sha256(told["name"], folder)},
        }
    )


def unknown(folder: Path, given: Mapping[str, str | None]) -> list[str]:
    """What neither the folder nor its family says of a model. Raises WeightsError."""
    told = _told(folder)
    tagged = ("languages",) if configuration(folder.name, folder)["model_type"] in TAGGED else ()
    return [name for name in (*ASKED, *tagged) if not (told.get(name) or given.get(name))]


def slug(text: str) -> str:
    """A name as links and commands have it: small letters, digits, points and hyphens."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.") or "model"


def _told(folder: Path) -> dict[str, Any]:
    """What a folder and its family say. Raises WeightsError."""
    config, head = configuration(folder.name, folder), _front_matter(folder)
    kind = config["model_type"]
    family = IMAGE.get(kind) or VIDEO.get(kind) or TEXT.get(kind) or CHAINS.get(kind)
    task, zoo = shown_by(folder)
    gated = zoo == PHOTOS and kind in IMAGE and issubclass(IMAGE[kind].structure, Gates)
    name = str(head.get("model_name") or folder.resolve().name)
    return {
        "name": name,
        "title": f"{name} ({family.title})" if family else f"{name} ({kind})",
        "family": family.title if family else "",
        "task": task,
        "zoo": zoo,
        "attends": zoo != CONVOLUTIONS and not gated,
        "classifies": task == "image" and classifies(config.get("architectures") or ()),
        "gated": gated,
        "frames": config.get("num_frames") if kind in VIDEO else None,
        "paper": family.paper if family else "",
        "paper_url": family.paper_url if family else "",
        "licence": _licence(head),
        "credit": str(head.get("author") or f"its folder, {folder.resolve().name}"),
        **_languages(folder),
    }


def _languages(folder: Path) -> dict[str, str]:
    """What a tokenizer is set to read and write, where it says both."""
    try:
        said = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        pairs = (
            (said.get("src_lang"), said.get("tgt_lang")),
            (
                said.get("source_lang"),
                said.get("target_lang"),
            ),
        )
    except (OSError, ValueError, AttributeError):
        return {}
    return next(({"languages": f"{a},{b}"} for a, b in pairs if a and b), {})


def shown_by(folder: Path) -> tuple[Task, str]:
    """A folder's task, and the class of the zoo that shows it. Raises WeightsError."""
    config = configuration(folder.name, folder)
    kind = config["model_type"]
    if kind in CHAINS and classifies(config.get("architectures") or ()):
        return "image", CONVOLUTIONS
    if kind in VIDEO:
        return "video", CLIPS
    if kind in IMAGE or (kind not in TEXT and not (folder / "tokenizer.json").is_file()):
        return "image", PHOTOS
    zoo = zoo_of(config)
    return ("translation" if zoo == TRANSLATOR else "sentence"), zoo


def _licence(head: Mapping[str, Any]) -> str:
    """A model card's licence: its name, where it is none of the Hub's own."""
    found = str(head.get("license") or "")
    return str(head.get("license_name") or "") if found == "other" else SPELT.get(found, found)


def _front_matter(folder: Path) -> dict[str, Any]:
    """The YAML at the head of a model card (README.md), as the Hub has it; empty without one."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8")
        found = re.match(r"---\r?\n(.*?)\r?\n---", text, re.DOTALL)
        head = yaml.safe_load(found[1]) if found else {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return head if isinstance(head, dict) else {}


def listed(card: Card) -> str:
    """A card as a table of a catalog (TOML)."""
    fields = card.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    name, source = fields.pop("name"), fields.pop("source")
    # What JSON writes of texts, numbers and truth is TOML too.
    lines = [f"[{json.dumps(name)}]", *(f"{key} = {json.dumps(v)}" for key, v in fields.items())]
    lines += [
        f"[{json.dumps(name)}.source]",
        *(f"{k} = {json.dumps(v)}" for k, v in source.items()),
    ]
    return "\n".join(lines) + "\n"


def write(card: Card, file: Path) -> None:
    """Adds a card to a catalog file, which is made where there is none. Raises WeightsError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as catalog:
            catalog.write(f"\n{listed(card)}")
    except OSError as error:
        raise WeightsError(f"The catalog {file} cannot be written: {error.strerror}.") from error
