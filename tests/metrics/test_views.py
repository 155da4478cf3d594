"""The metric of views, by hand."""

from __future__ import annotations

import math

import pytest
import torch

from gemel.metrics import METRICS


def items(*views):
    """One set of items; each is given as its views, a list of 2 numbers each."""
    return torch.tensor(views).transpose(1, 2).flatten(1)[None]


def test_the_best_view_of_either_meets_the_other_as_it_stands():
    metric = METRICS["views"](4, (2, 1))
    a = items([[1.0, 0.0], [0.0, 1.0]])
    b = items([[0.0, 2.0], [1.0, 1.0]])
    # a's second view is along b as it stands: cosine 1.
    assert metric(a, b).item() == pytest.approx(0, abs=1e-6)
    c = items([[-1.0, 0.0], [1.0, 1.0]])
    # a to c as it stands: -1 and 0; c's second view to a as it stands: 1/√2.
    assert metric(a, c).item() == pytest.approx(1 - 1 / math.sqrt(2), abs=1e-6)


def test_two_views_that_are_both_moved_do_not_meet():
    metric = METRICS["views"](4, (2, 1))
    a = items([[1.0, 0.0], [0.0, 1.0]])
    d = items([[-1.0, -0.5], [0.0, 1.0]])
    # Both second views agree, which says nothing; left are -0.5/√1.25 for a's and 0 for d's.
    assert metric(a, d).item() == pytest.approx(1, abs=1e-6)


def test_with_one_view_it_is_the_cosine():
    left, right = torch.randn(1, 3, 6), torch.randn(1, 4, 6)
    torch.testing.assert_close(
        METRICS["views"](6)(left, right), METRICS["cosine"](6)(left, right), atol=1e-6, rtol=1e-5
    )
