"""Gabor wavelets: plane waves under a Gaussian, as fixed filters of pictures."""

from __future__ import annotations

from math import pi
from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gemel.shapes import Images

WIDTH = 0.34
"""Standard deviation of a wavelet's Gaussian, in wavelengths: a bandwidth of about 1.5 octaves."""
TINY = 1e-6


@final
class Wavelets(nn.Module):
    """Gabor wavelets of one wavelength: (n, 1, h, w) to (n, directions, h, w)."""

    kernels: Tensor

    def __init__(self, wavelength: float, directions: int) -> None:
        super().__init__()
        self.reach = max(1, round(2.5 * WIDTH * wavelength))
        along = torch.arange(-self.reach, self.reach + 1.0)
        y, x = torch.meshgrid(along, along, indexing="ij")
        gaussian = torch.exp(-(x.square() + y.square()) / (2 * (WIDTH * wavelength) ** 2))
        kernels = []
        for number in range(directions):
            angle = torch.tensor(pi * number / directions)
            phase = 2 * pi / wavelength * (x * angle.cos() + y * angle.sin())
            even = phase.cos() * gaussian
            even = even - gaussian * (even.sum() / gaussian.sum())  # zero mean: ignores brightness
            odd = phase.sin() * gaussian
            kernels += [even / even.norm(), odd / odd.norm()]
        self.register_buffer("kernels", torch.stack(kernels)[:, None], persistent=False)

    def forward(self, pictures: Images) -> Tensor:
        """Square roots of the magnitudes, which keeps strong edges from dominating."""
        padded = F.pad(pictures, (self.reach,) * 4, mode="replicate")
        responses = F.conv2d(padded, self.kernels)
        even, odd = responses[:, 0::2], responses[:, 1::2]
        return (even.square() + odd.square() + TINY) ** 0.25
