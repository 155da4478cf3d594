"""Attentive metric: compares every descriptor with what it attends to in the other item.

    e_ij = t * a_i . b_j            b~_i = sum_j softmax_j(e_ij) * b_j
    v_i = relu( W [ |a_i - b~_i| ; a_i * b~_i ] + w )        v(a, b) = [ mean_i v_i ; max_i v_i ]
    s(a, b) = f( v(a, b) + v(b, a) ; |A - B| ; A * B )       A = max_i a_i
    d(a, b) = -s(a, b),     p(same) = sigmoid(-d)

a_i are the descriptors of an item's places; f is a dense network with one hidden layer. Where
`alignment` measures how much of one item is found in the other, this metric learns what a
difference means: an additional adjective and a "not" are both words without a counterpart. Zero
descriptors (the padding of texts) are ignored.

After A. Parikh et al., "A decomposable attention model for natural language inference", EMNLP 2016,
section 3 (attend, compare, aggregate), and K. S. Tai, R. Socher & C. Manning, "Improved semantic
representations from tree-structured long short-term memory networks", ACL 2015, eq. 15 (differences
and products of the whole).
Differs from the papers: v(a, b) and v(b, a) are added, so that the distance is symmetric; mean and
maximum in place of the sum; v compares differences and products, as Tai does.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gemel.metrics.metric import MapSize, Metric
from gemel.shapes import CrossDistances, EmbeddingSets

ABSENT = 1e4
"""Subtracted from the attention logits of places without a descriptor."""


class Described(NamedTuple):
    """Descriptors (b, n, i, c) at i places, and (b, n, i) with a 1 where one is present."""

    descriptors: Tensor
    present: Float[Tensor, "b n i"]

    @property
    def whole(self) -> Float[Tensor, "b n c"]:
        """The elementwise maximum of an item's descriptors; zeros if it has none."""
        absent = (1 - self.present).unsqueeze(-1)
        largest: Tensor = (self.descriptors - ABSENT * absent).amax(2)
        return largest * self.present.amax(-1, keepdim=True)


@final
class AttentiveMetric(Metric):
    """Embeddings are flattened maps of `map_size`: (b, n, d) and (b, m, d) to (b, n, m).

    >>> metric = AttentiveMetric(64 * 32, (1, 32))
    >>> metric(torch.rand(1, 1, 2048), torch.rand(1, 20, 2048)).shape
    torch.Size([1, 1, 20])
    """

    learned = True
    reads_maps = True

    def __init__(self, size: int, map_size: MapSize = (1, 1), *, hidden: int = 64) -> None:
        super().__init__(size, map_size)
        channels = size // (map_size[0] * map_size[1])
        self.sharpness = nn.Parameter(torch.tensor(1 / sqrt(channels)))
        self.compared = nn.Sequential(nn.Linear(2 * channels, hidden), nn.ReLU())
        self.score = nn.Sequential(
            nn.Linear(2 * hidden + 2 * channels, hidden), nn.ReLU(), nn.Linear(hidden, 1)
        )

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        ours, theirs = self._described(left), self._described(right)
        # Computing each direction separately makes the distance exactly symmetric.
        parts = self._compared(ours, theirs) + self._compared(theirs, ours).transpose(1, 2)
        one, other = ours.whole.unsqueeze(2), theirs.whole.unsqueeze(1)
        whole = torch.cat([(one - other).abs(), one * other], -1)
        score: CrossDistances = self.score(torch.cat([parts, whole], -1)).squeeze(-1)
        return -score

    def _described(self, embeddings: EmbeddingSets) -> Described:
        descriptors = self.descriptors(embeddings)
        return Described(descriptors, (descriptors != 0).any(-1).to(descriptors.dtype))

    def _compared(self, attending: Described, attended: Described) -> Float[Tensor, "b n m _"]:
        """v(a, b) of each item with each of the others."""
        own, others = attending.descriptors.unsqueeze(2), attended.descriptors.unsqueeze(1)
        absent = (1 - attended.present)[:, None, :, None]
        attention = self.sharpness * (own @ others.transpose(-1, -2)) - ABSENT * absent
        counterpart = attention.softmax(-1) @ others
        differences = torch.cat([(own - counterpart).abs(), own * counterpart], -1)
        present = attending.present[:, :, None, :, None]
        compared = self.compared(differences) * present
        mean = compared.sum(3) / present.sum(3).clamp(min=1)
        return torch.cat([mean, compared.amax(3)], -1)
