"""Losses: modules from distances and `same` to a scalar.

To add one, register it in `LOSSES`, and its settings in `recipe/losses.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from gemel.losses.binary_cross_entropy import BinaryCrossEntropyLoss
from gemel.losses.contrastive import ContrastiveLoss
from gemel.losses.distance_ratio import DistanceRatioLoss
from gemel.losses.exponential import ExponentialLoss
from gemel.losses.graded import GradedLoss
from gemel.losses.hinge import HingeLoss
from gemel.losses.loss import Loss
from gemel.losses.pytorch_metric_learning import PytorchMetricLearningLoss
from gemel.losses.softmax import SoftmaxLoss
from gemel.losses.squared_error import SquaredErrorLoss
from gemel.losses.triplet import TripletLoss

LOSSES: dict[str, Callable[..., Loss]] = {
    "binary-cross-entropy": BinaryCrossEntropyLoss,
    "contrastive": ContrastiveLoss,
    "distance-ratio": DistanceRatioLoss,
    "exponential": ExponentialLoss,
    "hinge": HingeLoss,
    "graded": GradedLoss,
    "pytorch-metric-learning": PytorchMetricLearningLoss,
    "softmax": SoftmaxLoss,
    "squared-error": SquaredErrorLoss,
    "triplet": TripletLoss,
}

__all__ = ["LOSSES", "Loss"]
