"""An LSTM layer as ONNX's operator `LSTM`, for export.

torch's exporter takes an LSTM of its own for any number of steps only the first time in a process,
and later for as many as the example has (torch 2.13).
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gemel.shapes import Frames, Lengths

OPSET = 17
"""The version of ONNX's operators that `LSTM` is taken from."""


def lstm_operator(
    layer: nn.LSTM, frames: Frames, lengths: Lengths | None = None
) -> tuple[Frames, Float[Tensor, "n _"]]:
    """The states of a layer at all steps, and the last state of each direction, concatenated.

    Only within an export. The layer takes batches first; without `lengths` no step is padding.
    """
    n, steps, _ = frames.shape
    ways = 2 if layer.bidirectional else 1
    bias = torch.cat([_stacked(layer, "bias_ih"), _stacked(layer, "bias_hh")], 1)
    states, last = torch.onnx.ops.symbolic_multi_out(
        "LSTM",
        (
            frames.transpose(0, 1),
            _stacked(layer, "weight_ih"),
            _stacked(layer, "weight_hh"),
            bias,
            None if lengths is None else lengths.to(torch.int32),
        ),
        {
            "hidden_size": layer.hidden_size,
            "direction": "bidirectional" if ways == 2 else "forward",
        },
        dtypes=(frames.dtype, frames.dtype),
        shapes=((steps, ways, n, layer.hidden_size), (ways, n, layer.hidden_size)),
        version=OPSET,
    )
    return states.permute(2, 0, 1, 3).flatten(2), last.transpose(0, 1).flatten(1)


def _stacked(layer: nn.LSTM, name: str) -> Tensor:
    """The weights of all directions in ONNX's order of gates: input, output, forget, cell."""
    rows = []
    for suffix in ("", "_reverse") if layer.bidirectional else ("",):
        input, forget, cell, output = getattr(layer, f"{name}_l0{suffix}").chunk(4)
        rows.append(torch.cat([input, output, forget, cell]))
    return torch.stack(rows)
