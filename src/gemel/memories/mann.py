"""The memory-augmented neural network: an LSTM that writes down what it sees and looks it up.

    h_t = LSTM(x_t, y_{t-1}, r_{t-1});  k_t = tanh(linear(h_t)) for each head
    write [k_{t-1}, y_{t-1}], then r_t = what is read for k_t;  answer = linear(h_t, r_t)

The class y of an item comes one step late, with the next item, so that it cannot be copied into
the answer: the network has to bind it to what it remembers.

Santoro, Bartunov, Botvinick, Wierstra & Lillicrap, "Meta-Learning with Memory-Augmented Neural
Networks", ICML 2016, section 3 and supplement: 200 hidden units, 128 slots of 40, 4 heads, decay
0.99. Differs from the paper: items are embeddings of an encoder that is trained along, not raw
pixels. And what is written is the key of the item before together with its class, just told: the
paper writes k_t itself (`writes="key"`) and leaves it to training to bind item and class, which
takes tens of thousands of episodes to begin (docs/lab-notes.md). See also `least_recently_used`.
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
"""Where reading begins: with less it is an average over all slots, which tells nothing."""


@final
class MannMemory(Memory):
    """The paper's controller, memory and output.

    Raises `RecipeError` for fewer slots than heads, or slots too narrow for a class beside a key.

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
                f"a slot holds a key and a class of {ways} numbers, and has {width}: set "
                f"memory.width to more than {ways}"
            )
        if slots < heads:
            raise RecipeError(
                f"every head writes into a slot of its own, got {heads} heads and {slots} slots: "
                f"set memory.slots to {heads} or more"
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
        self, hidden: Embeddings, before: Float[Tensor, "b heads key"], told: Classes
    ) -> Request:
        key = torch.tanh(self.key(hidden)).reshape(before.shape)
        content = key
        if self.writes == "bound":
            classes = told.unsqueeze(1).expand(-1, before.shape[1], -1)
            content = torch.cat([before, classes], -1)
        return Request(key, content, self.gate(hidden), 1 + F.softplus(self.sharpness(hidden)))
