"""Matching network: a query attends to all examples; a class scores the attention of its examples.

    a(query, x_i) = softmax over i of -d(f(query), f(x_i)) / t
    distance to class w = -log( sum over examples x_i of class w of a(query, x_i) )

Vinyals, Blundell, Lillicrap, Kavukcuoglu & Wierstra, "Matching Networks for One Shot Learning",
NIPS 2016, eq. 1 and section 2.1.1; with the softmax loss at temperature 1 on these distances the
loss is that of their objective, eq. 2. The metric there is cosine.
Differs from the paper: the temperature t is learned. Theirs is 1, which bounds the odds of two
classes by e^2: at 20 ways no probability can then exceed 28 %, and training stalls.
"""

from __future__ import annotations

from math import log
from typing import final

import torch
from torch import nn

from gemel.errors import RecipeError
from gemel.readers.reader import AnyMetric, Reader
from gemel.shapes import ClassDistances, CrossDistances, EmbeddingSets, SupportLabels

UNTOLD = -1e4
"""The logarithm of zero attention; finite, so that gradients are finite."""


def attended(distance: CrossDistances, support_labels: SupportLabels) -> ClassDistances:
    """(b, q, n) distances, divided by the temperature, and (b, n, w) labels to (b, q, w).

    >>> support_labels = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])
    >>> (-attended(torch.zeros(1, 1, 4), support_labels)).exp().tolist()
    [[[0.75, 0.25]]]
    """
    attention = (-distance).log_softmax(-1).unsqueeze(-1)
    return -(attention + (1 - support_labels.unsqueeze(1)) * UNTOLD).logsumexp(2)


@final
class AttentionReader(Reader):
    """`attended` with a learned temperature, initially `temperature`, in the units of the metric.

    Raises `RecipeError` for a temperature of 0 or less.

    >>> from gemel.metrics import METRICS
    >>> support, support_labels = torch.eye(2)[None], torch.eye(2)[None]
    >>> reader = AttentionReader(2, temperature=0.5)
    >>> reader(METRICS["cosine"](2), support, support_labels, support).argmin(-1).tolist()
    [[0, 1]]
    """

    def __init__(self, size: int, *, temperature: float = 0.1) -> None:
        super().__init__(size)
        if temperature <= 0:
            raise RecipeError(
                f"attention needs a temperature above 0, got {temperature}: set reader.temperature"
            )
        self.log_temperature = nn.Parameter(torch.tensor(log(temperature)))

    def forward(
        self,
        metric: AnyMetric,
        support: EmbeddingSets,
        support_labels: SupportLabels,
        query: EmbeddingSets,
    ) -> ClassDistances:
        return attended(metric(query, support) / self.log_temperature.exp(), support_labels)
