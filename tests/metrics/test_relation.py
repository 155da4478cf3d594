"""The relation module against the paper: its layers, its size, and a loop over single pairs."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gemel.metrics import METRICS
from gemel.metrics.small_conv import SmallConv
from gemel.metrics.sum_norm import SumNorm


def relation():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return METRICS["relation"](1600, (5, 5))


def test_it_has_the_papers_layers():
    # 128 to 64 maps and 64 to 64, 3x3, each with batch norm; dense 64 to 8 to 1.
    blocks = (128 * 9 * 64 + 64) + 2 * 64 + (64 * 9 * 64 + 64) + 2 * 64
    dense = 64 * 8 + 8 + 8 + 1
    assert sum(p.numel() for p in relation().parameters()) == blocks + dense


def test_it_is_a_convolution_of_both_items_maps_one_behind_the_other():
    metric = relation()
    metric(torch.randn(1, 5, 1600), torch.randn(1, 5, 1600))  # so that the norms know something
    metric.eval()
    left, right = torch.rand(1, 2, 1600), torch.rand(1, 3, 1600)
    whole = torch.cat([metric.first.weight, metric.second.weight], 1)

    def score(a, b):
        maps = torch.cat([a.view(1, 64, 5, 5), b.view(1, 64, 5, 5)], 1)
        first = F.conv2d(maps, whole, metric.first.bias, padding=1)
        first = F.max_pool2d(_normalised(first, metric.norm.mean, metric.norm.variance).relu(), 2)
        second = F.conv2d(first, metric.third.weight, metric.third.bias, padding=1)
        known = metric.third_norm
        second = _normalised(second, known.running_mean, known.running_var).relu()
        eight, _, one = metric.score
        return one(eight(F.max_pool2d(second, 2).flatten(1)).relu()).item()

    distance = metric(left, right)[0]
    for i in range(2):
        for j in range(3):
            a, b = left[0, i], right[0, j]
            expected = -(score(a, b) + score(b, a)) / 2
            torch.testing.assert_close(distance[i, j].item(), expected, atol=1e-5, rtol=1e-4)


def _normalised(maps, mean, variance):
    return F.batch_norm(maps, mean, variance)


@pytest.mark.parametrize("places", [(5, 5), (1, 1)])
def test_the_norm_of_sums_is_batch_norm_of_all_of_them(places):
    norm, plain = SumNorm(6), nn.BatchNorm2d(6)
    with torch.no_grad():
        for each in (norm, plain):
            each.weight.copy_(torch.linspace(-1, 2, 6))  # a negative one too
            each.bias.copy_(torch.linspace(-1, 1, 6))
    ours, theirs = torch.randn(3, 4, *places, 6) + 1, 2 * torch.randn(3, 5, *places, 6)
    sums = (ours.unsqueeze(2) + theirs.unsqueeze(1)).flatten(0, 2).movedim(-1, 1)
    for training in (True, True, False):
        scaled = norm.train(training)(ours, theirs)
        together = (scaled[0].unsqueeze(2) + scaled[1].unsqueeze(1)).flatten(0, 2).movedim(-1, 1)
        torch.testing.assert_close(together, plain.train(training)(sums), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(norm.variance, plain.running_var)


@pytest.mark.parametrize("sides", [(1, 1), (2, 2), (3, 2), (3, 3), (4, 4)])
def test_a_small_convolution_is_a_convolution(sides):
    small = SmallConv(6, sides)
    maps = torch.randn(5, *sides, 6)
    expected = F.conv2d(maps.movedim(-1, 1), small.weight, small.bias, padding=1).movedim(1, -1)
    torch.testing.assert_close(small(maps), expected, atol=1e-5, rtol=1e-4)


def test_it_starts_as_one_convolution_of_both_would():
    metric = relation()
    bound = (1 / (128 * 9)) ** 0.5  # torch's uniform bound for 128 maps coming in
    for half in (metric.first, metric.second):
        assert 0.95 * bound < half.weight.abs().max().item() <= bound


def test_embeddings_that_are_no_maps_can_be_related_too():
    assert METRICS["relation"](6).eval()(torch.rand(2, 3, 6), torch.rand(2, 4, 6)).shape == (
        2,
        3,
        4,
    )
