"""One drawing laid over another: new characters made of two, for as many labels as one wants."""

from __future__ import annotations

import torch

from gemel.shapes import Images, Positions


def overlay(images: Images, over: Positions) -> Images:
    """Each picture with picture over[i] of the batch on it; over[i] = i leaves it as it is.

    What stands out more from its own picture's border is seen, so ink may be dark or light.

    >>> pictures = torch.ones(2, 1, 3, 3)
    >>> pictures[0, 0, 1, 1] = 0
    >>> overlay(pictures, torch.tensor([0, 0]))[1, 0, 1, 1].item()
    0.0
    """
    above = images[over]
    return torch.where(_ink(above) > _ink(images), above, images)


def _ink(images: Images) -> Images:
    """(n, 1, h, w) how far each pixel is from the mean of its picture's corners."""
    corners = images[..., :: images.shape[-2] - 1, :: images.shape[-1] - 1]
    return (images - corners.mean((-2, -1), keepdim=True)).abs().amax(1, keepdim=True)
