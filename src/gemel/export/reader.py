"""Exports a twin's reader to ONNX, and checks its parity with torch on an artificial episode."""

from __future__ import annotations

from pathlib import Path
from typing import final

import torch
from torch import nn
from torch.export import Dim

from gemel.export.onnx_file import write_onnx
from gemel.export.tolerance import check_distances
from gemel.matcher.episode_reader import READER, EpisodeReader
from gemel.metrics import Metric
from gemel.readers import Reader
from gemel.shapes import ClassDistances, Embeddings, EmbeddingSets, SupportLabels


@final
class ReaderNetwork(nn.Module):
    """A reader together with the metric that it uses."""

    def __init__(self, reader: Reader, metric: Metric) -> None:
        super().__init__()
        self.reader = reader
        self.metric = metric

    def forward(
        self, support: EmbeddingSets, told: SupportLabels, query: EmbeddingSets
    ) -> ClassDistances:
        distances: ClassDistances = self.reader(self.metric, support, told, query)
        return distances


def export_reader(network: ReaderNetwork, folder: Path) -> None:
    """Writes `reader.onnx`, with dynamic numbers of episodes, examples, classes and queries."""
    size = network.reader.size
    # All different: the exporter identifies dynamic axes of equal size.
    b, n, w, q = [number for number in (3, 5, 7, 11, 13) if number != size][:4]
    episodes, examples = Dim("episodes", min=1), Dim("examples", min=1)
    inputs = {
        "support": torch.rand(b, n, size),
        "told": torch.ones(b, n, w),
        "query": torch.rand(b, q, size),
    }
    open_axes = (
        {0: episodes, 1: examples},
        {0: episodes, 1: examples, 2: Dim("classes", min=1)},
        {0: episodes, 1: Dim("queries", min=1)},
    )
    write_onnx(network, folder / READER, inputs, ["distances"], open_axes)


def check_reader(network: ReaderNetwork, folder: Path, embeddings: Embeddings) -> None:
    """Raises `ExportError` if ONNX Runtime and torch disagree on an episode of `embeddings`."""
    ways, shots = max(1, min(5, len(embeddings) // 3)), 2
    support, query = embeddings[None, : ways * shots], embeddings[None, ways * shots :][:, :64]
    support_labels = torch.eye(ways).repeat_interleave(shots, 0)
    with torch.no_grad():
        theirs = network(support, support_labels[None], query).numpy()
    exported = EpisodeReader(folder / READER, embeddings.numpy())
    ours = exported.read(support.numpy(), support_labels.numpy(), query.numpy())
    check_distances("reader", ours, theirs)
