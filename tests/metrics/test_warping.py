"""Time warping of learned descriptors against a plain loop, and what it is for."""

from __future__ import annotations

from math import inf, sqrt

import pytest
import torch

from gemel.errors import RecipeError
from gemel.metrics.warping import TINY, WarpingMetric

PLACES = 9


def item(count, seed=0, size=3):
    """A flattened map with `count` descriptors, and nothing behind them."""
    drawn = torch.randn(size, count, generator=torch.Generator().manual_seed(seed))
    return torch.cat([drawn, torch.zeros(size, PLACES - count)], -1).flatten()


def sets(counts, seed):
    return torch.stack([item(count, seed + n) for n, count in enumerate(counts)])[None]


def by_loop(metric, a, b):
    """From the equation at the top of the module."""
    a, b = (each.reshape(-1, PLACES).T for each in (a, b))
    a, b = (each[: int((each != 0).any(1).sum())] for each in (a, b))
    total = [[inf] * (len(b) + 1) for _ in range(len(a) + 1)]
    total[0][0] = 0.0
    for i in range(len(a)):
        for j in range(len(b)):
            apart = sqrt(float((a[i] - b[j]).square().sum()) + TINY) - sqrt(TINY)
            total[i + 1][j + 1] = apart + min(total[i][j], total[i][j + 1], total[i + 1][j])
    gain = metric.log_gain.exp().item()
    return gain * total[-1][-1] / (len(a) + len(b)) - metric.offset.item()


@pytest.mark.parametrize("training", [True, False])
def test_is_the_equation_for_items_of_all_lengths(training):
    metric = WarpingMetric(3 * PLACES, (1, PLACES)).train(training)
    with torch.no_grad():
        metric.offset.fill_(0.25)
    left, right = sets((9, 4, 1), 1), sets((9, 2, 6, 1), 7)
    found = metric(left, right)[0]
    for i in range(3):
        for j in range(4):
            expected = by_loop(metric, left[0, i], right[0, j])
            assert found[i, j].item() == pytest.approx(expected, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("training", [True, False])
def test_a_place_of_zeros_is_a_place_and_an_item_of_zeros_has_one(training):
    metric = WarpingMetric(3 * PLACES, (1, PLACES)).train(training)
    whole = item(5).reshape(3, PLACES)
    silent, blank = whole.clone(), torch.zeros_like(whole)
    silent[:, 2] = 0
    found = metric(*[torch.stack([whole, silent, blank]).flatten(1)[None]] * 2)[0]
    lengths = whole[:, :5].norm(dim=0)
    # Nothing is gained by a detour: of a silent place, and of a blank item, all costs are lengths.
    gain = metric.log_gain.exp().item()
    assert found[2, 0].item() == pytest.approx(gain * lengths.sum().item() / (5 + 1), rel=1e-2)
    assert 0 < found[0, 1].item() <= gain * lengths[2].item() / (5 + 5)
    torch.testing.assert_close(found, found.T)
    torch.testing.assert_close(found.diagonal(), torch.zeros(3), atol=0.05, rtol=0)


def test_several_sets_are_compared_each_within_itself():
    metric = WarpingMetric(3 * PLACES, (1, PLACES)).train()
    left, right = (
        torch.cat([sets((5, 3), 1), sets((9, 2), 3)]),
        torch.cat([sets((4,), 5), sets((8,), 6)]),
    )
    both = metric(left, right)
    for which in range(2):
        alone = metric(left[which : which + 1], right[which : which + 1])
        torch.testing.assert_close(both[which : which + 1], alone, atol=1e-4, rtol=1e-5)


def test_the_gradient_along_the_best_path_is_that_of_the_whole_recursion():
    metric = WarpingMetric(3 * PLACES, (1, PLACES))
    gradients = []
    for training in (True, False):
        left = sets((9, 5), 2).requires_grad_()
        metric.train(training)(left, sets((7, 9), 11)).square().sum().backward()
        gradients.append(left.grad)
    torch.testing.assert_close(gradients[0], gradients[1], atol=1e-2, rtol=1e-3)
    assert gradients[0].abs().max() > 1


def test_the_sides_may_be_exchanged_to_the_last_bit():
    metric = WarpingMetric(3 * PLACES, (1, PLACES)).eval()
    left, right = sets((9, 3, 5), 1), sets((6, 8), 9)
    assert torch.equal(metric(left, right), metric(right, left).transpose(1, 2))


def test_dwelling_is_nearer_than_another_order():
    """A trace, the same that lingers at a place, and the same backwards."""
    metric = WarpingMetric(4 * 6, (1, 6)).eval()
    trace = torch.randn(4, 5, generator=torch.Generator().manual_seed(2))

    def along(places):
        walked = trace[:, places]
        return torch.cat([walked, torch.zeros(4, 6 - len(places))], -1).reshape(1, 1, -1)

    here = along([0, 1, 2, 3, 4])
    lingers, back = along([0, 1, 2, 2, 3, 4]), along([4, 3, 2, 1, 0])
    assert metric(here, lingers).item() == pytest.approx(0, abs=0.05)
    assert metric(here, back).item() > 1


def test_maps_with_two_sides_have_no_order():
    with pytest.raises(RecipeError, match="warping needs maps along time"):
        WarpingMetric(4 * 6, (2, 3))
