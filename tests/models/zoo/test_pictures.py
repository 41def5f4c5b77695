"""Pictures of a network's parts: of any family that is drawn part by part, and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from foveate.models.inputs.photo import read_photo
from foveate.models.intervention import Intervention
from foveate.models.zoo.image.vit import VisionTransformer
from tests.photos import sample_bytes
from tests.zoo.tiny import tiny

pytestmark = pytest.mark.usefixtures("one_thread")


def test_every_part_that_is_drawn_has_its_picture_and_a_switch_changes_what_follows(
    tmp_path: Path,
) -> None:
    model = VisionTransformer("regnet", tiny("regnet", tmp_path), torch.float32)
    photo = read_photo(sample_bytes("cat"))
    network = model.trace(photo, 224).network
    assert network is not None
    found = model.pictures(photo, 224)
    sizes = {node.name: (node.rows, node.columns) for node in network.nodes[1:]}
    assert {name: tuple(each.shape) for name, each in found.items()} == sizes
    assert all((each >= 0).all() for each in found.values())
    site = next(node for node in network.nodes if node.site)
    closed = model.pictures(photo, 224, Intervention({str(site.site): "closed"}))
    names = list(found)
    at = names.index(site.name)
    assert all(torch.equal(found[name], closed[name]) for name in names[:at])
    assert not torch.equal(found[names[at]], closed[names[at]])


def test_what_is_not_drawn_has_none(tmp_path: Path) -> None:
    model = VisionTransformer("vit", tiny("vit", tmp_path), torch.float32)
    assert model.pictures(read_photo(sample_bytes("cat")), 224) == {}
