"""The arrays that cross a door in the torch-free rooms, each named once.

Shapes are in the names of the axes: n items, d numbers of an embedding, r rows, m columns.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""A packed item or a batch of them, in the input's own dtype; an image is (c, h, w) uint8."""

Pixels: TypeAlias = NDArray[np.uint8]
"""(channels, height, width), 0 black, 255 white."""

Indices: TypeAlias = NDArray[np.int64]
"""(n,) positions of items in a dataset or of rows in a batch."""

Codes: TypeAlias = NDArray[np.int64]
"""(n,) a label or group per item, as a position in the list of names."""

Same: TypeAlias = NDArray[np.bool_]
"""True for a matching pair."""

Distances: TypeAlias = NDArray[np.float32]
"""Smaller is nearer. A learned score's distance is its negative logit."""

Embeddings: TypeAlias = NDArray[np.float32]
"""(n, d) one row per item."""

Floats: TypeAlias = NDArray[np.float64]
"""Numbers that are computed with, not stored: rates, weights, probabilities."""
