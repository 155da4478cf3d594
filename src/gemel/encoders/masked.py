"""Pooling over the steps of padded sequences, ignoring the padding."""

from __future__ import annotations

from typing import Literal, TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor

from gemel.shapes import Frames, Lengths

Pooling: TypeAlias = Literal["mean", "first", "max"]


def mask(frames: Frames, lengths: Lengths) -> Float[Tensor, "n t 1"]:
    """1 for each step of a sequence, 0 for padding."""
    steps = torch.arange(frames.shape[1], device=frames.device)
    return (steps[None] < lengths[:, None])[..., None].to(frames.dtype)


def mean_over(frames: Frames, lengths: Lengths) -> Float[Tensor, "n _"]:
    """The mean over each sequence's frames, without padding.

    >>> frames = torch.tensor([[[1.0], [3.0], [9.0]]])
    >>> mean_over(frames, torch.tensor([2])).item()
    2.0
    """
    return (frames * mask(frames, lengths)).sum(1) / lengths[:, None].to(frames.dtype)


def max_over(frames: Frames, lengths: Lengths) -> Float[Tensor, "n _"]:
    """The elementwise maximum over each sequence's frames, without padding."""
    lowest = torch.finfo(frames.dtype).min
    return frames.masked_fill(mask(frames, lengths) == 0, lowest).amax(1)


def pooled(frames: Frames, lengths: Lengths, pooling: Pooling) -> Float[Tensor, "n _"]:
    """One vector for each sequence."""
    match pooling:
        case "mean":
            return mean_over(frames, lengths)
        case "first":
            return frames[:, 0]
        case "max":
            return max_over(frames, lengths)
