"""The memory's addressing against a second implementation: plain loops over numbers."""

from __future__ import annotations

from math import exp, sqrt

import pytest
import torch

from gemel.memories.least_recently_used import (
    Request,
    Store,
    access,
    least_used,
    read_weights,
    write_weights,
)

HEADS, SLOTS, WIDTH, KEY, DECAY = 2, 5, 4, 3, 0.9


def normal(*shape, seed):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def some_store(seed=0):
    read = normal(1, HEADS, SLOTS, seed=seed).softmax(-1)
    usage = normal(1, SLOTS, seed=seed + 1).abs()
    return Store(normal(1, SLOTS, WIDTH, seed=seed + 2), read, usage)


def some_request(seed=10):
    sharpness = 1 + normal(1, HEADS, seed=seed).abs()
    return Request(
        normal(1, HEADS, KEY, seed=seed + 1),
        normal(1, HEADS, WIDTH, seed=seed + 2),
        normal(1, HEADS, seed=seed),
        sharpness,
    )


def loop_access(store, asked, decay):
    """The docstring's equations for one episode, number by number."""
    slots, last, usage = (part[0].tolist() for part in store)
    key, content, gate, sharpness = (part[0].tolist() for part in asked)
    by_use = sorted(range(SLOTS), key=lambda i: usage[i])
    write = []
    for head in range(HEADS):
        share = 1 / (1 + exp(-gate[head]))
        write.append(
            [share * last[head][i] + (1 - share) * (i == by_use[head]) for i in range(SLOTS)]
        )
    for i in range(SLOTS):
        for k in range(WIDTH):
            old = 0.0 if i in by_use[:HEADS] else slots[i][k]
            slots[i][k] = old + sum(write[head][i] * content[head][k] for head in range(HEADS))
    read, recalled = [], []
    for head in range(HEADS):
        scores = [
            exp(sharpness[head] * dot(key[head], slot[:KEY]) / (norm(key[head]) * norm(slot[:KEY])))
            for slot in slots
        ]
        read.append([score / sum(scores) for score in scores])
        recalled.append(
            [sum(read[head][i] * slots[i][k] for i in range(SLOTS)) for k in range(WIDTH)]
        )
    usage = [
        decay * usage[i] + sum(read[head][i] + write[head][i] for head in range(HEADS))
        for i in range(SLOTS)
    ]
    return recalled, slots, read, usage


def dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


def norm(vector):
    return sqrt(dot(vector, vector))


def test_three_accesses_are_those_of_the_loop():
    store = some_store()
    for time in range(3):
        asked = some_request(seed=20 + 2 * time)
        recalled, slots, read, usage = loop_access(store, asked, DECAY)
        ours, store = access(store, asked, DECAY)
        torch.testing.assert_close(ours[0], torch.tensor(recalled))
        torch.testing.assert_close(store.slots[0], torch.tensor(slots))
        torch.testing.assert_close(store.read[0], torch.tensor(read))
        torch.testing.assert_close(store.usage[0], torch.tensor(usage))


def test_the_first_head_gets_the_least_used_slot_and_the_second_the_next():
    usage = torch.tensor([[0.5, 0.1, 0.9, 0.3]])
    assert least_used(usage, 2).tolist() == [[[0, 1, 0, 0], [0, 0, 0, 1]]]


def test_an_open_gate_refreshes_what_was_read_and_a_shut_one_replaces_the_least_used():
    read, least = torch.tensor([[[0.25, 0.75, 0.0]]]), torch.tensor([[[0.0, 0.0, 1.0]]])
    torch.testing.assert_close(write_weights(torch.tensor([[30.0]]), read, least), read)
    torch.testing.assert_close(write_weights(torch.tensor([[-30.0]]), read, least), least)
    # σ(0) = ½ of each
    half = write_weights(torch.tensor([[0.0]]), read, least)
    torch.testing.assert_close(half, torch.tensor([[[0.125, 0.375, 0.5]]]))


def test_reading_is_a_softmax_of_cosines():
    key, slots = torch.tensor([[[2.0, 0.0]]]), torch.tensor([[[5.0, 0.0], [0.0, 1.0], [0.0, 0.0]]])
    # cosines 1, 0 and, of an empty slot, 0; sharpness 3
    total = exp(3) + 2
    weights = read_weights(key, torch.tensor([[3.0]]), slots)[0, 0]
    assert weights.tolist() == pytest.approx([exp(3) / total, 1 / total, 1 / total])


def test_use_that_is_not_renewed_decays():
    store, asked = some_store(), some_request()
    _, after = access(store, asked, DECAY)
    renewed = after.read.sum(1) + write_weights(
        asked.gate, store.read, least_used(store.usage, HEADS)
    ).sum(1)
    torch.testing.assert_close(after.usage - renewed, DECAY * store.usage)


def test_what_was_written_is_found_again_by_its_key():
    store = empty_store()
    shut, sharp = torch.full((1, HEADS), -30.0), torch.full((1, HEADS), 50.0)
    for label, key in enumerate(torch.eye(KEY)[:2]):
        keys = key.expand(1, HEADS, KEY)
        content = torch.cat([keys, torch.full((1, HEADS, 1), label + 5.0)], -1)
        _, store = access(store, Request(keys, content, shut, sharp), DECAY)
    first = torch.eye(KEY)[0].expand(1, HEADS, KEY)
    recalled = read_weights(first, sharp, store.slots) @ store.slots
    torch.testing.assert_close(recalled[..., KEY], torch.full((1, HEADS), 5.0), atol=1e-4, rtol=0)


def test_gradients_are_finite_on_an_empty_memory():
    key = torch.zeros(1, HEADS, KEY, requires_grad=True)
    recalled, after = access(empty_store(), some_request()._replace(key=key), DECAY)
    (recalled.sum() + after.slots.sum()).backward()
    assert torch.isfinite(key.grad).all()


def empty_store():
    return Store(torch.zeros(1, SLOTS, WIDTH), torch.zeros(1, HEADS, SLOTS), torch.zeros(1, SLOTS))
