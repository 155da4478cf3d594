"""Augmentation of whole batches: pictures in 0–1, or sequences."""

from __future__ import annotations

from gemel.augment.affine import AffineRange
from gemel.augment.overlay import overlay
from gemel.augment.pipeline import Augment
from gemel.augment.series import SeriesAugment
from gemel.augment.warp import Warp

__all__ = ["AffineRange", "Augment", "SeriesAugment", "Warp", "overlay"]
