"""Descriptors compared with what they attend to: against a plain loop, and what it can learn."""

from __future__ import annotations

from math import exp

import pytest
import torch

from gemel.metrics.attentive import AttentiveMetric

PLACES, CHANNELS = 5, 4


def made(seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return AttentiveMetric(PLACES * CHANNELS, (1, PLACES), hidden=3).eval()


def words(*descriptors):
    """A map of descriptors at the first places; the others are behind the end."""
    maps = torch.zeros(CHANNELS, PLACES)
    for place, descriptor in enumerate(descriptors):
        maps[:, place] = torch.tensor(descriptor)
    return maps.reshape(1, 1, -1)


def drawn(count, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, CHANNELS, generator=generator).tolist()


def by_loop(metric, ours, theirs):
    """v(a, b), from the equation at the top of the module."""
    rows = []
    for a in ours:
        attention = [
            exp(metric.sharpness.item() * sum(x * y for x, y in zip(a, b, strict=True)))
            for b in theirs
        ]
        found = [
            sum(e * b[c] for e, b in zip(attention, theirs, strict=True)) / sum(attention)
            for c in range(CHANNELS)
        ]
        compared = [abs(x - y) for x, y in zip(a, found, strict=True)]
        compared += [x * y for x, y in zip(a, found, strict=True)]
        rows.append(metric.compared(torch.tensor(compared)))
    stacked = torch.stack(rows)
    return torch.cat([stacked.mean(0), stacked.amax(0)])


def test_is_the_equation_both_ways_and_sees_nothing_behind_an_end():
    metric = made()
    ours, theirs = drawn(3, seed=1), drawn(2, seed=2)
    found = by_loop(metric, ours, theirs) + by_loop(metric, theirs, ours)
    whole = [torch.tensor(rows).amax(0) for rows in (ours, theirs)]
    facts = torch.cat([found, (whole[0] - whole[1]).abs(), whole[0] * whole[1]])
    distance = metric(words(*ours), words(*theirs)).item()
    assert distance == pytest.approx(-metric.score(facts).item(), rel=1e-4)


def test_the_order_of_words_is_for_the_encoder_to_see():
    metric = made()
    ours, theirs = drawn(4, seed=3), drawn(3, seed=4)
    turned = metric(words(*reversed(ours)), words(*theirs))
    torch.testing.assert_close(turned, metric(words(*ours), words(*theirs)))


def test_it_learns_that_one_word_without_a_counterpart_means_something():
    """ "not" against one more adjective: the same number of words lack a counterpart."""
    generator = torch.Generator().manual_seed(5)
    base, negation = torch.randn(6, CHANNELS, generator=generator).tolist(), [3.0, -3.0, 3.0, -3.0]
    extra = torch.randn(40, CHANNELS, generator=generator).tolist()
    pairs, same = [], []
    for number, adjective in enumerate(extra):
        sentence = [base[number % 6], base[(number + 1) % 6]]
        for added, alike in ((adjective, 1.0), (negation, 0.0)):
            pairs.append((words(*sentence), words(*sentence, added)))
            same.append(alike)
    left, right = (torch.cat([pair[side] for pair in pairs]) for side in (0, 1))
    metric, grades = made().train(), torch.tensor(same)
    optimizer = torch.optim.Adam(metric.parameters(), 0.02)
    for _ in range(120):
        likeness = torch.sigmoid(-metric(left, right)[:, 0, 0])
        loss = (likeness - grades).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert ((likeness > 0.5) == (grades > 0.5)).float().mean() > 0.95
