"""What one call of an attention, or one gate, leaves behind: for each input of a batch.

Axis sizes in comments: B inputs, W windows an input, H heads, T queries, S keys, D width a head,
C channels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor, nn

from foveate.models.attention import Gate, Partition, QueryKey, Values, Weights
from foveate.models.errors import Unrecordable


@dataclass(frozen=True, slots=True, eq=False)
class QueryKeyCall:
    """One attention call of a batch: `query` (B, H, T, D), `key` (B, H or fewer, S, D).

    Under a `partition` the batch axis is windows: (B * W, ...), the windows of an input together.
    """

    module: nn.Module
    query: Tensor
    key: Tensor
    scale: float
    bias: Tensor | None = None
    causal: bool = False
    value: Tensor | None = None
    partition: Partition | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Windows of all inputs, queries and keys of each."""
        return len(self.query), self.query.shape[2], self.key.shape[2]

    @property
    def batch(self) -> int:
        """How many inputs the call is of."""
        return len(self.query) // _count(self.partition)

    def item(self, index: int) -> QueryKey:
        """The queries and keys of one item of the batch."""
        if self.partition is not None:
            return self._windows(index, self.partition)
        bias = self.bias
        if bias is not None:
            bias = bias[index if bias.shape[0] > 1 else 0]
        return QueryKey(self.query[index], self.key[index], self.scale, bias, self.causal)

    def _windows(self, index: int, partition: Partition) -> QueryKey:
        windows = _count(partition)
        mine = slice(index * windows, (index + 1) * windows)
        bias = self.bias
        if bias is not None and len(bias) > windows:  # else every input has the same one
            bias = bias[mine]
        query, key = self.query[mine], self.key[mine]
        return QueryKey(query, key, self.scale, bias, self.causal, partition)

    def only(self, index: int) -> Self:
        """The call as if that item were alone in the batch."""
        windows = _count(self.partition)
        mine = slice(index * windows, (index + 1) * windows)
        bias = self.bias
        if bias is not None and len(bias) == len(self.query):  # else it is the same for all
            bias = bias[mine]
        value = None if self.value is None else self.value[mine]
        return replace(self, query=self.query[mine], key=self.key[mine], bias=bias, value=value)

    def values(self, weight: Tensor | None, bias: Tensor | None = None) -> Values:
        """The values of the first item of the batch, and the matrix that projects their sums back.

        No matrix is for an attention whose sums go on as they are.
        """
        assert self.value is not None, "this pass was recorded without values"
        groups = self.query.shape[1] // self.value.shape[1]
        value = self.value[0].repeat_interleave(groups, 0).float()
        whole = torch.eye(value.shape[0] * value.shape[2]) if weight is None else weight
        return Values(value, whole, bias)


def _count(partition: Partition | None) -> int:
    return 1 if partition is None else len(partition.query)


@dataclass(frozen=True, slots=True, eq=False)
class WeightsCall:
    """One attention call of a batch that has no queries and keys: its weights (B, H, T, S).

    Under a `partition` the batch axis is windows, as with queries and keys.
    """

    module: nn.Module
    weights: Tensor
    partition: Partition | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Windows of all inputs, queries and keys of each."""
        return len(self.weights), self.weights.shape[2], self.weights.shape[3]

    @property
    def batch(self) -> int:
        """How many inputs the call is of."""
        return len(self.weights) // _count(self.partition)

    def item(self, index: int) -> Weights:
        """The weights of one item of the batch."""
        if self.partition is None:
            return Weights(self.weights[index])
        windows = _count(self.partition)
        return Weights(self.weights[index * windows : (index + 1) * windows], self.partition)

    def only(self, index: int) -> Self:
        """The call as if that item were alone in the batch."""
        windows = _count(self.partition)
        return replace(self, weights=self.weights[index * windows : (index + 1) * windows])


@dataclass(frozen=True, slots=True, eq=False)
class GateCall:
    """One gate of a batch as it acted, as it was computed, and the map that it multiplies.

    `gate` is (B, C, 1, 1) of channels, (B, 1, rows, columns) of places or (B, branches, C, 1, 1);
    `given`, a copy in float16, (B, C, rows, columns), or with the branches first after B.
    """

    module: nn.Module
    gate: Tensor
    computed: Tensor
    given: Tensor

    @property
    def batch(self) -> int:
        return len(self.gate)

    def item(self, index: int) -> Gate:
        """The gate of one item of the batch: what multiplied, on its one axis."""
        gate = _on_an_axis(self.gate[index])
        same = self.computed is self.gate
        given = self.given[index] if self.given.dim() == 4 else None
        return Gate(gate, None if same else _on_an_axis(self.computed[index]), given)

    def only(self, index: int) -> Self:
        """The call as if that item were alone in the batch."""
        mine = slice(index, index + 1)
        gate, given = self.gate[mine], self.given[mine]
        computed = gate if self.computed is self.gate else self.computed[mine]
        return replace(self, gate=gate, computed=computed, given=given)


def _on_an_axis(gate: Tensor) -> Tensor:
    """(C, 1, 1) or (1, rows, columns) to (1, 1, S); (branches, C, 1, 1) to (1, C, branches)."""
    if gate.dim() == 4:
        return gate.flatten(1).mT[None]
    return gate.reshape(1, 1, -1)


Call = QueryKeyCall | WeightsCall | GateCall


def check_partition(call: QueryKeyCall | WeightsCall) -> None:
    """Raises Unrecordable where a call is not divided as its partition has it."""
    windows, queries, keys = call.shape
    partition = call.partition
    if partition is None:
        return
    expected = partition.query.shape[1], partition.key.shape[1]
    if windows % len(partition.query) or (queries, keys) != expected:
        raise Unrecordable(
            f"{type(call.module).__name__} attended in {windows} windows of {queries} queries and "
            f"{keys} keys, and {len(partition.query)} of {expected[0]} and {expected[1]} were "
            "expected: this model's structure is not known."
        )
