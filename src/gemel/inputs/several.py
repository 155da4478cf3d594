"""Refuse one item where several are taken."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from gemel.arrays import Array
from gemel.errors import ItemError
from gemel.inputs import ImageInput, Input, Raw, SeriesInput, TextInput
from gemel.inputs.series import is_table


def several(items: Iterable[Raw], input: Input) -> Iterable[Raw]:
    """Returns the items; raises `ItemError` for one item, which could be iterated over by mistake.

    >>> from gemel.inputs import ImageInput
    >>> stack = np.zeros((2, 8, 8), np.uint8)
    >>> several(stack, ImageInput(height=8, width=8, channels=1)) is stack
    True
    """
    table = is_table(items)
    if table and not isinstance(input, SeriesInput):
        raise ItemError("embed takes several items, got a table: pass the column that holds them")
    one = table or isinstance(items, str | bytes | Path | Image.Image)
    if one or (isinstance(items, np.ndarray) and _is_one(items, input)):
        raise ItemError("embed takes several items, got one: write it in brackets, as [item]")
    if not isinstance(items, Iterable):
        raise ItemError(f"embed takes several items, as a list of them, got {items!r}")
    return items


def _is_one(items: Array, input: Input) -> bool:
    if items.ndim == 0:
        return True
    if items.dtype.kind in "OSU":  # a column of paths or texts, or arrays of different shapes
        return False
    match input:
        case ImageInput():
            return items.ndim < 3 or (items.ndim == 3 and items.shape[-1] in (1, 3, 4))
        case SeriesInput():
            # The rows of a table are sequences where each has one column, and else samples of one.
            samples = items.ndim == 2 and (len(input.columns) > 1 or items.shape[-1] == 1)
            return items.ndim < 2 or samples
        case TextInput():
            return False
