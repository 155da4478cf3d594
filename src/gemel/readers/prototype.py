"""Prototypes: a class is represented by the mean of its examples' embeddings.

    c_w = mean over examples x_i of class w of f(x_i),     distance to class w = d(f(query), c_w)

Snell, Swersky & Zemel, "Prototypical Networks for Few-shot Learning", NIPS 2017, eq. 1; the softmax
loss at temperature 1 on these distances gives their eq. 2.
Differs from the paper: any metric may replace the squared Euclidean distance.
"""

from __future__ import annotations

from typing import final

from gemel.readers.reader import AnyMetric, Reader
from gemel.shapes import ClassDistances, EmbeddingSets, SupportLabels


def prototypes(support: EmbeddingSets, support_labels: SupportLabels) -> EmbeddingSets:
    """(b, n, d) examples with labels (b, n, w) to (b, w, d); every class must have an example.

    >>> import torch
    >>> support, support_labels = torch.tensor([[[0.0, 2.0], [4.0, 0.0]]]), torch.ones(1, 2, 1)
    >>> prototypes(support, support_labels).tolist()
    [[[2.0, 1.0]]]
    """
    shares = support_labels / support_labels.sum(1, keepdim=True)
    return shares.transpose(1, 2) @ support


@final
class PrototypeReader(Reader):
    """The metric's distance of each query to each prototype.

    >>> import torch
    >>> from gemel.metrics import METRICS
    >>> support, support_labels = torch.tensor([[[0.0, 2.0], [4.0, 0.0]]]), torch.ones(1, 2, 1)
    >>> query = torch.tensor([[[2.0, 4.0]]])
    >>> PrototypeReader(2)(METRICS["euclidean"](2), support, support_labels, query).tolist()
    [[[3.0]]]
    """

    def forward(
        self,
        metric: AnyMetric,
        support: EmbeddingSets,
        support_labels: SupportLabels,
        query: EmbeddingSets,
    ) -> ClassDistances:
        return metric(query, prototypes(support, support_labels))
