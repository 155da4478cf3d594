"""An LSTM layer over padded sequences, whose results do not depend on the padding.

    i, f, o = sigmoid(W x + U h + b)    c = f c + i tanh(W x + U h + b)    h = o tanh(c)

S. Hochreiter & J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997, with the
forget gate of F. Gers, J. Schmidhuber & F. Cummins, Neural Computation 12, 2000.
Exported as ONNX's `LSTM` operator, which takes the lengths.
"""

from __future__ import annotations

from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from gemel.lstm_operator import lstm_operator
from gemel.shapes import Frames, Lengths


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
            return lstm_operator(self.layer, frames, lengths)
        packed = pack_padded_sequence(frames, lengths.cpu(), True, enforce_sorted=False)
        states, (last, _) = self.layer(packed)
        padded, _ = pad_packed_sequence(states, True, total_length=frames.shape[1])
        return padded, last.transpose(0, 1).flatten(1)
