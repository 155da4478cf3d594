"""Metrics: modules that map two embeddings to a distance.

To add one, register it in `METRICS`, and its settings in `recipe/network.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from gemel.metrics.alignment import AlignmentMetric
from gemel.metrics.attentive import AttentiveMetric
from gemel.metrics.cosine import CosineMetric
from gemel.metrics.decision import DecisionMetric
from gemel.metrics.euclidean import EuclideanMetric
from gemel.metrics.manhattan import ManhattanMetric
from gemel.metrics.metric import Metric
from gemel.metrics.relation import RelationMetric
from gemel.metrics.second_look import SecondLookMetric
from gemel.metrics.squared_euclidean import SquaredEuclideanMetric
from gemel.metrics.views import ViewsMetric
from gemel.metrics.warping import WarpingMetric
from gemel.metrics.weighted_l1 import WeightedL1Metric

METRICS: dict[str, Callable[..., Metric]] = {
    "alignment": AlignmentMetric,
    "attentive": AttentiveMetric,
    "cosine": CosineMetric,
    "decision": DecisionMetric,
    "euclidean": EuclideanMetric,
    "manhattan": ManhattanMetric,
    "relation": RelationMetric,
    "second-look": SecondLookMetric,
    "squared-euclidean": SquaredEuclideanMetric,
    "views": ViewsMetric,
    "warping": WarpingMetric,
    "weighted-l1": WeightedL1Metric,
}

__all__ = ["METRICS", "Metric"]
