"""Augmentation on whole batches of pictures in 0–1, or of series."""

from __future__ import annotations

from gemel.augment.affine import AffineRange
from gemel.augment.pipeline import Augment
from gemel.augment.series import SeriesAugment

__all__ = ["AffineRange", "Augment", "SeriesAugment"]
