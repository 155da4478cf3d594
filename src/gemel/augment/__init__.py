"""Augmentation on whole batches of pictures in 0–1."""

from __future__ import annotations

from gemel.augment.affine import AffineRange
from gemel.augment.pipeline import Augment

__all__ = ["AffineRange", "Augment"]
