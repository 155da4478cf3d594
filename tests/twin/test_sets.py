"""Rows of a batch that share their columns are compared set by set, and come out as each alone."""

from __future__ import annotations

import pytest
import torch

from gemel.metrics import METRICS
from gemel.twin.twin import between


@pytest.fixture(params=["alignment", "cosine", "second-look", "weighted-l1"])
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


def test_pairs_that_are_asked_for_from_both_ends_are_compared_once(metric):
    """As trials ask: two drawings of three labels, each looked for among the other maker's."""
    makers = torch.tensor([[0, 1, 2], [3, 4, 5], [7, 3, 6], [1, 8, 0]])
    rows, columns = makers.flatten(), makers[[1, 0, 3, 2]].repeat_interleave(3, dim=0)
    counted = []
    metric.register_forward_pre_hook(lambda _, given: counted.append(len(given[0])))
    compared(metric, rows, columns)
    assert counted[0] == 2  # of four sets; afterwards each row alone
    counted.clear()
    low = torch.randn(9, 8, generator=torch.Generator().manual_seed(0)).bfloat16()
    between(metric, low, low, rows, columns)
    assert counted == [2]  # in bf16 too
    # The last set asks for others: nothing is taken from the set before it.
    columns[-3:] = torch.tensor([4, 5, 2])
    compared(metric, rows, columns)


def test_some_rows_against_nearly_all(metric):
    """As batches of classes ask: each item against every other one, forgeries as columns alone."""
    rows = torch.tensor([0, 2, 3, 5])
    others = torch.arange(8) + (torch.arange(8) >= rows[:, None]).long()
    compared(metric, rows, others)
