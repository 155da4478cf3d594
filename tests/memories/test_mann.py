"""Santoro's network: its sizes, and what it learns where the answer is known."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from gemel.errors import RecipeError
from gemel.memories import remember
from gemel.memories.least_recently_used import Request, Store, access
from gemel.memories.mann import MannMemory


def test_its_sizes_are_the_papers():
    memory = MannMemory(size=64, ways=5)
    # LSTM of 200 from 64 + 5 + 4·40 numbers; 4 keys of 35 beside a class of 5; 128 slots of 40.
    assert sum(p.numel() for p in memory.cell.parameters()) == 4 * 200 * (229 + 200 + 2)
    assert memory.key.out_features == 4 * 35
    assert memory.state_size == 128 * 40 + 4 * 128 + 128 + 4 * 40 + 4 * 35 + 2 * 200
    assert MannMemory(size=64, ways=5, writes="key").key.out_features == 4 * 40


def test_slots_too_narrow_for_a_class_are_refused():
    with pytest.raises(
        RecipeError, match="must hold a key and a one-hot class of 5 numbers, got a width of 5: set"
    ):
        MannMemory(size=8, ways=5, width=5)
    assert MannMemory(size=8, ways=5, width=5, writes="key").ways == 5  # which holds no class


def test_fewer_slots_than_heads_are_refused():
    with pytest.raises(
        RecipeError, match="a slot of its own to write to, got 4 heads and 3 slots: set"
    ):
        MannMemory(size=8, ways=5, slots=3)


@pytest.mark.parametrize("writes", ["bound", "key"])
def test_a_step_is_the_papers(writes):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        memory = MannMemory(size=4, ways=3, hidden=8, slots=6, width=8, heads=2, writes=writes)
        items, told = 9 * torch.randn(5, 4), torch.eye(3)[torch.arange(5) % 3]
        state = torch.rand(5, memory.state_size)
    with torch.no_grad():
        memory.key.weight.mul_(9)  # so that tanh bends
    parts = [
        part.reshape(5, *shape)
        for part, shape in zip(state.split(memory.sizes, 1), memory.shapes, strict=True)
    ]
    store, (recalled, before, *lstm) = Store(*parts[:3]), parts[3:]
    hidden, cell = memory.cell(torch.cat([items, told, recalled.flatten(1)], 1), lstm)
    key = memory.key(hidden).tanh().reshape(before.shape)
    bound = torch.cat([before, torch.stack([told, told], 1)], 2)
    sharpness = 1 + F.softplus(memory.sharpness(hidden))
    content = bound if writes == "bound" else key
    asked = Request(key, content, memory.gate(hidden), sharpness)
    recalled, store = access(store, asked, decay=0.99)
    distance, after = memory(items, told, state)
    answer = memory.answer(torch.cat([hidden, recalled.flatten(1)], 1))
    torch.testing.assert_close(distance, -answer)
    kept = [part.flatten(1) for part in (*store, recalled, key, hidden, cell)]
    torch.testing.assert_close(after, torch.cat(kept, 1))


def test_reading_begins_sharp():
    assert (MannMemory(size=4, ways=3).sharpness.bias == 10).all()


@pytest.mark.parametrize("writes", ["bound", "key"])
def test_its_answers_depend_on_what_it_was_told(writes):
    memory = MannMemory(size=4, ways=3, hidden=8, slots=6, width=8, heads=2, writes=writes)
    items = torch.rand(1, 3, 4, generator=torch.Generator().manual_seed(0))
    told = torch.eye(3)[torch.tensor([[0, 1, 2]])]
    other = torch.eye(3)[torch.tensor([[1, 1, 2]])]
    assert not torch.equal(
        remember(memory, items, told)[:, 1:], remember(memory, items, other)[:, 1:]
    )


def test_it_learns_to_bind_new_items_to_new_classes():
    """Points that it has never seen, under numbers drawn anew: only what it was told helps."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        memory = MannMemory(size=16, ways=3, hidden=64, slots=24, width=24, heads=2)
    generator = torch.Generator().manual_seed(1)
    optimizer = torch.optim.Adam(memory.parameters(), 4e-3)
    rights = []
    for _ in range(120):
        points = F.normalize(torch.randn(16, 3, 16, generator=generator), dim=-1) * 3
        classes = torch.stack([torch.randperm(9, generator=generator) // 3 for _ in range(16)])
        items = points.gather(1, classes[..., None].expand(-1, -1, 16))
        answers = remember(memory, items, F.one_hot(classes, 3).float())
        loss = F.cross_entropy(-answers.flatten(0, 1), classes.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen = (classes[:, :, None] == classes[:, None, :]).tril().sum(2) > 1
        rights.append((answers.argmin(-1) == classes)[seen].float().mean().item())
    assert sum(rights[:5]) / 5 < 0.6
    assert sum(rights[-10:]) / 10 > 0.85
