"""Rows of a batch that share their columns are compared set by set, and come out as each alone."""

from __future__ import annotations

import pytest
import torch

from gemel.metrics import METRICS
from gemel.twin.twin import between


@pytest.fixture(params=["alignment", "cosine", "weighted-l1"])
def metric(request):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return METRICS[request.param](8).eval()


def compared(metric, rows, columns):
    embeddings = torch.randn(9, 8, generator=torch.Generator().manual_seed(0))
    together = between(metric, embeddings, embeddings, rows, columns)
    for row in range(len(rows)):
        chosen = slice(row, row + 1)
        alone = between(metric, embeddings, embeddings, rows[chosen], columns[chosen])
        torch.testing.assert_close(together[row], alone[0], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("sets", [1, 2, 3, 6])
def test_sets_of_one_size(metric, sets):
    columns = torch.stack([torch.randperm(9)[:2] for _ in range(sets)])
    compared(metric, torch.randperm(9)[:6], columns.repeat_interleave(6 // sets, dim=0))


def test_sets_of_unequal_size(metric):
    compared(metric, torch.arange(3), torch.tensor([[5, 6], [5, 6], [7, 8]]))


def test_the_same_columns_again_later(metric):
    compared(metric, torch.arange(4), torch.tensor([[5, 6], [7, 8], [5, 6], [5, 6]]))


def test_some_rows_against_nearly_all(metric):
    """As batches of classes ask: each item against every other one, forgeries as columns alone."""
    rows = torch.tensor([0, 2, 3, 5])
    others = torch.arange(8) + (torch.arange(8) >= rows[:, None]).long()
    compared(metric, rows, others)
