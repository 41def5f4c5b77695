"""Every family of vision models: its weights against transformers' eager ones, its structure."""

from __future__ import annotations

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
import transformers as hub
from torch import Tensor

from foveate.models.analysis.verdict import verdict
from foveate.models.analysis.windows import window_rollout
from foveate.models.attention import QueryKey
from foveate.models.axis import Crop, Grid, Patches, Tokens
from foveate.models.errors import InputError, Unrecordable, WeightsError
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.zoo.image.families.table import FAMILIES, REFUSED
from foveate.models.zoo.image.vit import VisionTransformer
from tests.photos import ROOT
from tests.zoo.families import WHOLE, difference, noise, opened, refusals, verdict_difference
from tests.zoo.tiny import SIZES, SWIN, TINY, saved, tiny, tiny_classifier

pytestmark = pytest.mark.usefixtures("one_thread")

GATED = ("regnet", "efficientnet")
DETECTIONS = tuple(f"detection{number}" for number in range(1, 6))
# What stands before and after the patches of every layer; nothing where a family is not named.
NAMED = {
    **dict.fromkeys(("vit", "vit_msn", "dinov2", "beit", "clip", "clip_vision_model"), ("cls",)),
    **dict.fromkeys(("vit_mae", "dpt", "depth_anything"), ("cls",)),
    "yolos": ("cls", *DETECTIONS),
    "deit": ("cls", "distillation"),
    "dinov2_with_registers": ("cls", "register1", "register2"),
    "dinov3_vit": ("cls", *(f"register{number}" for number in range(1, 5))),
}


def test_every_family_of_the_table_is_tried() -> None:
    assert set(TINY) == set(FAMILIES)


def test_the_page_of_families_names_all_of_them() -> None:
    page = (ROOT / "docs" / "families.md").read_text(encoding="utf-8")
    for name, family in FAMILIES.items():
        assert re.search(rf"^\| \[{family.title}\].*`{name}`", page, re.MULTILINE), name
    assert page.endswith("\n".join(refusals()) + "\n"), "run `python -m tests.zoo.families`"


@pytest.mark.parametrize("family", [family for family in TINY if family not in GATED])
def test_weights_equal_transformers_eager_ones(family: str, tmp_path: Path) -> None:
    model = opened(family, tmp_path)
    off = difference(model)
    assert off is not None
    assert off < 1e-5
    pixels, cells = noise(model)
    axis = model.trace_pixels(pixels, cells, WHOLE).photo.axis
    assert (*axis.prefix, *axis.suffix) == NAMED.get(family, ())
    assert axis.grid.rows * axis.grid.patch_size == pixels.shape[2]


@pytest.mark.parametrize("family", GATED)
def test_gates_are_what_multiplies_the_channels(family: str, tmp_path: Path) -> None:
    model = opened(family, tmp_path)
    pixels, cells = noise(model)
    seen: list[Tensor] = []
    for module in model.model.modules():
        if type(module).__name__ in ("RegNetSELayer", "EfficientNetSqueezeExciteLayer"):
            module.register_forward_hook(lambda _, args, made: seen.append(made / args[0]))
    trace = model.trace_pixels(pixels, cells, WHOLE)
    assert len(trace.sites) == len(seen) > 0
    for site, ratio in zip(trace.sites, seen, strict=True):
        assert (site.kind, site.key.kind) == ("gate", "channel")
        multiplied = ratio[0].flatten(1).nanmedian(-1).values  # not a number where all is 0
        live = multiplied.isfinite()
        assert live.sum() > len(live) / 2
        torch.testing.assert_close(site.rows()[0, 0, live], multiplied[live], atol=1e-4, rtol=1e-3)


def test_object_queries_are_named_by_what_they_found(tmp_path: Path) -> None:
    model = opened("detr", tmp_path)
    pixels, cells = noise(model)
    trace = model.trace_pixels(pixels, cells, Crop(10, 20, 160, 120))
    names = [site.name for site in trace.sites]
    assert names[:3] == ["encoder.1.self", "encoder.2.self", "decoder.1.self"]
    cross = trace.site("decoder.2.cross")
    assert isinstance(cross.query, Tokens)
    assert isinstance(cross.key, Patches)
    with torch.inference_mode():
        found = model.forward(pixels)
    boxes, classes = (trace.outputs[name].value() for name in ("boxes", "classes"))
    torch.testing.assert_close(classes, found.logits[0].softmax(-1))
    centre, size = found.pred_boxes[0, 0].split(2)
    assert boxes[0].tolist() == pytest.approx(
        [
            10 + 160 * float(centre[0] - size[0] / 2),
            20 + 120 * float(centre[1] - size[1] / 2),
            10 + 160 * float(centre[0] + size[0] / 2),
            20 + 120 * float(centre[1] + size[1] / 2),
        ],
        abs=1e-3,
    )
    best = int(classes[0].argmax())
    name = [*model.model.config.id2label.values(), "no object"][best]
    assert cross.query.label(0) == f"{name} {float(classes[0, best]):.2f}"


