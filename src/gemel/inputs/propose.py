"""`auto` for pictures: propose an input from a sample of the dataset."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from math import ceil, floor, log, sqrt

import numpy as np

from gemel.errors import ItemError
from gemel.inputs.decode import decode, in_fact_grey, upright_size
from gemel.inputs.image import LARGEST_SIDE, ImageInput
from gemel.inputs.raw import Raw

STEP = 8
"""Sides of reduced pictures are multiples of this, so that they can be halved by pooling."""


def propose_image_input(sample: Iterable[Raw], most_pixels: int = 64 * 64) -> ImageInput:
    """An input with the median aspect and area of the sample, reduced to at most `most_pixels`.

    Small pictures keep their size (8×8 digits stay 8×8). One channel if all sampled pictures are
    grey, also when stored as RGB. Unreadable pictures are skipped; if none can be read, the
    ItemError of the first is raised.

    >>> import numpy as np
    >>> propose_image_input([np.zeros((28, 28), np.uint8)]).shape
    (1, 28, 28)
    """
    sizes: list[tuple[int, int]] = []
    grey = True
    unreadable: list[ItemError] = []
    for raw in sample:
        try:
            if grey:
                image = decode(raw)
                grey = in_fact_grey(image).mode == "L"
                sizes.append(image.size)
            else:  # the pixels tell nothing more
                sizes.append(upright_size(raw))
        except ItemError as error:
            unreadable.append(error)
    if not sizes:
        raise unreadable[0] if unreadable else ItemError("there is no picture to look at")
    width, height = (min(side, LARGEST_SIDE) for side in proposed_size(sizes, most_pixels))
    return ImageInput(height=height, width=width, channels=1 if grey else 3)


def proposed_size(sizes: list[tuple[int, int]], most_pixels: int) -> tuple[int, int]:
    """(width, height) for pictures of the given sizes, each (width, height)."""
    widths, heights = np.array(sizes, float).T
    aspect = float(np.median(widths / heights))
    area = float(np.median(widths * heights))
    if area <= most_pixels:
        return max(1, round(sqrt(area * aspect))), max(1, round(sqrt(area / aspect)))
    return _reduced(aspect, most_pixels)


def _reduced(aspect: float, most_pixels: int) -> tuple[int, int]:
    candidates = [
        (width, height)
        for width, height in product(
            _multiples_near(sqrt(most_pixels * aspect)), _multiples_near(sqrt(most_pixels / aspect))
        )
        if width * height <= most_pixels
    ]
    if not candidates:  # so elongated that the short side would be below one step
        long = max(STEP, most_pixels // STEP // STEP * STEP)
        return (long, STEP) if aspect > 1 else (STEP, long)
    return min(
        candidates, key=lambda size: (abs(log(size[0] / size[1] / aspect)), -size[0] * size[1])
    )


def _multiples_near(side: float) -> set[int]:
    return {max(STEP, floor(side / STEP) * STEP), max(STEP, ceil(side / STEP) * STEP)}
