"""The relation module against the paper: its layers, its size, and a loop over single pairs."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from gemel.metrics import METRICS


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
    metric = relation().eval()
    left, right = torch.rand(1, 2, 1600), torch.rand(1, 3, 1600)
    whole = torch.cat([metric.first.weight, metric.second.weight], 1)

    def score(a, b):
        maps = torch.cat([a.view(1, 64, 5, 5), b.view(1, 64, 5, 5)], 1)
        first = F.conv2d(maps, whole, metric.first.bias, padding=1)
        first = F.max_pool2d(metric.joined[0](first).relu(), 2)
        second = F.max_pool2d(metric.block[1](metric.block[0](first)).relu(), 2)
        return metric.score(second.flatten(1)).item()

    distance = metric(left, right)[0]
    for i in range(2):
        for j in range(3):
            a, b = left[0, i], right[0, j]
            expected = -(score(a, b) + score(b, a)) / 2
            torch.testing.assert_close(distance[i, j].item(), expected, atol=1e-5, rtol=1e-4)


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
