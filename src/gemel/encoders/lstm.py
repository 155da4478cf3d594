"""An LSTM layer over padded sequences, whose results do not depend on the padding.

    i, f, o = sigmoid(W x + U h + b)    c = f c + i tanh(W x + U h + b)    h = o tanh(c)

S. Hochreiter & J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997, with the
forget gate of F. Gers, J. Schmidhuber & F. Cummins, Neural Computation 12, 2000.
Exported as ONNX's `LSTM` operator, which takes the lengths; torch's exporter would unroll the loop.
"""

from __future__ import annotations

from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from gemel.shapes import Frames, Lengths

OPSET = 17


@final
class Lstm(nn.Module):
    """One LSTM layer: its states at all steps, and the last state of each direction, concatenated.

    >>> states, last = Lstm(3, 4, both_ways=True)(torch.rand(2, 5, 3), torch.tensor([5, 2]))
    >>> states.shape, last.shape
    (torch.Size([2, 5, 8]), torch.Size([2, 8]))
    """

    def __init__(self, width: int, hidden: int, *, both_ways: bool) -> None:
        super().__init__()
        self.hidden = hidden
        self.ways = 2 if both_ways else 1
        self.layer = nn.LSTM(width, hidden, batch_first=True, bidirectional=both_ways)

    @property
    def width(self) -> int:
        return self.hidden * self.ways

    def forward(self, frames: Frames, lengths: Lengths) -> tuple[Frames, Float[Tensor, "n _"]]:
        if torch.onnx.is_in_onnx_export():
            return self._operator(frames, lengths)
        packed = pack_padded_sequence(frames, lengths.cpu(), True, enforce_sorted=False)
        states, (last, _) = self.layer(packed)
        padded, _ = pad_packed_sequence(states, True, total_length=frames.shape[1])
        return padded, last.transpose(0, 1).flatten(1)

    def _operator(self, frames: Frames, lengths: Lengths) -> tuple[Tensor, Tensor]:
        n, steps, _ = frames.shape
        states, last = torch.onnx.ops.symbolic_multi_out(
            "LSTM",
            (
                frames.transpose(0, 1),
                self._stacked("weight_ih"),
                self._stacked("weight_hh"),
                torch.cat([self._stacked("bias_ih"), self._stacked("bias_hh")], 1),
                lengths.to(torch.int32),
            ),
            {
                "hidden_size": self.hidden,
                "direction": "bidirectional" if self.ways == 2 else "forward",
            },
            dtypes=(frames.dtype, frames.dtype),
            shapes=((steps, self.ways, n, self.hidden), (self.ways, n, self.hidden)),
            version=OPSET,
        )
        return states.permute(2, 0, 1, 3).flatten(2), last.transpose(0, 1).flatten(1)

    def _stacked(self, name: str) -> Tensor:
        """The weights of all directions in ONNX's order of gates: input, output, forget, cell."""
        rows = []
        for suffix in ("", "_reverse")[: self.ways]:
            input, forget, cell, output = getattr(self.layer, f"{name}_l0{suffix}").chunk(4)
            rows.append(torch.cat([input, output, forget, cell]))
        return torch.stack(rows)
