"""Forgeries in batches: compared with genuine items of every label, matched with nothing."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.batches import Classes, Episodes, LabelIndex, RandomPairs, Triplets

LABELS = np.repeat(np.arange(5), 7)
GENUINE = np.tile(np.arange(7) < 4, 5)
# Label 4 has no forgeries at hand.
FORGERIES = np.flatnonzero(~GENUINE & (LABELS < 4))
INDEX = LabelIndex(np.flatnonzero(GENUINE), LABELS, None, FORGERIES)

KINDS = {
    "pairs": RandomPairs(INDEX, size=40),
    "triplets": Triplets(INDEX, size=20),
    "classes": Classes(INDEX, labels=3, items=3),
    "classes in two views": Classes(INDEX, labels=5, items=4, views=2),
    "episodes": Episodes(INDEX, ways=3, shots=1, queries=2),
}


def epochs(kind, count=5):
    return [batch for seed in range(count) for batch in kind.epoch(np.random.default_rng(seed))]


@pytest.mark.parametrize("name", KINDS)
def test_a_forgery_matches_nothing_and_is_never_compared_with_another(name):
    for batch in epochs(KINDS[name]):
        rows, columns = batch.items[batch.rows], batch.items[batch.columns]
        assert GENUINE[rows].all()
        expected = (LABELS[rows][:, None] == LABELS[columns]) & GENUINE[columns]
        np.testing.assert_array_equal(batch.same, expected)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5])
@pytest.mark.parametrize("kind", [RandomPairs, Triplets])
def test_the_share_of_what_differs_is_forged(kind, share):
    batches = epochs(kind(INDEX, size=20, forged=share), 400)
    different = np.concatenate([batch.items[batch.columns][~batch.same] for batch in batches])
    assert (~GENUINE[different]).mean() == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("name", ["pairs", "triplets"])
def test_a_drawn_forgery_claims_the_label_of_its_row(name):
    for batch in epochs(KINDS[name]):
        rows, columns = batch.items[batch.rows][:, None], batch.items[batch.columns]
        forged = ~GENUINE[columns]
        assert (LABELS[rows] == LABELS[columns])[forged].all()


def test_classes_bring_as_many_forgeries_as_items():
    batch = epochs(Classes(INDEX, labels=5, items=3), 1)[0]
    # 5 labels of 3 items, and 3 forgeries of each of the 4 labels that have some.
    assert np.bincount(GENUINE[batch.items]).tolist() == [12, 15]
    assert batch.same.shape == (15, 26)


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.25, 1), (0.4, 2), (0.75, 9)])
def test_classes_bring_the_share_of_forgeries_that_is_asked_for(share, count):
    batch = epochs(Classes(INDEX, labels=5, items=3, forged=share), 1)[0]
    # With 3 items, 3·s / (1-s) forgeries are the share s of a label's items.
    assert np.bincount(GENUINE[batch.items], minlength=2).tolist() == [4 * count, 15]


@pytest.mark.parametrize("views", [1, 2])
def test_a_label_and_its_forgeries_are_warped_as_one(views):
    for batch in epochs(Classes(INDEX, labels=4, items=3, views=views), 3):
        pairs = set(zip(batch.groups.tolist(), LABELS[batch.items].tolist(), strict=True))
        assert len(pairs) == len({group for group, _ in pairs}) == 4
        assert {group for group, _ in pairs} == {0, 1, 2, 3}


def test_without_forgeries_batches_are_what_they_were():
    items = np.flatnonzero(GENUINE)
    for kind in (RandomPairs, Triplets):
        plain, none = (
            list(kind(LabelIndex(items, LABELS, None, given)).epoch(np.random.default_rng(0)))
            for given in (None, np.zeros(0, np.int64))
        )
        for one, other in zip(plain, none, strict=True):
            np.testing.assert_array_equal(one.items, other.items)
