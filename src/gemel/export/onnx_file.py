"""Writes one network to one ONNX file, with the exporter's messages silenced."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.export import Dim

from gemel.progress import quiet

SPEAKERS = ("torch.onnx", "onnxscript", "onnx_ir")


def write_onnx(
    network: nn.Module,
    path: Path,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    open_axes: Sequence[Mapping[int, Dim]],
) -> None:
    """Exports `network`, traced on `inputs` in evaluation mode.

    `open_axes` are the dynamic axes of each input. Nodes say nothing of the source lines that they
    come from: a matcher that is passed on must not name folders of the machine it was trained on.
    """
    with _quiet():
        program = torch.onnx.export(
            network.eval(),
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=tuple(open_axes),
            dynamo=True,
            verbose=False,
        )
        assert program is not None, "the exporter of torch.export always returns one"
        for node in program.model.graph.all_nodes():
            node.metadata_props.clear()
        program.save(path, external_data=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences the exporter, whose warnings concern operators that no network here uses."""
    with quiet(*SPEAKERS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
