"""How queries and keys get into a trace while the forward pass keeps its fused kernel.

`transformers` sends attention through a table of functions; ours notes Q and K and calls the fused
one. The current recording lives in a context variable, so two threads that run one model never mix.
What cannot be recorded truly raises Unrecordable before there is a trace. Axis sizes in comments:
B inputs, W windows an input, H heads, T queries, S keys, D width a head.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, replace
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

from foveate.models.attention import Attention, Partition
from foveate.models.bias import additive, capped, is_causal, summed
from foveate.models.calls import Call, GateCall, QueryKeyCall, WeightsCall, check_partition
from foveate.models.errors import Unrecordable
from foveate.models.intervention import NO_SWITCHES, Switches, set_gate, set_positions

IMPLEMENTATION = "foveate"  # the name under which transformers finds `record_and_attend`

# What transformers may hand to an attention function and does not change the weights, or what is
# recorded. A sliding window is in the mask already; values are dropped out in training alone.
KNOWN = {"scaling", "is_causal", "position_bias", "sliding_window", "dropout", "deterministic"}
KNOWN |= {"position_ids", "cache_position", "use_cache", "return_dict", "num_items_in_batch"}
KNOWN |= {"output_attentions", "output_hidden_states", "output_router_logits"}
CAPPED = {"gemma2"}  # families that the fused kernel does not suit for their soft cap alone


class NothingRecorded(Unrecordable):
    """A forward pass ended and no attention was recorded.

    The model does not go through transformers' attention interface: it needs recording of its own
    (`record`) or `attn_implementation="eager"` with `output_attentions=True`.
    """


class Calls(list[Call]):
    """The attention calls of one recording, in order of execution.

    `inputs` is how many things one pass is over, and `keep_values` whether values are kept. A model
    whose code is not ours does not say how it divides its input: `partitions` has it, call by call.
    `switches` are what is changed in the pass.
    """

    def __init__(
        self,
        inputs: int = 1,
        keep_values: bool = False,
        partitions: Sequence[Partition | None] = (),
        switches: Switches = NO_SWITCHES,
    ) -> None:
        super().__init__()
        self.inputs = inputs
        self.keep_values = keep_values
        self.partitions = partitions
        self.switches = switches
        self.shapes: dict[nn.Module, tuple[int, ...]] = {}  # of the maps that parts made
        self.pictures: dict[nn.Module, Tensor] | None = None  # of them, where somebody asks

    def note(self, call: Call) -> None:
        """Takes one more call. Raises Unrecordable where its batch is not that of the inputs."""
        if not isinstance(call, GateCall) and len(self) < len(self.partitions):
            call = replace(call, partition=self.partitions[len(self)])
            check_partition(call)
        if call.batch != self.inputs:
            raise Unrecordable(
                f"{type(call.module).__name__} attended in a batch of {call.batch} for "
                f"{self.inputs} input{'s' * (self.inputs > 1)}: it divides its input into windows "
                "or the like, and how is not known here."
            )
        self.append(call)

    def attentions(self, index: int = 0) -> list[Attention]:
        """What each call holds of one item of the batch."""
        return [call.item(index) for call in self]

    def only(self, index: int) -> Calls:
        """The calls as if that item were alone in the batch."""
        found = Calls(keep_values=self.keep_values, partitions=self.partitions)
        found.extend(call.only(index) for call in self)
        return found

    def apart(self, index: int) -> Calls:
        """The same, holding on to nothing of the batch's others."""
        found = self.only(index)
        found[:] = [_copied(call) for call in found]
        return found

    def latest(self, most: int) -> dict[nn.Module, Call]:
        """The last call of each attention among the last `most`: all, where there are no more."""
        return {call.module: call for call in self[-most:]}

    def by_module(self) -> dict[nn.Module, list[Call]]:
        """The calls of each attention, first to last."""
        found: dict[nn.Module, list[Call]] = defaultdict(list)
        for call in self:
            found[call.module].append(call)
        return found


def _copied(call: Call) -> Call:
    parts: dict[str, Any] = {each.name: getattr(call, each.name) for each in fields(call)}
    copies: dict[str, Any] = {
        name: part.clone() for name, part in parts.items() if isinstance(part, Tensor)
    }
    return replace(call, **copies)


_current: ContextVar[Calls | None] = ContextVar("foveate_recording", default=None)


def is_recording() -> bool:
    """Whether somebody collects: what only a recording needs is not worked out for nobody."""
    return _current.get() is not None


@contextmanager
def recording(
    inputs: int = 1,
    values: bool = False,
    needed: bool = True,
    partitions: Sequence[Partition | None] = (),
    switches: Switches = NO_SWITCHES,
) -> Iterator[Calls]:
    """Collects the attention calls made inside it, of passes over so many `inputs` at once.

    Values are large and seldom looked at: they are kept only where asked for. `partitions` are
    those of the calls in their order, where there are any. Raises NothingRecorded on leaving when
    there was no call, unless the model has no attention (`needed`).
    """
    calls = Calls(inputs, values, partitions, switches)
    token = _current.set(calls)
    try:
        yield calls
    finally:
        _current.reset(token)
    if needed and not calls:
        raise NothingRecorded(
            "The forward pass recorded no attention: the model does not use transformers' "
            f"attention interface, or was not loaded with attn_implementation={IMPLEMENTATION!r}."
        )


