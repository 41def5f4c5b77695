"""What lies near a word in a table of embeddings (Mikolov et al. 2013, arXiv 1301.3781).

Near by direction: the cosine of two rows, 1 where they point the same way, whatever their lengths.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def neighbours(table: Tensor, ids: Sequence[int], top: int) -> tuple[Tensor, Tensor]:
    """The `top` other rows of a table (V, E) with the largest cosines: ids and cosines (T, top).

    A row of zeros has the cosine 0 with all others.
    """
    asked = torch.tensor(ids)
    lengths = torch.linalg.vector_norm(table, dim=1, dtype=torch.float32).clamp(min=1e-12)  # (V,)
    products = table[asked].float() @ table.float().mT  # (T, E) x (V, E) -> (T, V)
    cosines = products / lengths / lengths[asked, None]
    cosines[torch.arange(len(ids)), asked] = float("-inf")  # itself
    found = cosines.topk(min(top, len(table) - 1))
    return found.indices, found.values
