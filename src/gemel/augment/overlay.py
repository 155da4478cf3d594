"""Overlay one drawing on another: compound characters, as additional labels to train on."""

from __future__ import annotations

import torch

from gemel.shapes import Images, Positions


def overlay(images: Images, over: Positions) -> Images:
    """Picture i with picture over[i] of the batch laid over it; over[i] = i leaves it unchanged.

    Each pixel comes from the picture in which it differs more from the background, so ink may be
    dark or light.

    >>> pictures = torch.ones(2, 1, 3, 3)
    >>> pictures[0, 0, 1, 1] = 0
    >>> overlay(pictures, torch.tensor([0, 0]))[1, 0, 1, 1].item()
    0.0
    """
    above = images[over]
    return torch.where(_ink(above) > _ink(images), above, images)


def _ink(images: Images) -> Images:
    """(n, 1, h, w) absolute difference from the background, the mean of the picture's corners."""
    corners = images[..., :: images.shape[-2] - 1, :: images.shape[-1] - 1]
    return (images - corners.mean((-2, -1), keepdim=True)).abs().amax(1, keepdim=True)
