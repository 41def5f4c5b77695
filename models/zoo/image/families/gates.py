"""Squeeze-and-excitation in convolutional networks: RegNet-Y and EfficientNet.

Hu et al. 2018 (arXiv 1709.01507): a map's mean by channel goes through two small layers, whose
sigmoid multiplies every channel. Radosavovic et al. 2020 (2003.13678); Tan and Le 2019
(1905.11946). Nothing attends to a place; what is shown are the gates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn

from foveate.models.axis import Crop, Grid
from foveate.models.errors import Unrecordable
from foveate.models.intervention import Intervention, Offers, Switches, switches
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.trace import Deferred
from foveate.models.zoo.gates import gate_sites
from foveate.models.zoo.hooks import hook_gate
from foveate.models.zoo.image.families.structure import Hooked


class Gates(Hooked):
    """RegNet-Y: a gate in every block."""

    def prepare(self) -> None:
        self.named = {f"{name}.channel": gate for name, _, gate in self.gates()}
        if not self.named:
            raise Unrecordable(
                f"This {self.config.model_type} has neither attention nor gates: it is made of "
                "convolutions alone. Choose a RegNet-Y or an EfficientNet for its channel gates."
            )
        for _, layer, gate in self.gates():
            hook_gate(layer, gate)

    @property
    def offers(self) -> Offers:
        return Offers(tuple(self.named), output="features")

    def switches(self, asked: Intervention) -> Switches:
        return switches(asked, self.named, {})

    @property
    def cell(self) -> int:
        return 32  # of the last map

    def gates(self) -> Iterator[tuple[str, Any, nn.Module]]:
        """Where each gate is, the layer that multiplies by it, and the module that makes it."""
        for stage, part in enumerate(self.model.encoder.stages, start=1):
            for block, layer in enumerate(part.layers, start=1):
                for module in layer.layer:
                    if hasattr(module, "attention"):
                        yield f"stage{stage}.{block}", module, module.attention

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        return gate_sites(self.named, calls, cells.columns * self.cell)

    def outputs(self, output: Any, cells: Grid, crop: Crop) -> dict[str, Deferred]:
        """The pooled features (1, C)."""
        pooled = output.pooler_output.flatten(1).float()
        return {"features": Deferred(lambda: pooled, pooled.nbytes)}


class BlockGates(Gates):
    """EfficientNet: a gate in every block of its one row of blocks."""

    def gates(self) -> Iterator[tuple[str, Any, nn.Module]]:
        for number, block in enumerate(self.model.encoder.blocks, start=1):
            yield f"encoder.{number}", block.squeeze_excite, block.squeeze_excite.act_expand
