"""A small residual network along time, for laptops and for data sets of a few dozen series.

A stage is two convolutions with a shortcut, batch norm and ReLU; its stride divides the length. The
frames that remain are pooled over the whole item (mean and maximum), averaged over each of
`segments` equal parts (where order matters), or kept one by one in up to `places` places, zero
beyond the item's end. No layer depends on padding.

After Wang, Yan & Oates, "Time series classification from scratch with deep neural networks",
IJCNN 2017. Differs from the paper: stages may be strided, all kernels have the length `kernel`,
pooling is as described, and a dense layer makes the embedding.
"""

from __future__ import annotations

from math import prod
from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gemel.encoders.masked import mask, max_over, mean_over, parts_over
from gemel.encoders.output import output_layer
from gemel.encoders.stem import SequenceEncoder, Stem
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Frames, Lengths, Output


@final
class Resnet1dEncoder(SequenceEncoder):
    """Residual stages, then pooling over time and a dense layer.

    The first stage has `width` maps, the second twice as many, all others four times as many.
    `segments` and `places` make the embedding a map along time, of `embedding_size` numbers in all,
    by a dense layer shared by all of its places; 0 for both pools over the whole item.
    `segments` divides each item into so many equal parts (for the metric `alignment`). `places`
    keeps each frame (for `warping`); an item with more frames is divided into `places` parts.
    Raises `RecipeError` for both at once, or an `embedding_size` that is not a multiple of either.

    >>> import torch
    >>> from gemel.encoders import PixelStatistics, Samples
    >>> encoder = Resnet1dEncoder(Samples(PixelStatistics.untouched(3))).eval()
    >>> encoder(torch.rand(2, 50, 3), torch.tensor([50, 31])).shape
    torch.Size([2, 128])
    """

    def __init__(
        self,
        stem: Stem,
        *,
        width: int = 32,
        strides: tuple[int, ...] = (1, 2, 2),
        kernel: int = 7,
        segments: int = 0,
        places: int = 0,
        embedding_size: int = 128,
        dropout: float = 0.0,
        output: Output = "unit",
    ) -> None:
        super().__init__(stem)
        if segments and places:
            raise RecipeError(
                "at most one of encoder.segments and encoder.places may be above 0, got "
                f"{segments} and {places}: set one of them to 0"
            )
        if (shares := segments or places) and embedding_size % shares:
            raise RecipeError(
                "encoder.embedding_size must be a multiple of encoder.segments or encoder.places, "
                f"got {embedding_size} and {shares}: set it to a multiple of {shares}"
            )
        self.segments = segments
        self.places = places
        self.shortest = 1 + prod(strides)
        self.embedding_size = embedding_size
        self.map_size = (1, shares or 1)
        self.output = output
        widths = [stem.width, *(width * 2 ** min(stage, 2) for stage in range(len(strides)))]
        self.blocks = nn.ModuleList(
            _Block(narrow, wide, kernel, stride)
            for narrow, wide, stride in zip(widths[:-1], widths[1:], strides, strict=True)
        )
        pooled = widths[-1] if shares else 2 * widths[-1]
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(pooled, embedding_size // (shares or 1))
        self.last = output_layer(output)

    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings:
        frames = self.stem(values)
        frames = frames * mask(frames, lengths)
        if self.training and frames.shape[1] < self.shortest:
            # Where a single frame is left, oneDNN does not set all of a bf16 convolution's gradient
            # (torch 2.13): it is what was in memory.
            frames = F.pad(frames, (0, 0, 0, self.shortest - frames.shape[1]))
        for block in self.blocks:
            frames, lengths = block(frames, lengths)
        embeddings: Embeddings = self.last(self._pooled(frames, lengths))
        return embeddings

    def _pooled(self, frames: Frames, lengths: Lengths) -> Embeddings:
        if not (self.segments or self.places):
            whole = torch.cat([mean_over(frames, lengths), max_over(frames, lengths)], dim=1)
            embeddings: Embeddings = self.dense(self.dropout(whole))
            return embeddings
        most = self.map_size[1]
        parts = lengths.clamp(max=most) if self.places else torch.full_like(lengths, most)
        numbers: Frames = self.dense(self.dropout(parts_over(frames, lengths, parts, most)))
        return (numbers * mask(numbers, parts)).transpose(1, 2).flatten(1)


@final
class _Block(nn.Module):
    """Two convolutions with a shortcut."""

    def __init__(self, channels: int, width: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.first = _Convolution(channels, width, kernel, stride)
        self.second = _Convolution(width, width, kernel, 1)
        self.shortcut = _Convolution(channels, width, 1, stride)

    def forward(self, frames: Tensor, lengths: Lengths) -> tuple[Tensor, Lengths]:
        lengths = (lengths + self.stride - 1) // self.stride
        inner = torch.relu(self.first(frames, lengths))
        return torch.relu(self.second(inner, lengths) + self.shortcut(frames, lengths)), lengths


@final
class _Convolution(nn.Module):
    """Convolution and batch norm; padding is zeroed and excluded from the batch statistics."""

    def __init__(self, channels: int, width: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(channels, width, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, frames: Tensor, lengths: Lengths) -> Tensor:
        frames = self.convolution(frames.transpose(1, 2)).transpose(1, 2)
        present = mask(frames, lengths)
        if not self.training:
            normed: Tensor = self.norm(frames.transpose(1, 2)).transpose(1, 2) * present
            return normed
        own = present[..., 0] > 0
        filled = torch.zeros_like(frames)
        filled[own] = self.norm(frames[own]).to(frames.dtype)
        return filled
