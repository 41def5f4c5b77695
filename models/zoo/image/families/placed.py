"""Vision transformers that add a learned embedding of its position to every patch.

Dosovitskiy et al. 2021, equation 1: z0 = [class; x1 E; ...; xN E] + E_pos. Attention itself knows
no order (Vaswani et al. 2017, section 3.5): without E_pos the patches are a bag. Axis sizes in
comments: B photos, N patches, D width of a token.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from foveate.models.axis import Crop, Grid
from foveate.models.errors import InputError
from foveate.models.intervention import Intervention, Offers, OutputKind, Switches
from foveate.models.recording import record_positions
from foveate.models.trace import Deferred
from foveate.models.zoo.embedding import EmbeddedPatch
from foveate.models.zoo.image.families.structure import Structure


class Placed(Structure):
    """Positions that an intervention may shuffle or remove, and embeddings that can be looked at.

    What comes out, and can be compared, are a classifier's classes, else the class token.
    """

    def prepare(self) -> None:
        self.embeddings = self.model.embeddings
        self.plain = self.embeddings.interpolate_pos_encoding
        counts = self.embeddings.patch_embeddings.num_patches
        self.beside = self.embeddings.position_embeddings.shape[1] - counts  # of no patch
        self.embeddings.interpolate_pos_encoding = self._placed

    def _placed(self, *given: Any) -> Tensor:
        """In the place of transformers' own: what it gives, as the recording has it."""
        return record_positions(self.plain(*given), self.beside)

    @property
    def offers(self) -> Offers:
        bare: OutputKind | None = "features" if self.whole is self.model else None
        return Offers(positions=True, output="classes" if self.labels else bare)

    def switches(self, asked: Intervention) -> Switches:
        return Switches(positions=asked.positions)

    def outputs(self, output: Any, cells: Grid, crop: Crop) -> dict[str, Deferred]:
        if self.whole is not self.model:
            return super().outputs(output, cells, crop)
        token = output.last_hidden_state[:1, 0].detach().float()  # (1, D)
        return {"features": Deferred(lambda: token, token.nbytes)}

    def embedded(
        self, pixels: Tensor, cells: Grid, patch: tuple[int, int], channel: int
    ) -> EmbeddedPatch:
        projection, (row, column) = self.embeddings.patch_embeddings.projection, patch
        width = len(projection.weight)
        _check(patch, cells, channel, width)
        top, left = row * cells.patch_size, column * cells.patch_size
        square = pixels[0, :, top : top + cells.patch_size, left : left + cells.patch_size]
        positions = self._positions(pixels, cells)[self.beside :]  # (N, D)
        here = positions[row * cells.columns + column]
        alike = F.cosine_similarity(positions.float(), here.float()[None], dim=-1)
        return EmbeddedPatch(
            square.float(),
            projection.weight[channel].float(),
            float(projection.bias[channel]),
            F.linear(square.flatten(), projection.weight.flatten(1), projection.bias).float(),
            here.float(),
            alike.view(cells.rows, cells.columns),
        )

    def _positions(self, pixels: Tensor, cells: Grid) -> Tensor:
        """The position embeddings as a photo of that size has them, (beside + N, D)."""
        like = self.embeddings.position_embeddings
        tokens = like.new_empty(1, 1, like.shape[-1]).expand(-1, self.beside + cells.size, -1)
        found: Tensor = self.plain(tokens, *pixels.shape[-2:])[0]
        return found


def _check(patch: tuple[int, int], cells: Grid, channel: int, width: int) -> None:
    """Raises InputError for a patch or a channel that is not there."""
    row, column = patch
    if not (0 <= row < cells.rows and 0 <= column < cells.columns):
        raise InputError(
            f"patch {row},{column} is outside the grid: give row,column from 0,0 to "
            f"{cells.rows - 1},{cells.columns - 1}.",
            "query",
        )
    if not 0 <= channel < width:
        raise InputError(
            f"channel {channel} is not in a token: give one from 0 to {width - 1}.", "channel"
        )