@pytest.mark.parametrize("size", [(56, 56), (112, 112), (56, 168)])
def test_windows_shift_as_in_transformers_and_the_model_is_left_as_it_was(
    size: tuple[int, int], tmp_path: Path
) -> None:
    config = hub.SwinConfig(**SWIN | {"image_size": 56}, window_size=7)
    saved(hub.SwinModel(config), tmp_path)
    model = VisionTransformer("swin", tmp_path, torch.float32)
    model.trace_pixels(torch.randn(1, 3, 16, 16), Grid(2, 2, 8), WHOLE)  # smaller than a window
    fresh = hub.SwinModel.from_pretrained(tmp_path).eval()
    pixels = torch.randn(1, 3, *size)
    with torch.inference_mode():
        mine, theirs = model.forward(pixels), fresh(pixels)
    torch.testing.assert_close(mine.last_hidden_state, theirs.last_hidden_state)
    shifts = [block.shift_size for stage in model.model.encoder.layers for block in stage.blocks]
    assert shifts == [0, 3, 0, 3]
    last = model.trace_pixels(pixels, Grid(size[0] // 8, size[1] // 8, 8), WHOLE).sites[-1]
    assert isinstance(last.attention, QueryKey)
    assert last.attention.partition is not None
    first = last.attention.partition.query[0, 0].item()
    columns = size[1] // 8
    assert first == (0 if min(size) == 56 else 3 * columns + 3)


def test_photos_of_two_sizes_at_once_do_not_mix_their_windows(tmp_path: Path) -> None:
    model = opened("swin", tmp_path)
    sizes = Grid(7, 7, 8), Grid(14, 14, 8)  # the last stage of the first is one window
    photos = [torch.randn(1, 3, 8 * grid.rows, 8 * grid.columns) for grid in sizes]
    traces = [model.trace_pixels(*pair, WHOLE) for pair in zip(photos, sizes, strict=True)]
    alone = [trace.sites[-1].weights() for trace in traces]
    together = threading.Barrier(2)

    def run(index: int) -> bool:
        found = []
        for _ in range(6):
            together.wait()
            found.append(model.trace_pixels(photos[index], sizes[index], WHOLE))
        return all(torch.equal(trace.sites[-1].weights(), alone[index]) for trace in found)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, (0, 1))) == [True, True]


def test_padding_of_windows_is_named_and_counted(tmp_path: Path) -> None:
    model = opened("swin", tmp_path)
    trace = model.trace_pixels(torch.randn(1, 3, 64, 48), Grid(8, 6, 8), WHOLE)
    key = trace.sites[0].key
    assert isinstance(key, Patches)
    assert key.suffix == ("padding",)
    assert trace.sites[0].query.size == key.size - 1 == 192
    weights = trace.sites[0].weights()
    torch.testing.assert_close(weights.sum(-1), torch.ones(1, 192))
    assert weights[0, 0, -1] == 0
    assert weights[0, -1, -1] > 0


def test_window_rollout_follows_merged_patches_and_says_where_it_cannot(tmp_path: Path) -> None:
    model = opened("swin", tmp_path / "swin")
    trace = model.trace_pixels(torch.randn(1, 3, 56, 112), Grid(7, 14, 8), WHOLE)
    share = window_rollout(trace, trace.photo.axis.index("13,27"))
    last, first = trace.sites[-1].query, trace.sites[0].query
    assert isinstance(last, Patches)
    assert isinstance(first, Patches)
    expected = torch.eye(last.size)[last.index("6,13")]
    for site in reversed(trace.sites):
        if len(expected) != site.query.size:  # its four, evenly
            whole = expected.view(1, 1, 7, 14) / 4
            expected = torch.nn.functional.interpolate(whole, scale_factor=2).flatten()
        weights = site.weights("mean")[:, : site.query.size]
        expected = 0.5 * expected + 0.5 * expected @ weights
    torch.testing.assert_close(share, expected)
    other = opened("mobilevit", tmp_path / "mobile")
    pixels, cells = noise(other)
    with pytest.raises(InputError, match="does not attend in windows alone"):
        window_rollout(other.trace_pixels(pixels, cells, WHOLE), 0)


def test_an_autoencoder_masks_nothing_and_is_left_as_it_was(tmp_path: Path) -> None:
    model = opened("vit_mae", tmp_path)
    pixels, cells = noise(model)
    first, second = (model.trace_pixels(pixels, cells, WHOLE).sites[-1] for _ in range(2))
    assert first.query.size == 1 + cells.size
    assert torch.equal(first.weights(), second.weights())
    assert model.model.config.mask_ratio == 0.75


def test_what_has_nothing_to_show_is_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    for model_type, sentence in REFUSED.items():
        config.write_text(json.dumps({"model_type": model_type}))
        with pytest.raises(Unrecordable) as raised:
            VisionTransformer("mine", tmp_path, torch.float32)
        assert str(raised.value) == sentence
        assert any(advice in sentence for advice in ("Choose", "choose", "list a classifier"))


