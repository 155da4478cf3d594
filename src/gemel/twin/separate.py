"""The pseudo-Siamese network: an encoder for each side, without shared weights.

Zagoruyko & Komodakis, "Learning to Compare Image Patches via Convolutional Neural Networks", CVPR
2015, section 3.1. The sides may hold different kinds of items, such as drawings and the pen traces
that produced them. The distance is not symmetric: it matters which item is on which side.
"""

from __future__ import annotations

from typing import final

from gemel.arrays import Side
from gemel.encoders import Encoder
from gemel.errors import RecipeError
from gemel.metrics import Metric
from gemel.shapes import Distances, Items, Positions
from gemel.twin.twin import EmbeddingTwin, between


@final
class SeparateTwin(EmbeddingTwin):
    """Two encoders into one embedding space.

    Raises `RecipeError` if their embeddings, or the maps that the metric reads, differ in size.

    >>> import torch
    >>> from gemel.encoders import ENCODERS, PixelStatistics
    >>> from gemel.metrics import METRICS
    >>> still = PixelStatistics.untouched(1)
    >>> drawings = ENCODERS["mlp"]((1, 4, 4), still, widths=(8,))
    >>> contours = ENCODERS["mlp"]((1, 5, 5), still, widths=(9, 8))
    >>> twin = SeparateTwin(drawings, contours, METRICS["euclidean"](8)).eval()
    >>> left, right = (torch.rand(2, 1, 4, 4),), (torch.rand(3, 1, 5, 5),)
    >>> twin(left, right, torch.tensor([0, 1]), torch.tensor([[1, 2], [0, 2]])).shape
    torch.Size([2, 2])
    """

    def __init__(self, left: Encoder, right: Encoder, metric: Metric) -> None:
        super().__init__()
        if left.embedding_size != right.embedding_size:
            raise RecipeError(
                "both sides must have embeddings of one size to be compared, got "
                f"{left.embedding_size} on the left and {right.embedding_size} on the right: set "
                "encoder.embedding_size and right.encoder.embedding_size to the same number, or "
                "the encoders' last layers to one width"
            )
        if metric.reads_maps and left.map_size != right.map_size:
            raise RecipeError(
                "the metric compares maps place by place, and they must have as many places on "
                f"both sides, got {_by(left.map_size)} on the left and {_by(right.map_size)} on "
                "the right: set input.size and right.input.size, or the encoders, to give maps of "
                "one size, or metric.name to one that does not read maps, such as cosine"
            )
        self.left = left
        self.right = right
        self.metric = metric
        self.reader = None

    @property
    def encoders(self) -> tuple[Encoder, ...]:
        return (self.left, self.right)

    def encoder_of(self, side: Side) -> Encoder:
        return self.left if side == "left" else self.right

    def forward(self, left: Items, right: Items, rows: Positions, columns: Positions) -> Distances:
        first, second = self.embed(left, "left"), self.embed(right, "right")
        return between(self.metric, first, second, rows, columns)


def _by(map_size: tuple[int, int]) -> str:
    return "x".join(map(str, map_size))
