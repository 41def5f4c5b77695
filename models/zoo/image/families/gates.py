"""Squeeze-and-excitation in convolutional networks: RegNet-Y and EfficientNet.

Hu et al. 2018 (arXiv 1709.01507): a map's mean by channel goes through two small layers, whose
sigmoid multiplies every channel. Radosavovic et al. 2020 (2003.13678); Tan and Le 2019
(1905.11946). Nothing attends to a place; what is shown are the gates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn

from foveate.models.axis import Channels, Grid, Tokens
from foveate.models.errors import Unrecordable
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.zoo.hooks import hook_gate
from foveate.models.zoo.image.families.structure import Hooked


class Gates(Hooked):
    """RegNet-Y: a gate in every block."""

    def prepare(self) -> None:
        gates = [gate for _, gate in self.gates()]
        if not gates:
            raise Unrecordable(
                f"This {self.config.model_type} has neither attention nor gates: it is made of "
                "convolutions alone. Choose a RegNet-Y or an EfficientNet for its channel gates."
            )
        for gate in gates:
            hook_gate(gate)

    @property
    def cell(self) -> int:
        return 32  # of the last map

    def gates(self) -> Iterator[tuple[str, nn.Module]]:
        """Where each gate is, and the module whose output it is."""
        for stage, part in enumerate(self.model.encoder.stages, start=1):
            for block, layer in enumerate(part.layers, start=1):
                for module in layer.layer:
                    if hasattr(module, "attention"):
                        yield f"stage{stage}.{block}", module.attention

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        names = [name for name, _ in self.gates()]
        return tuple(
            Site(f"{name}.channel", "gate", n, Tokens(("image",)), Channels(held.shape[2]), held)
            for n, (name, held) in enumerate(zip(names, calls.attentions(), strict=True), start=1)
        )


class BlockGates(Gates):
    """EfficientNet: a gate in every block of its one row of blocks."""

    def gates(self) -> Iterator[tuple[str, nn.Module]]:
        for number, block in enumerate(self.model.encoder.blocks, start=1):
            yield f"encoder.{number}", block.squeeze_excite.act_expand
