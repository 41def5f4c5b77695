"""The heads of the vision lab: each formula against plain sums in float64, and what they record."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from foveate.models.attention import QueryKey
from foveate.models.axis import Branches, Channels, Patches
from foveate.models.errors import InputError
from foveate.models.intervention import UNTOUCHED, Intervention, shuffled, switches
from foveate.models.recording import Calls, recording
from foveate.models.zoo.image.heads.additive import AdditivePooling
from foveate.models.zoo.image.heads.base import Head
from foveate.models.zoo.image.heads.cbam import ChannelGate, SpatialGate
from foveate.models.zoo.image.heads.eca import EfficientChannel, kernel_of
from foveate.models.zoo.image.heads.multiplicative import QueryPooling
from foveate.models.zoo.image.heads.non_local import NonLocal
from foveate.models.zoo.image.heads.selective import SelectiveKernel
from foveate.models.zoo.image.heads.squeeze_excitation import SqueezeExcitation
from foveate.models.zoo.image.heads.table import HEADS, head_of
from foveate.models.zoo.image.stem import CHANNELS

WIDTH = 32
OFF, PINNED = Intervention(attention="off"), Intervention(pin=(3, 9))
PLACE = 3 * 14 + 9


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(5)


def drawn(*sizes: int) -> Tensor:
    return torch.randn(*sizes, dtype=torch.float64)


def double(module: nn.Module) -> Any:
    """With norms whose averages and factors are not those of the start."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            part.running_mean, part.running_var = (
                drawn(part.num_features),
                drawn(part.num_features).exp(),
            )
            if part.affine:
                nn.init.normal_(part.weight), nn.init.normal_(part.bias)
    return module.double().eval()


