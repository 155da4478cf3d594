"""Augmentation of batches of sequences: time warp, crop, rotation, scale and jitter.

Um et al., "Data augmentation of wearable sensor data for Parkinson's disease monitoring using
convolutional neural networks", ICMI 2017 (jitter, scaling, rotation, time-warping, cropping).
Differs from the paper: time is warped by a sine wave instead of a spline through random speeds, and
scaling keeps a channel's mean, which a sensor's zero may put far from its variation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import final

import torch
from torch import Tensor

from gemel.shapes import Frames, Items, Lengths

TURNED = (
    ("x", "y"),
    ("velocity:x", "velocity:y"),
    ("acceleration:x", "acceleration:y"),
    ("direction-cosine", "direction-sine"),
)
"""Pairs of channels that are the components of a vector in the plane."""


@final
@dataclass(frozen=True)
class SeriesAugment:
    """Time warp, crop, rotation, scale and jitter, in this order; all off by default.

    `warp` is the largest displacement in time, as a share of the length. `crop` removes up to this
    share of the length and stretches the rest. `rotation` rotates pen traces by up to ± this many
    degrees, in those of `channels` that are components of a vector. `scale` stretches each channel
    of an item about its mean, by 1 ± up to this share. `jitter` is the standard deviation of added
    noise, as a share of the channel's own.

    >>> untouched = SeriesAugment()
    >>> items = (torch.rand(2, 8, 1), torch.tensor([8, 8]))
    >>> bool((untouched(items, torch.Generator())[0] == items[0]).all())
    True
    """

    warp: float = 0.0
    crop: float = 0.0
    scale: float = 0.0
    jitter: float = 0.0
    rotation: float = 0.0
    channels: tuple[str, ...] = ()

    def __call__(self, items: Items, generator: torch.Generator) -> Items:
        values, lengths = items
        if self.warp or self.crop:
            values = warped(values, lengths, (self.warp, self.crop), generator)
        if self.rotation:
            values = self._rotated(values, generator)
        inside = torch.arange(values.shape[1], device=values.device) < lengths[:, None]
        mask = inside[..., None].to(values)
        if self.scale:
            drawn = torch.rand(len(values), 1, values.shape[2], generator=generator) * 2 - 1
            mean = _mean(values, mask)
            values = mean + (values - mean) * (1 + self.scale * drawn.to(values))
        if self.jitter:
            noise = torch.randn(values.shape, generator=generator).to(values)
            values = values + self.jitter * noise * _deviation(values, mask)
        return values * mask, lengths

    def _rotated(self, values: Frames, generator: torch.Generator) -> Frames:
        drawn = torch.rand(len(values), 1, generator=generator) * 2 - 1
        angle = (drawn * radians(self.rotation)).to(values)
        values = values.clone()
        for pair in TURNED:
            if set(pair) <= set(self.channels):
                x, y = map(self.channels.index, pair)
                first = values[..., x] * angle.cos() - values[..., y] * angle.sin()
                second = values[..., x] * angle.sin() + values[..., y] * angle.cos()
                values[..., x], values[..., y] = first, second
        return values


def _mean(values: Frames, mask: Frames) -> Tensor:
    """(n, 1, channels) mean over the samples where `mask` (n, t, 1) is 1."""
    return (values * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True)


def _deviation(values: Frames, mask: Frames) -> Tensor:
    """(n, 1, channels) standard deviation over the samples where `mask` (n, t, 1) is 1."""
    squares = ((values - _mean(values, mask)) * mask).square().sum(1, keepdim=True)
    return (squares / (mask.sum(1, keepdim=True) - 1).clamp(min=1)).sqrt()


def warped(
    values: Frames, lengths: Lengths, extent: tuple[float, float], generator: torch.Generator
) -> Frames:
    """Resample each item along a random warp and crop of its time axis; lengths are kept.

    `extent` is (warp, crop) of `SeriesAugment`.
    """
    count, longest, _ = values.shape
    warp, crop = extent

    def drawn() -> Tensor:
        return torch.rand(count, 1, generator=generator).to(values)

    last = (lengths[:, None] - 1).to(values)
    moment = (torch.arange(longest, device=values.device) / last.clamp(min=1)).clamp(max=1)
    waves = torch.randint(1, 4, (count, 1), generator=generator).to(values)
    # The slope of the wave is at most pi * warp, whatever the number of half-waves, so time stays
    # monotone for the warps below 0.3 that recipes allow.
    amplitude = (2 * drawn() - 1) * warp / waves
    moment = moment + amplitude * torch.sin(torch.pi * waves * moment)
    kept = 1 - crop * drawn()
    position = ((1 - kept) * drawn() + kept * moment).clamp(0, 1) * last
    below = position.floor().long()
    weight = (position - below)[..., None]
    index = below[..., None].expand(-1, -1, values.shape[2])
    above = (index + 1).clamp(max=longest - 1)
    return values.gather(1, index) * (1 - weight) + values.gather(1, above) * weight
