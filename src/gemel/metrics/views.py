"""Views metric: the cosine distance between one item and the best-matching view of the other.

    d(a, b) = 1 - max( max_v cos(a_v, b_0), max_v cos(b_v, a_0) )

a_0 is the unchanged item; a_1, a_2, … are views of it: shifted, scaled, mirrored. Pictures of one
face thus agree although its position differs. This is the two-sided tangent distance with a few
views in place of a tangent plane.

After Simard, LeCun & Denker, "Efficient Pattern Recognition Using a New Transformation Distance",
NIPS 1992, eq. 2.
Differs from the paper: views are tried one by one, and on one side at a time.
"""

from __future__ import annotations

from typing import final

import torch

from gemel.metrics.cosine import unit_length
from gemel.metrics.metric import Metric
from gemel.shapes import CrossDistances, EmbeddingSets, Output


@final
class ViewsMetric(Metric):
    """Embeddings are flattened (d, views), with as many views as the encoder's maps have places.

    >>> metric = ViewsMetric(8 * 54, (54, 1))
    >>> metric(torch.rand(1, 2, 432), torch.rand(1, 3, 432)).shape
    torch.Size([1, 2, 3])
    """

    learned = False
    reads_maps = True

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        ours, theirs = (unit_length(self.descriptors(side)) for side in (left, right))
        nearness = torch.maximum(_best(ours, theirs), _best(theirs, ours).transpose(1, 2))
        # Clamped as in `CosineMetric`.
        return 1 - nearness if self.training else (1 - nearness).clamp(min=0.0)

    def reach(self, output: Output) -> float:
        return 1.0 if output in {"relu", "sigmoid", "softmax"} else 2.0


def _best(viewed: torch.Tensor, plain: torch.Tensor) -> CrossDistances:
    """(b, n, m) largest cosine of any view of each item with each unchanged other item."""
    b, n, views, _ = viewed.shape
    cosine = viewed.flatten(1, 2) @ plain[:, :, 0].transpose(1, 2)
    return cosine.reshape(b, n, views, -1).amax(2)
