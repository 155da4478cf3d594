"""Distances of a batch are the same however they are come by."""

from __future__ import annotations

import pytest
import torch

from gemel.encoders import ENCODERS, PixelStatistics
from gemel.errors import RecipeError
from gemel.metrics import METRICS
from gemel.twin import SharedTwin, check_margin


@pytest.fixture(params=sorted(METRICS))
def twin(request):
    encoder = ENCODERS["mlp"]((1, 4, 4), PixelStatistics.untouched(1), widths=(8,))
    return SharedTwin(encoder, METRICS[request.param](8)).eval()


def test_all_pairs_at_once_are_the_pairs_each_alone(twin):
    items = (torch.rand(6, 1, 4, 4),)
    rows = torch.tensor([4, 0, 2, 5, 1, 3])
    columns = torch.stack([torch.tensor([j for j in range(6) if j != i]) for i in rows.tolist()])
    dense = twin(items, rows, columns)
    for row, number in enumerate(rows):
        for place, other in enumerate(columns[row]):
            alone = twin(items, number.view(1), other.view(1, 1))
            torch.testing.assert_close(dense[row, place], alone[0, 0], atol=1e-5, rtol=1e-5)


def test_sides_may_be_exchanged_to_the_last_bit(twin):
    items = (torch.rand(2, 1, 4, 4),)
    there = twin(items, torch.tensor([0]), torch.tensor([[1]]))
    back = twin(items, torch.tensor([1]), torch.tensor([[0]]))
    assert torch.equal(there, back)


def test_a_margin_beyond_reach_is_refused():
    encoder = ENCODERS["compact"]((1, 8, 8), PixelStatistics.untouched(1))
    check_margin(2.0, encoder, METRICS["cosine"](128))
    check_margin(None, encoder, METRICS["cosine"](128))
    with pytest.raises(RecipeError, match=r"margin of 2\.5, but this metric reaches at most 2"):
        check_margin(2.5, encoder, METRICS["cosine"](128))
