"""The second look: whom it falls on, what it reads, and that it is the same once exported."""

from __future__ import annotations

from logging import WARNING
from math import inf

import numpy as np
import pytest
import torch
from torch.export import Dim

from gemel.export.onnx_file import write_onnx
from gemel.matcher.networks import open_session
from gemel.metrics.second_look import SecondLookMetric

PARTS, CHANNELS = (2, 3), 4
SIZE = CHANNELS * 6


def items(count: int, seed: int) -> torch.Tensor:
    return torch.randn(1, count, SIZE, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def metric() -> SecondLookMetric:
    """One that has learned to answer something, and met some distances."""
    torch.manual_seed(0)
    metric = SecondLookMetric(SIZE, PARTS, looks=2)
    torch.nn.init.normal_(metric.second.answer.weight)
    metric.train()(items(5, 1), items(6, 2))
    return metric.eval()


def test_untrained_it_is_alignment():
    metric = SecondLookMetric(SIZE, PARTS)
    left, right = items(3, 1), items(4, 2)
    for training in (True, False):
        metric.train(training)
        torch.testing.assert_close(metric(left, right), metric.first(left, right))


def test_far_pairs_keep_their_alignment_and_near_ones_are_looked_at_again(metric):
    left, right = items(5, 1), items(6, 2)
    distance, first = metric(left, right), metric.first(left, right)
    near = first < metric.bound
    assert 0 < near.sum() < near.numel()
    assert torch.equal(distance[~near], first[~near])
    assert (distance[near] != first[near]).all()


def test_a_second_look_counts_by_how_near_a_pair_is_and_once_at_most(metric):
    left, right = items(1, 1), items(1, 2)
    first = metric.first(left, right)
    looked = []
    for below in (1.0, 0.25, 3.0):
        with torch.no_grad():
            metric.bound.copy_(first.squeeze() + below)
        looked.append((metric(left, right) - first).item())
    once, quarter, far_below = looked
    assert quarter == pytest.approx(once / 4, rel=1e-3)
    assert far_below == pytest.approx(once, rel=1e-3)


def test_a_pair_is_answered_alike_whoever_stands_beside_it(metric):
    left, right = items(5, 1), items(6, 2)
    every = metric(left, right)[0]
    for row in range(5):
        for column in range(6):
            alone = metric(left[:, row : row + 1], right[:, column : column + 1])
            torch.testing.assert_close(alone[0, 0, 0], every[row, column], atol=1e-4, rtol=1e-5)


def test_the_bound_is_the_mean_of_each_rows_so_manyeth_nearest():
    metric = SecondLookMetric(SIZE, PARTS, looks=2)
    assert metric.bound == -inf
    bounds = []
    for seed in (3, 5):
        left, right = items(4, seed), items(3, seed + 1)
        metric.train()(left, right)
        bounds.append(metric.first(left, right)[0].sort(1).values[:, 1].mean().item())
    # The first batch sets it, and the second moves it by a tenth of the way.
    assert metric.bound.item() == pytest.approx(0.9 * bounds[0] + 0.1 * bounds[1])


def test_what_is_read_at_a_place_is_what_the_equation_says(metric):
    left, right = items(1, 1), items(1, 2)
    one, other = metric.first.described(left), metric.first.described(right)
    seen = []
    metric.second.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    metric.bound.fill_(inf)
    with torch.no_grad():
        metric(left, right)
    a, b = one.descriptors[0, 0], other.descriptors[0, 0]
    t, k = metric.first.log_sharpness.exp(), metric.first.log_stiffness.exp()
    for i, (row, column) in enumerate(np.ndindex(PARTS)):
        steps = torch.tensor([(row - v) ** 2 + (column - u) ** 2 for v, u in np.ndindex(PARTS)])
        near = t * (b @ a[i] - k * steps)
        attention = near.softmax(0)
        found = attention @ b
        places = torch.tensor(list(np.ndindex(PARTS)), dtype=torch.float32)
        expected = torch.cat(
            [
                (a[i] - found).abs(),
                a[i] * found,
                (near.exp().sum().log() / t)[None],
                (attention @ places - torch.tensor([row, column])) / 2,
                6 * one.weights[0, 0, i][None],
                6 * (attention @ other.weights[0, 0])[None],
            ]
        )
        torch.testing.assert_close(seen[0][0, i], expected, atol=1e-5, rtol=1e-4)


def test_places_without_a_descriptor_change_nothing():
    torch.manual_seed(0)
    short, long = (SecondLookMetric(CHANNELS * n, (1, n)).eval() for n in (3, 9))
    torch.nn.init.normal_(short.second.answer.weight)
    with torch.no_grad():
        short.bound.fill_(1e3)
    long.load_state_dict(short.state_dict())
    maps = torch.randn(2, CHANNELS, 3)
    longer = torch.cat([maps, torch.zeros(2, CHANNELS, 6)], -1)
    expected = short(maps[:1].reshape(1, 1, -1), maps[1:].reshape(1, 1, -1))
    found = long(longer[:1].reshape(1, 1, -1), longer[1:].reshape(1, 1, -1))
    assert (expected - short.first(*maps.reshape(2, 1, 1, -1))).abs() > 0.01
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_exported_it_looks_at_the_same_pairs(metric, tmp_path, caplog):
    axes = Dim("sets", min=1), Dim("left", min=1), Dim("right", min=1)
    write_onnx(
        metric,
        tmp_path / "metric.onnx",
        {"left": items(2, 7), "right": items(3, 8)},
        ["distances"],
        ({0: axes[0], 1: axes[1]}, {0: axes[0], 1: axes[2]}),
    )
    assert not [said for said in caplog.records if said.levelno >= WARNING]
    session = open_session(tmp_path / "metric.onnx")
    for left, right in [(items(5, 1), items(6, 2)), (items(1, 3), items(1, 4))]:
        asked = {"left": left.numpy(), "right": right.numpy()}
        np.testing.assert_allclose(
            session.run(None, asked)[0], metric(left, right).detach().numpy(), atol=1e-4
        )
    # None of these is near: opposite descriptors at every place, and a bound below them.
    left = torch.ones(1, 1, SIZE)
    assert (metric.first(left, -left) >= metric.bound).all()
    asked = {"left": left.numpy(), "right": -left.numpy()}
    np.testing.assert_allclose(
        session.run(None, asked)[0], metric(left, -left).detach().numpy(), atol=1e-4
    )
