"""Augmentation on whole batches of sequences: time, size, turn and noise.

Um et al., "Data augmentation of wearable sensor data for Parkinson's disease monitoring using
convolutional neural networks", ICMI 2017 (jitter, scaling, rotation, time-warping, cropping).
Differs from the paper: one smooth wave warps time, in place of a spline through random speeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import final

import torch
from torch import Tensor

from gemel.shapes import Frames, Items, Lengths

TURNED = (("x", "y"), ("velocity:x", "velocity:y"), ("acceleration:x", "acceleration:y"))
"""Channels that turn together; so do the cosine and the sine of a direction."""
DIRECTION = ("direction-cosine", "direction-sine")


@final
@dataclass(frozen=True)
class SeriesAugment:
    """What may change about a sequence without changing who or what it is; off unless said.

    `warp` moves a moment by up to this share of the length; `crop` cuts up to this share off and
    stretches the rest; `scale` sizes every channel up or down by up to this share, `jitter` adds
    noise of this share of a channel's deviation, `rotation` turns pen traces by so many degrees.

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
            values = self._turned(values, generator)
        if self.scale:
            drawn = torch.rand(len(values), 1, values.shape[2], generator=generator) * 2 - 1
            values = values * (1 + self.scale * drawn.to(values))
        inside = torch.arange(values.shape[1], device=values.device) < lengths[:, None]
        own = inside[..., None].to(values)
        if self.jitter:
            noise = torch.randn(values.shape, generator=generator).to(values)
            values = values + self.jitter * noise * _deviation(values, own)
        return values * own, lengths

    def _turned(self, values: Frames, generator: torch.Generator) -> Frames:
        drawn = torch.rand(len(values), 1, generator=generator) * 2 - 1
        angle = (drawn * radians(self.rotation)).to(values)
        values = values.clone()
        for across, up in (*TURNED, DIRECTION):
            if across in self.channels and up in self.channels:
                x, y = self.channels.index(across), self.channels.index(up)
                first = values[..., x] * angle.cos() - values[..., y] * angle.sin()
                second = values[..., x] * angle.sin() + values[..., y] * angle.cos()
                values[..., x], values[..., y] = first, second
        return values


def _deviation(values: Frames, own: Frames) -> Tensor:
    """(n, 1, channels) of each item's own samples; `own` (n, t, 1) is 0 behind its end."""
    count = own.sum(1, keepdim=True)
    centred = (values - (values * own).sum(1, keepdim=True) / count) * own
    return (centred.square().sum(1, keepdim=True) / (count - 1).clamp(min=1)).sqrt()


def warped(
    values: Frames, lengths: Lengths, extent: tuple[float, float], generator: torch.Generator
) -> Frames:
    """Each item read along its own bent time, as long as before; `extent` is (warp, crop)."""
    count, longest, _ = values.shape
    warp, crop = extent

    def drawn() -> Tensor:
        return torch.rand(count, 1, generator=generator).to(values)

    last = (lengths[:, None] - 1).to(values)
    moment = (torch.arange(longest, device=values.device) / last.clamp(min=1)).clamp(max=1)
    waves = torch.randint(1, 4, (count, 1), generator=generator).to(values)
    # A wave of this height has a slope of pi times `warp` at most, for any number of waves: below a
    # warp of 0.3, which recipes may ask for, time never runs back.
    height = (2 * drawn() - 1) * warp / waves
    moment = moment + height * torch.sin(torch.pi * waves * moment)
    kept = 1 - crop * drawn()
    place = ((1 - kept) * drawn() + kept * moment).clamp(0, 1) * last
    below = place.floor().long()
    share = (place - below)[..., None]
    index = below[..., None].expand(-1, -1, values.shape[2])
    above = (index + 1).clamp(max=longest - 1)
    return values.gather(1, index) * (1 - share) + values.gather(1, above) * share
