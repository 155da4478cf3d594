"""Test-time augmentation: in use a pair is compared in several views, the same ones on both sides.

    d(a, b) = 1/V sum_v d( g(v(a)), g(v(b)) ),     v in { as it is, mirrored, turned, … }

g is the encoder and d the metric, or what a reader makes of it for an episode, trained on one view
as ever. To the network a mirrored pair is another pair with the same answer, and its errors on
the two are partly independent. The embedding in use is that of all views, one after the other.

Simonyan & Zisserman, "Very deep convolutional networks for large-scale image recognition",
ICLR 2015, section 3.2 (answers for a picture and its mirror image averaged).
Differs from the paper: distances are averaged, since an answer here is about two pictures; and
pictures may be turned too, where turned labels were learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gemel.encoders import PictureEncoder, WhitenedEncoder
from gemel.errors import RecipeError
from gemel.metrics import Metric
from gemel.readers import AnyMetric, Reader
from gemel.shapes import (
    ClassDistances,
    CrossDistances,
    Embeddings,
    EmbeddingSets,
    Images,
    Output,
    SupportLabels,
)
from gemel.twin.shared import SharedTwin


class View(NamedTuple):
    """So many quarter turns, and then perhaps mirrored from left to right."""

    turns: int
    mirrored: bool


AS_IT_IS = View(0, mirrored=False)
MIRRORED: dict[str, Sequence[View]] = {
    "no": [AS_IT_IS],
    "sideways": [AS_IT_IS, View(0, mirrored=True)],
    "both-ways": [View(turns, mirrored) for turns in (0, 2) for mirrored in (False, True)],
}


def views_of(mirror: str, *, turn: bool) -> list[View]:
    """The picture as it is first, and no view twice.

    >>> len(views_of("both-ways", turn=False)), len(views_of("sideways", turn=True))
    (4, 8)
    """
    every = [
        View((view.turns + quarters) % 4, view.mirrored)
        for quarters in (range(4) if turn else [0])
        for view in MIRRORED[mirror]
    ]
    return list(dict.fromkeys(every))


def in_use(twin: SharedTwin, views: Sequence[View], *, soften: bool) -> SharedTwin:
    """The same weights, asked in all `views` of pictures that may be softened.

    Raises `RecipeError` for encoders that are no pictures' or have views of their own, and where
    pictures are turned that are not square.
    """
    encoder = twin.encoder
    if not isinstance(encoder, PictureEncoder) or isinstance(encoder, WhitenedEncoder):
        raise RecipeError(
            "test_time asks what is trained on pictures in several views, and a "
            f"{type(encoder).__name__} has its own or knows of none: leave test_time out"
        )
    _, height, width = encoder.input_shape
    if height != width and any(view.turns % 2 for view in views):
        raise RecipeError(
            f"a quarter turn makes {height}x{width} pictures others: set input.size to a square, "
            "or leave test_time.turn out"
        )
    reader = None if twin.reader is None else ReaderInUse(twin.reader, len(views))
    metric = MetricInUse(twin.metric, len(views))
    return SharedTwin(EncoderInUse(encoder, views, soften=soften), metric, reader)


@final
class EncoderInUse(PictureEncoder):
    """The embeddings of all `views` of a picture.

    >>> from gemel.encoders import ENCODERS, PixelStatistics
    >>> encoder = ENCODERS["mlp"]((1, 4, 4), PixelStatistics.untouched(1), widths=(8,))
    >>> viewing = EncoderInUse(encoder, MIRRORED["sideways"], soften=True)
    >>> viewing(torch.rand(2, 1, 4, 4)).shape
    torch.Size([2, 16])
    """

    def __init__(self, encoder: PictureEncoder, views: Sequence[View], *, soften: bool) -> None:
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
        return torch.cat([self.encoder(_seen(items, view)) for view in self.views], -1)


@final
class MetricInUse(Metric):
    """The mean of `metric` over the views that embeddings hold: a reader asks view by view."""

    def __init__(self, metric: Metric, views: int) -> None:
        super().__init__(views * metric.size, metric.sides)
        self.metric = metric
        self.learned = metric.learned
        self.reads_maps = metric.reads_maps

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        size = self.metric.size
        distances: CrossDistances = self.metric(_apart(left, size), _apart(right, size))
        return _together(distances, left.shape[2] // size)

    def reach(self, output: Output) -> float:
        return self.metric.reach(output)


@final
class ReaderInUse(Reader):
    """The mean of what `reader` answers in each view of the whole episode."""

    def __init__(self, reader: Reader, views: int) -> None:
        super().__init__(views * reader.size)
        self.reader = reader
        self.views = views

    def forward(
        self,
        metric: AnyMetric,
        support: EmbeddingSets,
        support_labels: SupportLabels,
        query: EmbeddingSets,
    ) -> ClassDistances:
        size = self.reader.size
        distances: ClassDistances = self.reader(
            metric,
            _apart(support, size),
            support_labels.repeat_interleave(self.views, 0),
            _apart(query, size),
        )
        return _together(distances, self.views)


def _seen(images: Images, view: View) -> Images:
    turned = images.rot90(view.turns, (2, 3)) if view.turns else images
    return turned.flip(3) if view.mirrored else turned


def _apart(embeddings: EmbeddingSets, size: int) -> Float[Tensor, "sets_of_views n size"]:
    """(b, n, views * size) to (b * views, n, size)."""
    sets, items, _ = embeddings.shape
    return embeddings.reshape(sets, items, -1, size).transpose(1, 2).flatten(0, 1)


def _together(distances: Float[Tensor, "sets_of_views n m"], views: int) -> CrossDistances:
    _, rows, columns = distances.shape
    return distances.reshape(-1, views, rows, columns).mean(1)


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
