"""Test-time augmentation: averages the distance of a pair over several views of both pictures.

    d(a, b) = 1/V sum_v d( g(v(a)), g(v(b)) ),     v in { unchanged, mirrored, turned, … }

g is the encoder and d the metric, or a reader's distances of an episode; training is unaffected.
A mirrored pair has the same true answer, and the network's errors on both are partly independent.
The embedding of a picture in use is the concatenation of those of its views.

Simonyan & Zisserman, "Very deep convolutional networks for large-scale image recognition",
ICLR 2015, section 3.2 (averaged posteriors of a picture and its mirror image).
Differs from the paper: distances of pairs are averaged; pictures may be turned too.
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
    """`turns` quarter turns, then optionally mirrored from left to right."""

    turns: int
    mirrored: bool


UNCHANGED = View(0, mirrored=False)
MIRRORED: dict[str, Sequence[View]] = {
    "no": [UNCHANGED],
    "sideways": [UNCHANGED, View(0, mirrored=True)],
    "both-ways": [View(turns, mirrored) for turns in (0, 2) for mirrored in (False, True)],
}


def views_of(mirror: str, *, turn: bool) -> list[View]:
    """The distinct views for these settings, the unchanged picture first.

    >>> len(views_of("both-ways", turn=False)), len(views_of("sideways", turn=True))
    (4, 8)
    """
    views = [
        View((view.turns + quarters) % 4, view.mirrored)
        for quarters in (range(4) if turn else [0])
        for view in MIRRORED[mirror]
    ]
    return list(dict.fromkeys(views))


def in_use(twin: SharedTwin, views: Sequence[View], *, soften: bool) -> SharedTwin:
    """A twin with the same weights that averages over `views`; `soften` blurs pictures first.

    Raises `RecipeError` for encoders of sequences, encoders with views of their own, and quarter
    turns of pictures that are not square.
    """
    encoder = twin.encoder
    if not isinstance(encoder, PictureEncoder) or isinstance(encoder, WhitenedEncoder):
        raise RecipeError(
            "test_time needs an encoder of pictures that has no views of its own, got "
            f"{type(encoder).__name__}: leave test_time out, or choose another encoder"
        )
    _, height, width = encoder.input_shape
    if height != width and any(view.turns % 2 for view in views):
        raise RecipeError(
            f"test_time.turn needs square pictures, got {height}x{width}: set input.size to a "
            "square, or leave test_time.turn out"
        )
    reader = None if twin.reader is None else ReaderInUse(twin.reader, len(views))
    metric = MetricInUse(twin.metric, len(views))
    return SharedTwin(EncoderInUse(encoder, views, soften=soften), metric, reader)


@final
class EncoderInUse(PictureEncoder):
    """The concatenated embeddings of all `views` of a picture.

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
        self.map_size = encoder.map_size

    def forward(self, items: Images) -> Embeddings:
        items = softened(items) if self.soften else items
        return torch.cat([self.encoder(_viewed(items, view)) for view in self.views], -1)


@final
class MetricInUse(Metric):
    """The mean of `metric` over the views in the embeddings, however many (a reader passes one)."""

    def __init__(self, metric: Metric, views: int) -> None:
        super().__init__(views * metric.size, metric.map_size)
        self.metric = metric
        self.learned = metric.learned
        self.reads_maps = metric.reads_maps

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        size = self.metric.size
        distances: CrossDistances = self.metric(_split_views(left, size), _split_views(right, size))
        return _mean_of_views(distances, left.shape[2] // size)

    def reach(self, output: Output) -> float:
        return self.metric.reach(output)


@final
class ReaderInUse(Reader):
    """The mean of `reader` over the views, each of which it reads as an episode."""

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
            _split_views(support, size),
            support_labels.repeat_interleave(self.views, 0),
            _split_views(query, size),
        )
        return _mean_of_views(distances, self.views)


def _viewed(images: Images, view: View) -> Images:
    turned = images.rot90(view.turns, (2, 3)) if view.turns else images
    return turned.flip(3) if view.mirrored else turned


def _split_views(embeddings: EmbeddingSets, size: int) -> Float[Tensor, "sets_of_views n size"]:
    """(b, n, views * size) to (b * views, n, size)."""
    sets, items, _ = embeddings.shape
    return embeddings.reshape(sets, items, -1, size).transpose(1, 2).flatten(0, 1)


def _mean_of_views(distances: Float[Tensor, "sets_of_views n m"], views: int) -> CrossDistances:
    """(b * views, n, m) to (b, n, m)."""
    _, rows, columns = distances.shape
    return distances.reshape(-1, views, rows, columns).mean(1)


def softened(images: Images) -> Images:
    """Pictures blurred by (1, 10, 1)/12 along both axes, to match augmented training pictures.

    Moving a picture with bilinear interpolation blurs it; the kernel has the same variance of 1/6
    pixel², the average over all subpixel shifts.

    >>> (softened(torch.eye(3)[None, None])[0, 0, 1] * 144).round().int().tolist()
    [21, 102, 21]
    """
    padded = F.pad(images, (1, 1, 1, 1), mode="replicate")
    across = _blurred(padded[..., :-2], padded[..., 1:-1], padded[..., 2:])
    return _blurred(across[..., :-2, :], across[..., 1:-1, :], across[..., 2:, :])


def _blurred(before: Tensor, here: Tensor, after: Tensor) -> Tensor:
    return (before + 10 * here + after) / 12
