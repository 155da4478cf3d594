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


def parts_over(
    frames: Frames, lengths: Lengths, parts: Lengths, most: int
) -> Float[Tensor, "n {most} _"]:
    """(n, most, width) the mean of the frames in each of the `parts` (n,) of a sequence, else 0.

    The parts of a sequence are equally long. A frame that straddles two counts in each in
    proportion to its overlap, so even items with fewer frames than parts fill all of them.

    >>> frames = torch.tensor([[[1.0], [2.0], [6.0], [9.0]]])
    >>> parts_over(frames, torch.tensor([4]), torch.tensor([2]), most=3).tolist()
    [[[1.5], [7.5], [0.0]]]
    """
    steps = torch.arange(frames.shape[1], device=frames.device)
    begins = steps / lengths[:, None]
    ends = ((steps + 1) / lengths[:, None]).clamp(max=1)
    edges = (torch.arange(most + 1, device=frames.device) / parts[:, None]).clamp(max=1)
    inside = torch.minimum(ends[:, None], edges[:, 1:, None])
    inside = inside - torch.maximum(begins[:, None], edges[:, :-1, None])
    return (inside.clamp(min=0) * parts[:, None, None]).to(frames.dtype) @ frames
