"""Test-time augmentation: in use a pair is compared in several views, the same ones on both sides.

    d(a, b) = 1/V sum_v d( g(v(a)), g(v(b)) ),     v in { as it is, mirrored, … }

g is the encoder and d the metric, trained on one view as ever. To the network a mirrored pair is
another pair with the same answer, and its errors about the two are partly of chance. The embedding
in use is that of all views, one after the other.

Simonyan & Zisserman, "Very deep convolutional networks for large-scale image recognition",
ICLR 2015, section 3.2 (answers for a picture and its mirror image averaged).
Differs from the paper: distances are averaged, since an answer here is about two pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gemel.encoders import PictureEncoder, WhitenedEncoder
from gemel.errors import RecipeError
from gemel.metrics import Metric
from gemel.shapes import CrossDistances, Embeddings, EmbeddingSets, Images, Output
from gemel.twin.shared import SharedTwin

Axes: TypeAlias = tuple[int, ...]
"""Axes of (n, channels, height, width) that a view turns round; none for the picture as it is."""

VIEWS: dict[str, Sequence[Axes]] = {
    "no": [()],
    "sideways": [(), (3,)],
    "both-ways": [(), (3,), (2,), (2, 3)],
}


def in_use(twin: SharedTwin, views: Sequence[Axes], *, soften: bool) -> SharedTwin:
    """The same weights, asked in all `views` of pictures that may be softened.

    Raises `RecipeError` for encoders that are no pictures' or have views of their own.
    """
    if not isinstance(twin.encoder, PictureEncoder) or isinstance(twin.encoder, WhitenedEncoder):
        raise RecipeError(
            "test_time mirrors pictures for encoders that are trained on them, and "
            f"{type(twin.encoder).__name__} is none: leave test_time out"
        )
    encoder = EncoderInUse(twin.encoder, views, soften=soften)
    return SharedTwin(encoder, MetricInUse(twin.metric, len(views)))


@final
class EncoderInUse(PictureEncoder):
    """The embeddings of all `views` of a picture.

    >>> from gemel.encoders import ENCODERS, PixelStatistics
    >>> encoder = ENCODERS["mlp"]((1, 4, 4), PixelStatistics.untouched(1), widths=(8,))
    >>> viewing = EncoderInUse(encoder, VIEWS["sideways"], soften=True)
    >>> viewing(torch.rand(2, 1, 4, 4)).shape
    torch.Size([2, 16])
    """

    def __init__(self, encoder: PictureEncoder, views: Sequence[Axes], *, soften: bool) -> None:
        super().__init__()
        self.encoder = encoder
        self.views = views
        self.soften = soften
        self.input_shape = encoder.input_shape
        self.embedding_size = len(views) * encoder.embedding_size
        self.output: Output = encoder.output
        self.map_sides = encoder.map_sides

    def forward(self, items: Images) -> Embeddings:
        items = softened(items) if self.soften else items
        return torch.cat([self.encoder(items.flip(axes)) for axes in self.views], -1)


@final
class MetricInUse(Metric):
    """The mean of `metric` over the views that embeddings hold."""

    def __init__(self, metric: Metric, views: int) -> None:
        super().__init__(views * metric.size, metric.sides)
        self.metric = metric
        self.learned = metric.learned
        self.reads_maps = metric.reads_maps

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        sets, one, _ = left.shape
        distances = self.metric(self._apart(left), self._apart(right))
        of_views: CrossDistances = distances.reshape(sets, -1, one, right.shape[1]).mean(1)
        return of_views

    def reach(self, output: Output) -> float:
        return self.metric.reach(output)

    def _apart(self, embeddings: EmbeddingSets) -> Float[Tensor, "sets_of_views n own"]:
        sets, items, _ = embeddings.shape
        views = embeddings.reshape(sets, items, -1, self.metric.size)
        return views.transpose(1, 2).flatten(0, 1)


def softened(images: Images) -> Images:
    """Blurred by (1, 10, 1)/12 either way, as pictures of training are by being moved: between two
    pixels bilinear interpolation has a variance of 1/6 of a squared pixel, on average.

    >>> (softened(torch.eye(3)[None, None])[0, 0, 1] * 144).round().int().tolist()
    [21, 102, 21]
    """
    padded = F.pad(images, (1, 1, 1, 1), mode="replicate")
    across = _between(padded[..., :-2], padded[..., 1:-1], padded[..., 2:])
    return _between(across[..., :-2, :], across[..., 1:-1, :], across[..., 2:, :])


def _between(before: Tensor, here: Tensor, after: Tensor) -> Tensor:
    return (before + 10 * here + after) / 12
