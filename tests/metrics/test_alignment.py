"""The alignment of local descriptors against a plain loop, and what it is for."""

from __future__ import annotations

from math import exp, log, sqrt

import pytest
import torch

from gemel.metrics.alignment import AlignmentMetric


def by_loop(metric, a, b):
    """One direction, from the equation at the top of the module."""
    height, width = metric.map_size
    t, k = metric.log_sharpness.exp().item(), metric.log_stiffness.exp().item()
    places = [(y, x) for y in range(height) for x in range(width)]
    lengths = [sqrt(sum(float(a[c, y, x]) ** 2 for c in range(len(a)))) for y, x in places]
    score = 0.0
    for (y, x), length in zip(places, lengths, strict=True):
        terms = []
        for v, u in places:
            dot = sum(float(a[c, y, x] * b[c, v, u]) for c in range(len(a)))
            other = sqrt(sum(float(b[c, v, u]) ** 2 for c in range(len(a))))
            steps = (y - v) ** 2 + (x - u) ** 2
            terms.append(exp(t * (dot / (length * other) - k * steps)))
        score += length / sum(lengths) * log(sum(terms)) / t
    return score


def test_is_the_equation_both_ways():
    metric = AlignmentMetric(3 * 2 * 3, (2, 3))
    with torch.no_grad():
        metric.offset.fill_(0.25)
    maps = torch.randn(2, 3, 2, 3, generator=torch.Generator().manual_seed(0))
    distance = metric(maps[:1].reshape(1, 1, -1), maps[1:].reshape(1, 1, -1)).item()
    there, back = by_loop(metric, *maps), by_loop(metric, *maps.flip(0))
    assert distance == pytest.approx(-(20.0 * (there + back) / 2 + 0.25), rel=1e-4)


def test_a_stroke_that_has_moved_by_a_step_is_nearer_than_another_stroke():
    def drawing(channel, x):
        maps = torch.full((2, 1, 5), 0.0)
        maps[channel, 0, x] = 1.0
        return maps.reshape(1, 1, -1)

    metric = AlignmentMetric(10, (1, 5))
    here, moved, far, other = drawing(0, 1), drawing(0, 2), drawing(0, 3), drawing(1, 1)
    distances = [metric(here, item).item() for item in (here, moved, far, other)]
    assert distances == sorted(distances)
    assert distances[0] < distances[1] < distances[2]


def test_in_training_one_exponential_serves_both_ways_and_gives_the_same():
    metric = AlignmentMetric(3 * 7, (1, 7))
    left, right = (
        torch.randn(2, n, 21, generator=torch.Generator().manual_seed(n)) for n in (3, 4)
    )
    left[0, 0] = right[0, 1] = 0.0  # a blank picture has no descriptors
    answers, gradients = [], []
    for training in (True, False):
        items = left.clone().requires_grad_()
        distance = metric.train(training)(items, right)
        distance.square().sum().backward()
        answers.append(distance.detach())
        gradients.append(items.grad)
    torch.testing.assert_close(answers[0], answers[1], atol=1e-4, rtol=1e-5)
    torch.testing.assert_close(gradients[0], gradients[1], atol=1e-3, rtol=1e-4)


def test_along_time_the_order_counts():
    """A trace that is run through backwards has the same descriptors, in other places."""
    metric = AlignmentMetric(4 * 6, (1, 6))
    trace = torch.randn(4, 6, generator=torch.Generator().manual_seed(2))
    there, back = trace.reshape(1, 1, -1), trace.flip(1).reshape(1, 1, -1)
    assert metric(there, there).item() < metric(there, back).item()


@pytest.mark.parametrize("training", [True, False])
def test_places_without_a_descriptor_change_nothing(training):
    """A text in a longer map: what is behind its end neither looks nor is found."""
    short, long = AlignmentMetric(4 * 3, (1, 3)), AlignmentMetric(4 * 9, (1, 9))
    maps = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(6))
    longer = torch.cat([maps, torch.zeros(2, 4, 6)], -1)
    expected = short.eval()(maps[:1].reshape(1, 1, -1), maps[1:].reshape(1, 1, -1))
    found = long.train(training)(longer[:1].reshape(1, 1, -1), longer[1:].reshape(1, 1, -1))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-5)
