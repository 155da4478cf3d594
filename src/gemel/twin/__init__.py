"""The twin: encoders, how the two sides share them (the tie), and the metric that compares them.

    shared     Siamese: one encoder for both sides
    separate   pseudo-Siamese: an encoder for each side
    joint      2-channel: a pair is encoded as one item, so items have no embeddings

Bromley et al. 1993; Zagoruyko & Komodakis, "Learning to Compare Image Patches via Convolutional
Neural Networks", CVPR 2015, section 3.
"""

from __future__ import annotations

from gemel.twin.in_use import in_use, views_of
from gemel.twin.joint import JointTwin, stacked
from gemel.twin.separate import SeparateTwin
from gemel.twin.shared import Episode, SharedTwin
from gemel.twin.twin import EmbeddingTwin, Twin, check_margin

__all__ = [
    "EmbeddingTwin",
    "Episode",
    "JointTwin",
    "SeparateTwin",
    "SharedTwin",
    "Twin",
    "check_margin",
    "in_use",
    "stacked",
    "views_of",
]