@pytest.mark.parametrize(
    ("family", "head", "sites"),
    [
        ("mobilevit", "MobileViTForSemanticSegmentation", 9),
        ("vit_mae", "ViTMAEForPreTraining", 2),
        ("detr", "DetrModel", 6),
    ],
)
def test_folders_of_other_tasks_show_the_same_layers(
    family: str, head: str, sites: int, tmp_path: Path
) -> None:
    saved(getattr(hub, head)(TINY[family][1]()), tmp_path)
    model = VisionTransformer("mine", tmp_path, torch.float32)
    pixels, cells = noise(model)
    assert len(model.trace_pixels(pixels, cells, WHOLE).sites) == sites


@pytest.mark.parametrize("family", ["clip", "deit", "efficientnet", "pvt", "swin"])
def test_a_classifier_says_what_transformers_says(family: str, tmp_path: Path) -> None:
    off = verdict_difference(family, tmp_path)
    assert off is not None
    assert off < 1e-5


def test_classes_have_names_and_several_photos_are_judged_at_once(
    tmp_path: Path, cat: Photo
) -> None:
    model = VisionTransformer("vit", tiny_classifier("vit", tmp_path), torch.float32)
    first = verdict(model.trace(cat, 224))[0]
    assert {*model.labels} == {"cat", "dog", "wombat"}
    chances = model.probabilities([cat, cat], 224)
    assert chances.shape == (2, 3)
    assert float(chances[1].max()) == pytest.approx(first.probability, abs=1e-5)
    config = tmp_path / "config.json"
    several = json.loads(config.read_text()) | {"problem_type": "multi_label_classification"}
    config.write_text(json.dumps(several))
    model = VisionTransformer("vit", tmp_path, torch.float32)
    assert model.trace(cat, 224).outputs == {}
    with pytest.raises(InputError, match="vit is no classifier"):
        model.probabilities([cat], 224)


def unknown(kind: str) -> hub.PreTrainedModel:
    match kind:
        case "bert":
            return hub.BertModel(hub.BertConfig(**SIZES, vocab_size=20, intermediate_size=8))
        case "vivit":
            return hub.VivitModel(hub.VivitConfig(**SIZES, intermediate_size=8))
        case "videomae":
            return hub.VideoMAEModel(hub.VideoMAEConfig(**SIZES, intermediate_size=8))
        case "levit":
            return hub.LevitModel(hub.LevitConfig(image_size=64))
        case "regnet-x":
            sizes = {"embedding_size": 8, "hidden_sizes": [8, 8], "depths": [1, 1]}
            return hub.RegNetModel(hub.RegNetConfig(**sizes, groups_width=4, layer_type="x"))
        case "pvt_v2":
            return hub.PvtV2Model(hub.PvtV2Config(linear_attention=True, depths=[1, 1, 1, 1]))
    raise ValueError(kind)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("bert", "bert takes input_ids, .*listed with task"),
        ("vivit", "vivit is of no family that is known here, and does not say how large"),
        ("videomae", r"This videomae does not take 224 x \d+ pixels"),
        ("levit", "levit is of no family that is known here, and has no attention"),
        ("regnet-x", "This regnet has neither attention nor gates"),
        ("pvt_v2", "pools its keys to 7 x 7"),
    ],
)
def test_a_model_that_cannot_be_shown_says_why(
    kind: str, sentence: str, tmp_path: Path, cat: Photo
) -> None:
    saved(unknown(kind), tmp_path)
    with pytest.raises((Unrecordable, WeightsError), match=sentence):
        VisionTransformer("mine", tmp_path, torch.float32).trace(cat, 224)


@pytest.mark.parametrize(
    ("settings", "mean", "std", "blue_first"),
    [
        ({"image_mean": [0.1] * 3, "image_std": [0.2] * 3}, (0.1,) * 3, (0.2,) * 3, False),
        ({"do_normalize": False, "image_mean": [0.1] * 3}, (0,) * 3, (1,) * 3, False),
        ({"do_flip_channel_order": True}, (0,) * 3, (1,) * 3, True),
        (
            {"image_processor": {"image_mean": [0.1] * 3, "image_std": [0.2] * 3}},
            *((0.1,) * 3, (0.2,) * 3, False),
        ),
    ],
)
def test_pixels_are_prepared_as_the_folder_says(  # type: ignore[no-untyped-def]
    settings, mean, std, blue_first: bool, tmp_path: Path
) -> None:
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(settings))
    found = Preparation.of(tmp_path)
    assert (found.mean, found.std, found.blue_first) == (mean, std, blue_first)


def test_a_folder_that_does_not_say_how_is_noted(tmp_path: Path, cat: Photo) -> None:
    tiny("vit", tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    notes = VisionTransformer("vit", tmp_path, torch.float32).trace(cat, 224).photo.notes
    assert "no preprocessor_config.json" in notes[0]
    (tmp_path / "preprocessor_config.json").write_text("{")
    with pytest.raises(WeightsError, match=r"preprocessor_config\.json cannot be read"):
        VisionTransformer("vit", tmp_path, torch.float32)
