"""Arrays as nested lists of the shortest decimals that are the same float32 again."""

from __future__ import annotations

from typing import Annotated, Any, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator
from torch import Tensor


def numbers(array: NDArray[np.float32] | Tensor) -> list[Any]:
    """Nested lists of the shortest decimals that are the same float32 again."""
    values = array.numpy() if isinstance(array, Tensor) else array
    flat = [float(str(value)) for value in values.astype(np.float32).ravel()]
    nested: Any = np.array(flat, dtype=np.float64).reshape(values.shape).tolist()
    return cast(list[Any], nested)


def _listed(found: object) -> object:
    return numbers(found) if isinstance(found, np.ndarray | Tensor) else found


Row = Annotated[list[float], BeforeValidator(_listed)]
Matrix = Annotated[list[list[float]], BeforeValidator(_listed)]
