"""The 2-channel network: scores the two items of a pair as the channels of one.

Zagoruyko & Komodakis, "Learning to Compare Image Patches via Convolutional Neural Networks", CVPR
2015, section 3.1: "2-channel", with a dense ReLU layer and a single output unit on top. The most
accurate of the three ties in the paper, and the most expensive: comparing n items with each other
takes n^2 passes of the network, and items have no embeddings.

    d(a, b) = -(f([a; b]) + f([b; a])) / 2

Differs from the paper: if both sides are of one kind, the distance is the mean of both orders, so
that it is symmetric. In training a pair is scored once, in the order in which it was drawn.
"""

from __future__ import annotations

from math import inf
from typing import TypeAlias, final

import torch
from torch import nn

from gemel.encoders import Encoder
from gemel.errors import RecipeError
from gemel.shapes import Distances, Items, PairDistances, Positions
from gemel.twin.twin import Twin

Shape: TypeAlias = tuple[int, ...]
"""The shape of one item, channels first."""


def stacked(left: Shape, right: Shape) -> Shape:
    """The shape of a pair, its channels concatenated. Raises `RecipeError` for unequal sizes.

    >>> stacked((1, 64, 64), (3, 64, 64))
    (4, 64, 64)
    """
    if left[1:] != right[1:] or len(left) < 2:
        raise RecipeError(
            "a joint tie stacks both items of a pair, so they must be of one size, got "
            f"{'x'.join(map(str, left[1:]))} on the left and {'x'.join(map(str, right[1:]))} "
            "on the right: set input.size for both, or tie to separate"
        )
    return (left[0] + right[0], *left[1:])


@final
class JointTwin(Twin):
    """An encoder of both items' channels, and a dense network that scores the pair.

    `shapes` are those of the left and right items; the encoder's input is `stacked(*shapes)`.
    `exchangeable` averages the scores of both orders outside training.

    >>> import torch
    >>> from gemel.encoders import ENCODERS, PixelStatistics
    >>> shape = (1, 4, 4)
    >>> together = stacked(shape, shape)
    >>> encoder = ENCODERS["mlp"](together, PixelStatistics.untouched(2), widths=(8,))
    >>> twin = JointTwin(encoder, (shape, shape), exchangeable=True).eval()
    >>> items = (torch.rand(3, *shape),)
    >>> twin(items, items, torch.tensor([0, 1]), torch.tensor([[1, 2], [0, 2]])).shape
    torch.Size([2, 2])
    """

    learned = True

    def __init__(
        self, encoder: Encoder, shapes: tuple[Shape, Shape], *, exchangeable: bool
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.shapes = shapes
        self.exchangeable = exchangeable
        size = encoder.embedding_size
        self.score = nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, 1))

    @property
    def encoders(self) -> tuple[Encoder, ...]:
        return (self.encoder,)

    def forward(self, left: Items, right: Items, rows: Positions, columns: Positions) -> Distances:
        each = columns.shape[1]
        first = tuple(values[rows].repeat_interleave(each, 0) for values in left)
        second = tuple(values[columns.flatten()] for values in right)
        distances: Distances = self.pairs(first, second).view(columns.shape)
        return distances

    def pairs(self, left: Items, right: Items) -> PairDistances:
        """(n,) distances of left[i] to right[i]."""
        score = self._score(left, right)
        if self.exchangeable and not self.training:
            score = (score + self._score(right, left)) / 2
        return -score

    def _score(self, first: Items, second: Items) -> PairDistances:
        both = torch.cat([*first, *second], 1)
        score: PairDistances = self.score(self.encoder(both)).squeeze(1)
        return score.float()

    def reach(self) -> float:
        return inf
