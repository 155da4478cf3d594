"""Sums: a class is represented by the elementwise sum of its examples' embeddings.

    distance to class w = d(f(query), sum over examples x_i of class w of f(x_i))

Sung, Yang, Zhang, Xiang, Torr & Hospedales, "Learning to Compare: Relation Network for Few-Shot
Learning", CVPR 2018, section 3.2 (K-shot): feature maps are summed before the relation module.
Choose it for a learned metric, which can adapt to sums; for a fixed one use `prototype`.
"""

from __future__ import annotations

from typing import final

from gemel.readers.reader import AnyMetric, Reader
from gemel.shapes import ClassDistances, EmbeddingSets, SupportLabels


@final
class SumReader(Reader):
    """The metric's distance of each query to each sum.

    >>> import torch
    >>> from gemel.metrics import METRICS
    >>> support, support_labels = torch.tensor([[[0.0, 2.0], [4.0, 0.0]]]), torch.ones(1, 2, 1)
    >>> query = torch.tensor([[[4.0, 5.0]]])
    >>> SumReader(2)(METRICS["euclidean"](2), support, support_labels, query).tolist()
    [[[3.0]]]
    """

    def forward(
        self,
        metric: AnyMetric,
        support: EmbeddingSets,
        support_labels: SupportLabels,
        query: EmbeddingSets,
    ) -> ClassDistances:
        return metric(query, support_labels.transpose(1, 2) @ support)