def close(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


def norm(part: Any, given: Tensor) -> Tensor:
    shape = [1, -1, *[1] * (given.dim() - 2)]
    mean, var, weight, bias = (
        each.double().view(shape)
        for each in (part.running_mean, part.running_var, part.weight, part.bias)
    )
    return (given - mean) / (var + part.eps).sqrt() * weight + bias


def test_additive_pooling_is_bahdanaus_formula() -> None:
    made, maps = double(AdditivePooling(WIDTH)), drawn(2, WIDTH, 14, 14)
    places = maps.flatten(2)
    keys = torch.einsum("kc,bcs->bks", made.key.weight, places) + made.key.bias[:, None]
    scores = torch.einsum("k,bks->bs", made.score.weight[0], keys.tanh())
    weights = scores.exp() / scores.exp().sum(1, keepdim=True)
    close(made(maps, UNTOUCHED), torch.einsum("bs,bcs->bc", weights, places))


def test_a_learned_query_asks_every_place() -> None:
    made, maps = double(QueryPooling(WIDTH)), drawn(2, WIDTH, 14, 14)
    places, heads = maps.flatten(2).mT, made.heads
    query = made.query(made.asked).view(heads, -1)
    key, value = (part(places).view(2, 196, heads, -1) for part in (made.key, made.value))
    scores = torch.einsum("hd,bshd->bhs", query, key) / (WIDTH // heads) ** 0.5
    sums = torch.einsum("bhs,bshd->bhd", scores.softmax(-1), value).flatten(1)
    close(made(maps, UNTOUCHED), made.output(sums))


def test_squeeze_and_excitation() -> None:
    made, maps = double(SqueezeExcitation(WIDTH)), drawn(2, WIDTH, 14, 14)
    first, second = (part.weight[:, :, 0, 0] for part in (made.squeeze, made.excite))
    hidden = (torch.einsum("hc,bc->bh", first, maps.mean((2, 3))) + made.squeeze.bias).clamp(min=0)
    gate = 1 / (1 + (-(torch.einsum("ch,bh->bc", second, hidden) + made.excite.bias)).exp())
    close(made(maps, UNTOUCHED), torch.einsum("bc,bcij->bcij", gate, maps))


def test_efficient_channel_attention_sees_neighbouring_channels() -> None:
    assert [kernel_of(size) for size in (64, 112, 256, 512)] == [3, 3, 5, 5]
    made, maps = double(EfficientChannel(WIDTH)), drawn(2, WIDTH, 14, 14)
    means, (left, middle, right) = maps.mean((2, 3)), made.near.weight[0, 0]
    beside = torch.nn.functional.pad(means, (1, 1))
    row = left * beside[:, :-2] + middle * means + right * beside[:, 2:]
    close(made(maps, UNTOUCHED), row.sigmoid()[..., None, None] * maps)


def test_cbams_channel_gate_has_one_mlp_for_average_and_maximum() -> None:
    made, maps = double(ChannelGate(WIDTH)), drawn(2, WIDTH, 14, 14)
    first, _, last = made.shared

    def mlp(given: Tensor) -> Tensor:
        hidden = (torch.einsum("hc,bc->bh", first.weight, given) + first.bias).clamp(min=0)
        return torch.einsum("ch,bh->bc", last.weight, hidden) + last.bias

    gate = (mlp(maps.mean((2, 3))) + mlp(maps.flatten(2).max(2).values)).sigmoid()
    close(made(maps, UNTOUCHED), gate[..., None, None] * maps)


def test_cbams_spatial_gate_is_of_maximum_and_average_and_begins_half_open() -> None:
    made, maps = SpatialGate(), drawn(2, WIDTH, 14, 14)
    close(made.double().eval()(maps, UNTOUCHED), maps / 2)
    double(made)
    seen = torch.stack([maps.max(1).values, maps.mean(1)], 1)
    around = torch.nn.functional.unfold(seen, 7, padding=3)  # (B, 2 * 49, places)
    score = torch.einsum("k,bks->bs", made.convolution.weight.flatten(), around).view(2, 1, 14, 14)
    close(made(maps, UNTOUCHED), norm(made.norm, score).sigmoid() * maps)


def test_selective_kernels_mix_two_branches_channel_by_channel() -> None:
    made, maps = double(SelectiveKernel(CHANNELS)), drawn(2, CHANNELS, 14, 14)
    near, wide = (branch(maps) for branch in made.branches)
    squeezed = torch.einsum("kc,bc->bk", made.fuse[0].weight, (near + wide).mean((2, 3)))
    scores = made.select.weight.view(2, CHANNELS, -1) @ norm(made.fuse[1], squeezed).clamp(min=0).mT
    share = scores.softmax(0)[0].mT[..., None, None]  # (B, C, 1, 1)
    close(made(maps, UNTOUCHED), share * near + (1 - share) * wide)
    assert [branch[0].dilation for branch in made.branches] == [(1, 1), (2, 2)]


def test_a_non_local_block_is_not_divided_by_a_root_and_begins_as_the_identity() -> None:
    made, maps = NonLocal(WIDTH), drawn(2, WIDTH, 14, 14)
    close(made.double().eval()(maps, UNTOUCHED), maps)
    double(made)
    places = maps.flatten(2).mT
    scores = torch.einsum("btd,bsd->bts", made.theta(places), made.phi(places))
    sums = torch.einsum("bts,bsd->btd", scores.softmax(-1), made.g(places))
    mixed = made.output(sums).mT.view_as(maps)
    close(made(maps, UNTOUCHED), norm(made.norm, mixed) + maps)


def passed(head: Head, change: Intervention = UNTOUCHED) -> tuple[Tensor, Calls]:
    maps = torch.randn(1, CHANNELS, 14, 14)
    changed = switches(change, head.gates(), {})
    with torch.inference_mode(), recording(needed=False, switches=changed) as calls:
        return head.eval()(maps, change), calls


@pytest.mark.parametrize("name", HEADS)
def test_every_head_says_what_it_attended_to(name: str) -> None:
    head = head_of(name, 20)
    logits, calls = passed(head)
    assert logits.shape == (1, 20)
    sites = head.sites(calls)
    assert [site.name for site in sites] == [part.name for part in head.attending()]
    assert bool(sites) == bool(HEADS[name].chooses) == head.offers.attention
    for site in sites:
        if site.attention.normalised:
            torch.testing.assert_close(site.weights().sum(-1), torch.ones(site.attention.shape[:2]))
    kinds = {"what": Channels, "where": Patches, "which": Branches}
    expected = {kinds[word] for word in HEADS[name].chooses.split(" and ") if word}
    assert {type(site.key) for site in sites} == expected


@pytest.mark.parametrize("name", [name for name, entry in HEADS.items() if entry.chooses])
def test_attention_that_is_off_prefers_nothing(name: str) -> None:
    head = head_of(name, 20)
    for site in head.sites(passed(head, OFF)[1]):
        weights = site.weights()
        if site.attention.kind == "gate":
            assert bool((weights == 1).all())
        else:  # of shifted windows, what may be seen: as even as the mask allows
            seen = weights > 1e-6
            even = seen / seen.sum(-1, keepdim=True)
            torch.testing.assert_close(weights, even, atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", ["additive", "multiplicative", "vit", "swin", "pvt", "non-local"])
def test_attention_that_is_pinned_sees_one_place(name: str) -> None:
    head = head_of(name, 20)
    for site in head.sites(passed(head, PINNED)[1]):
        assert isinstance(site.key, Patches)
        key = (
            site.key.seen_from(Patches(head.sites(passed(head)[1])[0].query.grid), "3,9")
            if (isinstance(site.query, Patches))
            else PLACE
        )
        most = site.weights()[..., key]
        assert bool(((most == 1) | (most == 0)).all())  # the windows that do not hold it have 0
        assert bool((most == 1).any())


def test_a_pinned_gate_follows_from_one_place_or_opens_there_alone() -> None:
    head = head_of("cbam", 20)
    channel, spatial = head.sites(passed(head, PINNED)[1])
    assert spatial.weights().sum() == spatial.weights()[0, 0, PLACE] == 1
    assert bool((channel.weights() != 1).all())


@pytest.mark.parametrize("name", [name for name in HEADS if head_of(name, 20).averages])
def test_a_class_activation_map_and_the_bias_are_the_logits(name: str) -> None:
    head = double(head_of(name, 20))
    changed = head.changed(drawn(2, CHANNELS, 14, 14))
    added = head.activation(changed)
    close(added.sum((2, 3)) + head.classifier.bias, head.concluded(changed))


def test_a_head_that_pools_otherwise_has_no_class_activation_map() -> None:
    assert {name for name in HEADS if not head_of(name, 20).averages} == {
        "additive",
        "additive-deep",
        "multiplicative",
    }


def test_a_gate_is_set_as_in_the_gate_studio() -> None:
    head = head_of("se", 20)
    (site,) = head.sites(passed(head, Intervention(gates={"gate.1.channel": {7: 0.25}}))[1])
    assert float(site.weights()[0, 0, 7]) == 0.25


def test_an_unknown_head_is_told_the_known_ones() -> None:
    with pytest.raises(
        InputError, match="'senet' is not in the zoo: give one of average, additive"
    ):
        head_of("senet", 20)


def test_positions_are_all_that_two_blocks_differ_in() -> None:
    placed, bag = head_of("vit", 20), head_of("vit-unplaced", 20)
    bag.load_state_dict({k: v for k, v in placed.state_dict().items() if k != "position"})
    maps = torch.randn(1, CHANNELS, 14, 14)
    mixed = maps.flatten(2)[:, :, torch.randperm(196)].view_as(maps)
    placed.eval(), bag.eval()
    torch.testing.assert_close(bag(maps), bag(mixed), atol=1e-4, rtol=1e-4)
    assert not torch.allclose(placed(maps), placed(mixed), atol=1e-4)


def test_queries_and_keys_are_recorded_and_no_weights() -> None:
    head = head_of("vit", 20)
    assert all(isinstance(site.attention, QueryKey) for site in head.sites(passed(head)[1]))


def test_positions_of_a_head_are_shuffled_or_removed() -> None:
    made, maps = head_of("vit", 3).eval(), torch.randn(1, CHANNELS, 14, 14)
    learned = made.position.data.clone()
    assert made.offers.positions
    assert not head_of("vit-unplaced", 3).offers.positions
    orders = {"shuffled": learned[:, shuffled(196)], "removed": torch.zeros_like(learned)}
    for how, positions in orders.items():
        made.position.data = learned
        found = made(maps, Intervention(positions=how))  # type: ignore[arg-type]
        made.position.data = positions
        torch.testing.assert_close(found, made(maps))
