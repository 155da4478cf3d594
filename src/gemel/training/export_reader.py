"""A twin's reader as ONNX, its parity with torch proven on made-up episodes of real embeddings."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np
import torch
from torch import nn
from torch.export import Dim

from gemel.episode_reader import READER, EpisodeReader
from gemel.errors import ExportError
from gemel.metrics import Metric
from gemel.readers import Reader
from gemel.shapes import ClassDistances, Embeddings, EmbeddingSets, Told

MOST_DIFFERENCE = 1e-3
"""Of two distances, relative to the largest of them."""


@final
class ReaderNetwork(nn.Module):
    """A reader together with the metric that it asks."""

    def __init__(self, reader: Reader, metric: Metric) -> None:
        super().__init__()
        self.reader = reader
        self.metric = metric

    def forward(self, support: EmbeddingSets, told: Told, query: EmbeddingSets) -> ClassDistances:
        distances: ClassDistances = self.reader(self.metric, support, told, query)
        return distances


def export_reader(network: ReaderNetwork, folder: Path) -> None:
    """Writes `reader.onnx`; the numbers of episodes, examples, classes and queries stay open."""
    size = network.reader.size
    # Numbers that are all different: the exporter takes equal ones for one and the same.
    b, n, w, q = [number for number in (3, 5, 7, 11, 13) if number != size][:4]
    episodes, examples = Dim("episodes", min=1), Dim("examples", min=1)
    torch.onnx.export(
        network.eval(),
        (torch.rand(b, n, size), torch.ones(b, n, w), torch.rand(b, q, size)),
        folder / READER,
        input_names=["support", "told", "query"],
        output_names=["distances"],
        dynamic_shapes=(
            {0: episodes, 1: examples},
            {0: episodes, 1: examples, 2: Dim("classes", min=1)},
            {0: episodes, 1: Dim("queries", min=1)},
        ),
        dynamo=True,
        external_data=False,
        verbose=False,
    )


def check_reader(network: ReaderNetwork, folder: Path, embeddings: Embeddings) -> None:
    """Raises `ExportError` where ONNX Runtime answers an episode otherwise than torch."""
    ways, shots = max(1, min(5, len(embeddings) // 3)), 2
    support, query = embeddings[None, : ways * shots], embeddings[None, ways * shots :][:, :64]
    told = torch.eye(ways).repeat_interleave(shots, 0)
    with torch.no_grad():
        theirs = network(support, told[None], query).numpy()
    exported = EpisodeReader(folder / READER, embeddings.numpy())
    ours = exported.read(support.numpy(), told.numpy(), query.numpy())
    difference, allowed = np.abs(ours - theirs).max(), MOST_DIFFERENCE * np.abs(theirs).max()
    if not difference <= allowed:  # so that nan is a difference too
        raise ExportError(
            "the exported reader must answer as the trained one does, and its distances differ by "
            f"{difference:.2g} (allowed {allowed:.2g}): nothing was exported. Please report this "
            "with the recipe"
        )