def record(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    scale: float,
    bias: Tensor | None = None,
    causal: bool = False,
    value: Tensor | None = None,
    partition: Partition | None = None,
) -> None:
    """Notes one attention call of the layer `module`; does nothing outside `recording()`.

    A boolean `bias` is a mask: True where a query may look. Raises Unrecordable for a batch that is
    not that of the inputs and has no partition.
    """
    calls = _current.get()
    if calls is not None:
        kept = value.detach() if calls.keep_values and value is not None else None
        query, key, added = query.detach(), key.detach(), additive(bias)
        calls.note(QueryKeyCall(module, query, key, scale, added, causal, kept, partition))


def record_weights(module: nn.Module, weights: Tensor) -> None:
    """Notes the weights (B, H, T, S) of an attention whose scores are no products of q and k."""
    calls = _current.get()
    if calls is not None:
        calls.note(WeightsCall(module, weights.detach()))


def record_gate(module: nn.Module, gate: Tensor, given: Tensor) -> Tensor:
    """Notes a gate, 0 closed to 1 open, and the map that it multiplies; returns it as the recording
    has it set, else as it is. Shapes are those of GateCall. Raises InputError.
    """
    calls = _current.get()
    if calls is None:
        return gate
    switch = calls.switches.gates.get(module)
    acting = gate if switch is None else set_gate(switch[0], gate, switch[1])
    calls.note(GateCall(module, acting, gate, given.to(torch.float16, copy=True)))
    return acting


def record_skip(module: nn.Module, given: Tensor) -> Tensor:
    """What a skip carries across: zeros where the recording has it cut."""
    calls = _current.get()
    if calls is None or module not in calls.switches.cuts:
        return given
    return torch.zeros_like(given)


def record_positions(positions: Tensor, first: int) -> Tensor:
    """Position embeddings (1, S, C), of which the `first` belong to no patch, as the recording has
    them.
    """
    calls = _current.get()
    return positions if calls is None else set_positions(positions, calls.switches.positions, first)


def record_map(module: nn.Module, made: Tensor) -> None:
    """Notes the size (C, rows, columns) of the map that a part of a network made; and, where
    pictures are asked for, how strong it is: the mean over the channels of |map| (rows, columns).
    """
    calls = _current.get()
    if calls is None:
        return
    calls.shapes[module] = tuple(made.shape[-3:])
    if calls.pictures is not None:
        calls.pictures[module] = made[0].abs().mean(0)


def record_and_attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **kwargs: Any,
) -> tuple[Tensor, Tensor | None]:
    """transformers' attention function: notes Q and K, then runs scaled_dot_product_attention.

    Raises Unrecordable for an argument that would change the weights in a way not known here.
    """
    if (cap := kwargs.pop("softcap", None)) is not None:
        attention_mask = capped(module, query, key, attention_mask, cap, kwargs)
    if _current.get() is not None:
        _check_arguments(module, kwargs)
        scale = kwargs.get("scaling")
        causal = is_causal(module, query, attention_mask, kwargs.get("is_causal"))
        record(
            module,
            query,
            key[:, :, : query.shape[2]] if causal else key,  # as the fused function crops them
            query.shape[-1] ** -0.5 if scale is None else float(scale),
            summed(additive(attention_mask), kwargs.get("position_bias")),
            causal,
            value[:, :, : query.shape[2]] if causal else value,
        )
    return sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)


def check_recordable(model: nn.Module) -> None:
    """Raises Unrecordable for a model that says that the fused kernel does not suit it.

    Its attention then does more than softmax(q k^T * scale + mask): sinks, say. Soft caps are
    computed.
    """
    soft = getattr(getattr(model, "config", None), "model_type", None) in CAPPED
    if getattr(model, "_supports_sdpa", True) is False and not soft:
        raise Unrecordable(
            f"{type(model).__name__} says that it does not support scaled_dot_product_attention: "
            "its weights are not those of its queries and keys alone, and would be shown wrong."
        )


def _check_arguments(module: nn.Module, arguments: dict[str, Any]) -> None:
    unknown = [name for name, value in arguments.items() if value is not None]
    unknown = [name for name in unknown if name not in KNOWN]
    if unknown:
        raise Unrecordable(
            f"{type(module).__name__} attends with {', '.join(unknown)}, which is not recorded "
            "here: its weights would be shown wrong."
        )


AttentionInterface.register(IMPLEMENTATION, record_and_attend)
AttentionMaskInterface.register(IMPLEMENTATION, sdpa_mask)
