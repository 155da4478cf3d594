"""The memory-augmented neural network (MANN): an LSTM controller with an external memory.

    h_t = LSTM(x_t, y_{t-1}, r_{t-1});  k_t = tanh(linear(h_t)) for each head
    write [k_{t-1}, y_{t-1}], then r_t = what is read for k_t;  answer = linear(h_t, r_t)

The class y of an item is given one step late, with the next item, so it cannot be copied to the
output: the network has to bind classes to remembered items.

Santoro, Bartunov, Botvinick, Wierstra & Lillicrap, "Meta-Learning with Memory-Augmented Neural
Networks", ICML 2016, section 3 and supplement: 200 hidden units, 128 slots of 40, 4 heads, decay
0.99. Differs from the paper: items are embeddings of a jointly trained encoder, not raw pixels. By
default the network writes the previous item's key together with its class; the paper writes k_t
itself (`writes="key"`) and leaves the binding of item and class to be learned, which takes tens of
thousands of episodes to begin (docs/lab-notes.md). See also `least_recently_used`.
"""

from __future__ import annotations

from typing import Literal, final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from gemel.errors import RecipeError
from gemel.memories.least_recently_used import Request, Store, access
from gemel.memories.memory import Memory
from gemel.shapes import Classes, Embeddings, States

SHARPNESS = 10.0
"""Initial β; with much less, reading averages over all slots."""


@final
class MannMemory(Memory):
    """The paper's controller, memory and output layer.

    `slots` of `width` numbers are accessed by `heads`; `decay` is that of usage. Raises
    `RecipeError` for fewer slots than heads, or slots too narrow for a key and a class.

    >>> memory = MannMemory(size=64, ways=5)
    >>> items, told, state = torch.rand(2, 64), torch.zeros(2, 5), torch.zeros(2, memory.state_size)
    >>> distance, state = memory(items, told, state)
    >>> distance.shape
    torch.Size([2, 5])
    """

    def __init__(
        self,
        size: int,
        ways: int,
        *,
        hidden: int = 200,
        slots: int = 128,
        width: int = 40,
        heads: int = 4,
        decay: float = 0.99,
        writes: Literal["bound", "key"] = "bound",
    ) -> None:
        super().__init__()
        if writes == "bound" and width <= ways:
            raise RecipeError(
                f"a slot must hold a key and a one-hot class of {ways} numbers, got a width of "
                f"{width}: set memory.width to more than {ways}"
            )
        if slots < heads:
            raise RecipeError(
                f"every head needs a slot of its own to write to, got {heads} heads and {slots} "
                f"slots: set memory.slots to {heads} or more"
            )
        self.ways, self.decay, self.writes = ways, decay, writes
        key = width if writes == "key" else width - ways
        self.shapes = (
            (slots, width),
            (heads, slots),
            (slots,),
            (heads, width),
            (heads, key),
            (hidden,),
            (hidden,),
        )
        self.sizes = [torch.Size(shape).numel() for shape in self.shapes]
        self.state_size = sum(self.sizes)
        self.cell = nn.LSTMCell(size + ways + heads * width, hidden)
        self.key = nn.Linear(hidden, heads * key)
        self.gate = nn.Linear(hidden, heads)
        self.sharpness = nn.Linear(hidden, heads)
        nn.init.constant_(self.sharpness.bias, SHARPNESS)
        self.answer = nn.Linear(hidden + heads * width, ways)

    def forward(self, items: Embeddings, told: Classes, state: States) -> tuple[Classes, States]:
        parts = [
            part.reshape(-1, *shape)
            for part, shape in zip(torch.split(state, self.sizes, 1), self.shapes, strict=True)
        ]
        store, recalled, key, hidden, cell = Store(*parts[:3]), *parts[3:]
        seen = torch.cat([items, told, recalled.flatten(1)], 1)
        hidden, cell = self.cell(seen, (hidden, cell))
        asked = self._request(hidden, key, told)
        recalled, store = access(store, asked, self.decay)
        answer = self.answer(torch.cat([hidden, recalled.flatten(1)], 1))
        after = [part.flatten(1) for part in (*store, recalled, asked.key, hidden, cell)]
        return -answer, torch.cat(after, 1)

    def _request(
        self, hidden: Embeddings, previous_key: Float[Tensor, "b heads key"], told: Classes
    ) -> Request:
        key = torch.tanh(self.key(hidden)).reshape(previous_key.shape)
        content = key
        if self.writes == "bound":
            classes = told.unsqueeze(1).expand(-1, previous_key.shape[1], -1)
            content = torch.cat([previous_key, classes], -1)
        return Request(key, content, self.gate(hidden), 1 + F.softplus(self.sharpness(hidden)))
