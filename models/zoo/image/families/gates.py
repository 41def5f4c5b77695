"""Squeeze-and-excitation in convolutional networks: RegNet-Y and EfficientNet.

Hu et al. 2018 (arXiv 1709.01507): a map's mean by channel goes through two small layers, whose
sigmoid multiplies every channel. Radosavovic et al. 2020 (2003.13678); Tan and Le 2019
(1905.11946). Nothing attends to a place; what is shown are the gates. A folder that holds a
classifier has its verdict too, and the others their pooled features.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from foveate.models.axis import Crop, Grid
from foveate.models.errors import Unrecordable
from foveate.models.intervention import Intervention, Offers, OutputKind, Switches, switches
from foveate.models.network import Network
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.trace import Deferred
from foveate.models.zoo.gates import Part, drawn, gate_sites, watch
from foveate.models.zoo.hooks import hook_gate
from foveate.models.zoo.image.families.structure import Hooked

Block = tuple[str, nn.Module, Any, nn.Module]  # its name, itself, what multiplies, what gates
GATED = "A block of convolutions with a gate of its channels; what came in is added to it."
PLAIN = "A block of convolutions; what came in is added to it."


class Gates(Hooked):
    """RegNet-Y: a gate in every block."""

    def prepare(self) -> None:
        self.named = {f"{name}.channel": gate for name, _, _, gate in self.gates()}
        if not self.named:
            raise Unrecordable(
                f"This {self.config.model_type} has neither attention nor gates: it is made of "
                "convolutions alone. Choose a RegNet-Y or an EfficientNet for its channel gates."
            )
        for _, _, layer, gate in self.gates():
            hook_gate(layer, gate)
        self.parts = tuple(self._parts())
        watch(self.parts)

    @property
    def offers(self) -> Offers:
        bare: OutputKind | None = "features" if self.whole is self.model else None
        return Offers(tuple(self.named), output="classes" if self.labels else bare)

    def switches(self, asked: Intervention) -> Switches:
        return switches(asked, self.named, {})

    @property
    def cell(self) -> int:
        return 32  # of the last map

    def stem(self) -> nn.Module:
        """What makes the first map of the pixels."""
        found: nn.Module = self.model.embedder
        return found

    def blocks(self) -> Iterator[tuple[str, nn.Module]]:
        """The blocks by name, in their order."""
        for stage, part in enumerate(self.model.encoder.stages, start=1):
            for number, block in enumerate(part.layers, start=1):
                yield f"stage{stage}.{number}", block

    def gates(self) -> Iterator[Block]:
        """The blocks that have a gate, with the layer that multiplies by it and what makes it."""
        for name, block in self.blocks():
            for module in block.layer:  # type: ignore[union-attr]
                if hasattr(module, "attention"):
                    yield name, block, module, module.attention

    def _parts(self) -> Iterator[Part]:
        gated = {name for name, *_ in self.gates()}
        before = "stem"
        words = "A convolution that halves the picture."
        yield Part("stem", self.stem(), "convolution", "encoder", words, ("input",))
        for name, block in self.blocks():
            site, words = (f"{name}.channel", GATED) if name in gated else (None, PLAIN)
            yield Part(name, block, "block", "encoder", words, (before,), site=site)
            before = name

    def drawn(self, pixels: Tensor, calls: Calls) -> Network:
        return drawn(self.parts, pixels, calls)

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        return gate_sites(self.named, calls, cells.columns * self.cell)

    def outputs(self, output: Any, cells: Grid, crop: Crop) -> dict[str, Deferred]:
        """The probabilities `classes` (1, classes) of a classifier, else `features` (1, C)."""
        if self.whole is not self.model:
            return super().outputs(output, cells, crop)
        pooled = output.pooler_output.flatten(1).float()
        return {"features": Deferred(lambda: pooled, pooled.nbytes)}


class BlockGates(Gates):
    """EfficientNet: a gate in every block of its one row of blocks."""

    def stem(self) -> nn.Module:
        found: nn.Module = self.model.embeddings
        return found

    def blocks(self) -> Iterator[tuple[str, nn.Module]]:
        for number, block in enumerate(self.model.encoder.blocks, start=1):
            yield f"encoder.{number}", block

    def gates(self) -> Iterator[Block]:
        for name, block in self.blocks():
            layer: Any = block.squeeze_excite
            yield name, block, layer, layer.act_expand
