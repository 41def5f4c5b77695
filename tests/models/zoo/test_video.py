"""Models of clips: equal to transformers' own eager attention, and to a plain softmax."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import transformers as hub
from PIL import Image
from torch import Tensor

from foveate.models.analysis.propagation import (
    ByAttention,
    ByCosine,
    Carrying,
    likeness_of,
    propagate,
)
from foveate.models.analysis.spacetime import space_time, when
from foveate.models.axis import Patches
from foveate.models.catalog.adding import shown_by
from foveate.models.errors import InputError, OversizedInput, Unrecordable
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.photo import Photo
from foveate.models.zoo.clips import clip_model
from foveate.models.zoo.image.framewise import Framewise
from foveate.models.zoo.image.vit import VisionTransformer
from foveate.models.zoo.video.layouts import FAMILIES
from foveate.models.zoo.video.transformer import VideoTransformer
from tests.zoo.clips import FRAMES, MADE, ROWS, SIDE, SMALL, WHOLE, eager, opened
from tests.zoo.tiny import saved, tiny


def clip_of(frames: int = FRAMES, width: int = 96, height: int = SIDE) -> Clip:
    """Noise, the same for the same sizes."""
    noise = np.random.default_rng(0).integers(0, 256, (frames, height, width, 3), np.uint8)
    photos = tuple(Photo(Image.fromarray(each), width, height, "") for each in noise)
    return Clip(photos, tuple(n / 10 for n in range(frames)), frames / 10)


def test_every_family_of_the_table_is_tried() -> None:
    assert set(MADE) == set(FAMILIES)


@pytest.mark.parametrize(("family", "prefix"), [("videomae", ()), ("vivit", ("cls",))])
def test_joint_attention_equals_transformers_eager_one(
    family: str, prefix: tuple[str, ...], tmp_path: Path
) -> None:
    model = opened(family, tmp_path)
    pixels = torch.randn(1, FRAMES, 3, SIDE, SIDE)
    trace = model.trace_pixels(pixels, WHOLE)
    axis = trace.clip.axis
    assert (axis.prefix, axis.frames, axis.grid.rows) == (prefix, FRAMES // 2, ROWS)
    assert trace.clip.tubelet == 2
    assert any("tubelet of 2 frames" in note for note in trace.clip.notes)
    found = eager(model, pixels)
    assert [site.name for site in trace.sites] == ["encoder.1.self", "encoder.2.self"]
    for site, expected in zip(trace.sites, found, strict=True):
        torch.testing.assert_close(site.weights(), expected[0], atol=1e-5, rtol=0)
    maps = space_time(trace.sites[1], 0, axis.index("2,1,3"))
    first = len(prefix)
    row = found[1][0, 0, first + 2 * 16 + 1 * 4 + 3, first:]
    torch.testing.assert_close(maps.flatten(), row, atol=1e-5, rtol=0)


def test_a_tubelet_is_where_its_frames_are(tmp_path: Path) -> None:
    """What changes in frame 5 changes the tokens of the third tubelet alone, before attention."""
    model = opened("videomae", tmp_path)
    pixels = torch.zeros(1, FRAMES, 3, SIDE, SIDE)
    changed = pixels.clone()
    changed[0, 5, :, :16, 48:] = 1
    tokens = [model.model.embeddings.patch_embeddings(p)[0] for p in (pixels, changed)]
    (number,) = (tokens[0] != tokens[1]).any(-1).nonzero().flatten().tolist()
    assert model.layout.axis.place(number) == "2,0,3"


def test_timesformer_attends_in_time_and_in_space(tmp_path: Path) -> None:
    model = opened("timesformer", tmp_path)
    pixels = torch.randn(1, FRAMES, 3, SIDE, SIDE)
    trace = model.trace_pixels(pixels, WHOLE)
    found = eager(model, pixels)
    assert [site.name for site in trace.sites[:3]] == [f"encoder.1.{part}" for part in
                                                       ("time", "space", "product")]  # fmt: skip
    for layer in (1, 2):
        time, space = found[2 * layer - 2], found[2 * layer - 1]  # (N, H, F, F), (F, H, 1 + N, ..)
        both = [trace.site(f"encoder.{layer}.{part}") for part in ("time", "space")]
        in_time = both[0].weights(0, both[0].query.index("3,1,2"))
        expected = torch.zeros(FRAMES, 16)
        expected[:, 6] = time[6, 0, 3]
        torch.testing.assert_close(in_time.view(FRAMES, 16), expected, atol=1e-5, rtol=0)
        maps = space_time(both[1], 1, both[1].query.index("3,1,2"))
        torch.testing.assert_close(maps[3].flatten(), space[3, 1, 7, 1:], atol=1e-5, rtol=0)
        assert maps.sum() == pytest.approx(float(maps[3].sum()))
        of_class = both[1].weights(1, both[1].query.index("cls5"))
        torch.testing.assert_close(of_class[5], space[5, 1, 0, 0], atol=1e-5, rtol=0)


def test_their_product_is_by_patch_pair(tmp_path: Path) -> None:
    model = opened("timesformer", tmp_path)
    pixels = torch.randn(1, FRAMES, 3, SIDE, SIDE)
    trace = model.trace_pixels(pixels, WHOLE)
    time, space = (weights.mean(1) for weights in eager(model, pixels)[2:])
    site = trace.site("encoder.2.product")
    expected = torch.tensor(
        [[float(space[3, 7, 1 + q] * time[q, 3, g]) for q in range(16)] for g in range(FRAMES)]
    )
    maps = space_time(site, "mean", site.query.index("3,1,2"))
    torch.testing.assert_close(maps.flatten(1), expected, atol=1e-6, rtol=0)
    assert float(maps.sum()) == pytest.approx(1 - float(space[3, 7, 0]), abs=1e-5)
    torch.testing.assert_close(site.rows()[0].sum(1), 1 - space[:, 1:, 0].flatten())


@pytest.mark.parametrize("family", MADE)
def test_features_are_the_patches_frame_after_frame(family: str, tmp_path: Path) -> None:
    model = opened(family, tmp_path)
    pixels = torch.randn(1, FRAMES, 3, SIDE, SIDE)
    trace = model.trace_pixels(pixels, WHOLE)
    features = trace.outputs["features"].value()
    assert len(features) == trace.clip.axis.count
    with torch.inference_mode():
        hidden = model.forward(pixels).last_hidden_state[0]
    if family == "timesformer":  # place by place
        torch.testing.assert_close(features[3 * 16 + 6], hidden[1 + 6 * FRAMES + 3])
    else:
        torch.testing.assert_close(features, hidden[len(trace.clip.axis.prefix) :])


@pytest.mark.parametrize("family", MADE)
def test_another_number_of_frames_is_refused(family: str, tmp_path: Path) -> None:
    model = clip_model(opened(family, tmp_path))
    assert shown_by(tmp_path) == ("video", "transformer:VideoTransformer")
    with pytest.raises(InputError, match="made for clips of 8 frames, and this one has 9: give"):
        model.trace(clip_of(9), 224)
    trace = model.trace(clip_of(), 224)
    assert (trace.clip.crop.left, trace.clip.crop.width) == (16, 64)
    assert when(trace.sites[-1], 0).shape[1] == trace.clip.axis.frames
    with pytest.raises(OversizedInput, match="choose a smaller model"):
        model.trace(clip_of(), 224, most=10)
    steps = trace.sites[-1].name
    if family == "timesformer":
        with pytest.raises(InputError, match="has no steps"):
            model.values(clip_of(), 224, steps)
    else:
        assert model.values(clip_of(), 224, steps).value.shape[1] == trace.clip.axis.size


def test_a_timesformer_that_knows_no_time_is_refused(tmp_path: Path) -> None:
    config = hub.TimesformerConfig(**SMALL, patch_size=16, attention_type="space_only")
    saved(hub.TimesformerModel(config), tmp_path)
    with pytest.raises(Unrecordable, match="attends by space_only"):
        VideoTransformer("still", tmp_path, torch.float32)


@pytest.fixture
def framewise(tmp_path: Path) -> Framewise:
    return Framewise(VisionTransformer("dinov2", tiny("dinov2", tmp_path), torch.float32))


def test_frames_together_are_one_plain_softmax(framewise: Framewise) -> None:
    """Against queries and keys of each frame, recorded from the frame alone as a photo."""
    clip = clip_of(10, 112, 56)
    trace = framewise.trace(clip, 224)
    axis = trace.clip.axis
    assert axis == Patches(axis.grid, frames=10)
    assert trace.clip.apart
    alone = [framewise.model.trace(photo, 224).sites[1].query_key for photo in clip.frames]
    keys = torch.cat([found.key[:, 1:] for found in alone], 1)
    query = alone[7].query[:, 1 + 2 * axis.grid.columns + 3]
    expected = (query[:, None] @ keys.mT * alone[0].scale).softmax(-1)[:, 0]  # (H, F * N)
    found = trace.sites[1].weights(query=axis.index("7,2,3"))
    torch.testing.assert_close(found, expected, atol=2e-4, rtol=2e-2)  # kept in float16
    by_frame = expected.view(3, 10, -1).sum(-1)
    torch.testing.assert_close(when(trace.sites[1], axis.index("7,2,3"))[:3], by_frame, atol=1e-3,
                               rtol=0)  # fmt: skip


def test_a_clip_that_takes_too_much_is_refused_after_one_batch(framewise: Framewise) -> None:
    with pytest.raises(OversizedInput, match="take fewer frames or a smaller resolution"):
        framewise.trace(clip_of(10, 112, 56), 224, most=100_000)
    with pytest.raises(InputError, match="saw every frame alone"):
        framewise.values(clip_of(10, 112, 56), 224, "encoder.1.self")


def test_models_without_plain_patches_have_no_clips(tmp_path: Path) -> None:
    swin = VisionTransformer("swin", tiny("swin", tmp_path / "swin"), torch.float32)
    with pytest.raises(Unrecordable, match="patches are not the same in every layer"):
        clip_model(swin)
    beit = clip_model(VisionTransformer("beit", tiny("beit", tmp_path / "beit"), torch.float32))
    with pytest.raises(Unrecordable, match="adds a bias to the scores of a single picture"):
        beit.trace(clip_of(8, 112, 64), 224)


def moving(frames: int = 6, rows: int = 5, columns: int = 9) -> Tensor:
    """Features of a thing of 2 x 2 patches that moves a column a frame: (F, N, 4)."""
    found = torch.zeros(frames, rows, columns, 4)
    found[..., 0] = 1
    for frame in range(frames):
        found[frame, 1:3, frame : frame + 2] = torch.tensor([0.0, 1, 0, 0])
    return found.flatten(1, 2)


def test_a_mask_follows_what_it_resembles_forwards_and_backwards() -> None:
    features = moving()
    thing = features[..., 1].view(6, 5, 9)
    likeness = ByCosine(features, 0.1)
    for frame in (0, 3, 5):
        soft = propagate(likeness, thing[frame], frame, 6, Carrying(context=2, radius=3, top=3))
        torch.testing.assert_close(soft, thing, atol=1e-3, rtol=0)


def test_a_mask_goes_no_farther_than_its_radius() -> None:
    features = moving(2)
    features[1] = features[1].view(5, 9, 4).roll(5, 1).flatten(0, 1)
    thing = features[..., 1].view(2, 5, 9)
    near, far = (
        propagate(ByCosine(features, 0.1), thing[0], 0, 2, Carrying(radius=radius))[1]
        for radius in (3, 8)
    )
    assert near[1:3, 6:8].max() < 0.01
    assert far[1:3, 6:8].min() > 0.99


def test_keys_carry_what_their_cosines_give(framewise: Framewise) -> None:
    """One frame from another against plain numpy: cosines of the joined heads, the best five."""
    trace = framewise.trace(clip_of(8, 112, 56), 224)
    grid, site = trace.clip.grid, trace.sites[0]
    mask = torch.zeros(grid.rows, grid.columns)
    mask[1:3, 2:5] = 1
    keys = site.query_key.key.float().numpy().transpose(1, 0, 2)  # (F * N, H, D)
    vectors = keys.reshape(8, grid.size, -1)
    vectors = vectors / np.linalg.norm(vectors, axis=2, keepdims=True)
    cosine = vectors[3] @ vectors[2].T
    best = np.argsort(-cosine, 1)[:, :5]
    weights = np.exp(np.take_along_axis(cosine, best, 1) / 0.2)
    labels = mask.flatten().numpy()[best]
    expected = (weights * labels).sum(1) / weights.sum(1)
    how = Carrying(context=0, radius=64, temperature=0.2)
    found = propagate(likeness_of(trace, "keys", site, 0.2), mask, 2, 8, how)[3]
    assert np.allclose(found.flatten().numpy(), expected, atol=1e-5)
    assert expected.max() > 0


def test_attention_carries_what_its_softmax_gives(framewise: Framewise) -> None:
    trace = framewise.trace(clip_of(8, 112, 56), 224)
    held, axis = trace.sites[1].query_key, trace.clip.axis
    near = torch.ones(axis.grid.size, axis.grid.size, dtype=torch.bool)
    found = ByAttention(held, 8, axis.patches).scores(3, [0, 2], near)
    whole = trace.sites[1].weights("mean").view(8, axis.grid.size, 8, axis.grid.size)[3]
    by_head = held.scaled(query=slice(3 * axis.grid.size, 4 * axis.grid.size))
    kept = by_head.view(3, axis.grid.size, 8, -1)[:, :, [0, 2]].flatten(2).softmax(-1).mean(0)
    torch.testing.assert_close(found.flatten(1), kept)
    assert whole.shape == (axis.grid.size, 8, axis.grid.size)
