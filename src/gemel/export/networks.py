"""Exports trained twins to ONNX."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TypeVar, final

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.export import Dim

from gemel.encoders import Encoder
from gemel.export.onnx_file import write_onnx
from gemel.export.reader import ReaderNetwork, export_reader
from gemel.matcher.file import WEIGHTS
from gemel.matcher.networks import ENCODER, FEEDS, METRIC, PAIR, RIGHT_ENCODER
from gemel.metrics import Metric
from gemel.shapes import PairDistances
from gemel.twin import EmbeddingTwin, JointTwin, SeparateTwin, Twin

AnyTwin = TypeVar("AnyTwin", bound=Twin)


def export_networks(twin: Twin, folder: Path) -> None:
    """Writes the ONNX files of the twin's tie to `folder`; `twin` is not changed."""
    folder.mkdir(parents=True, exist_ok=True)
    twin = plain_copy(twin)
    if isinstance(twin, JointTwin):
        _export_pair(twin, folder / PAIR)
    elif isinstance(twin, EmbeddingTwin):
        _export_encoder(twin.encoder_of("left"), folder / ENCODER)
        if isinstance(twin, SeparateTwin):
            _export_encoder(twin.encoder_of("right"), folder / RIGHT_ENCODER)
        _export_metric(twin.metric, twin.encoders[0].embedding_size, folder / METRIC)
        if twin.reader is not None:
            export_reader(ReaderNetwork(twin.reader, twin.metric), folder)


def save_weights(twin: Twin, folder: Path) -> None:
    """Writes the weights as safetensors, to continue training with torch."""
    state = plain_copy(twin).state_dict()
    save_file({name: value.contiguous() for name, value in state.items()}, folder / WEIGHTS)


def plain_copy(twin: AnyTwin) -> AnyTwin:
    """A copy of the twin on the CPU, in float32, uncompiled and in evaluation mode."""
    plain = copy.deepcopy(twin)  # without what was compiled, which torch leaves out of any copy
    return plain.to("cpu", memory_format=torch.contiguous_format).float().eval()  # type: ignore[call-overload,no-any-return]


def _export_encoder(encoder: Encoder, path: Path) -> None:
    items = encoder.example()
    count, steps = Dim("items", min=1), Dim("steps", min=1)
    dynamic = ({0: count},) if len(items) == 1 else ({0: count, 1: steps}, {0: count})
    inputs = dict(zip(FEEDS, items, strict=False))
    write_onnx(encoder, path, inputs, ["embeddings"], dynamic)


def _export_metric(metric: Metric, size: int, path: Path) -> None:
    sets, left, right = Dim("sets", min=1), Dim("left", min=1), Dim("right", min=1)
    embeddings = {"left": torch.rand(2, 3, size), "right": torch.rand(2, 4, size)}
    open_axes = ({0: sets, 1: left}, {0: sets, 1: right})
    write_onnx(metric, path, embeddings, ["distances"], open_axes)


def _export_pair(twin: JointTwin, path: Path) -> None:
    pairs = Dim("pairs", min=1)
    items = {
        side: torch.rand(2, *shape)
        for side, shape in zip(("left", "right"), twin.shapes, strict=True)
    }
    write_onnx(_Pairs(twin), path, items, ["distances"], [{0: pairs}] * 2)


@final
class _Pairs(nn.Module):
    """A joint twin as a module from pairs to distances, for export."""

    def __init__(self, twin: JointTwin) -> None:
        super().__init__()
        self.twin = twin

    def forward(self, left: Tensor, right: Tensor) -> PairDistances:
        return self.twin.pairs((left,), (right,))
