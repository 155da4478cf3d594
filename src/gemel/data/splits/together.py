"""Find items that must stay together in a split: those of one label or of equal content."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Codes, Indices
from gemel.functional.components import components


def together(*keys: Codes) -> Codes:
    """(n,) connected components of items that share any key, such as a label or a content."""
    n = len(keys[0])
    edges = [_to_first(key) for key in keys]
    here = np.concatenate([np.flatnonzero(first != np.arange(n)) for first in edges])
    there = np.concatenate([first[first != np.arange(n)] for first in edges])
    return components(n, here, there)


def content_codes(digests: NDArray[np.uint8]) -> Codes:
    """(n,) a code per item, equal for equal rows of `digests` (n, 16)."""
    rows = np.ascontiguousarray(digests).view(f"V{digests.shape[1]}").ravel()
    return np.unique(rows, return_inverse=True)[1].astype(np.int64)


def _to_first(key: Codes) -> Indices:
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first[inverse]
