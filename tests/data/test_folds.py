"""Folds of whole labels: each is the test once, and nobody is on two sides."""

from __future__ import annotations

import numpy as np
import pytest
from dividing import divided
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gemel.data import Dataset, Pairs, SplitConfig, open_data
from gemel.data.sources import ArrayItems
from gemel.data.splits.allotment import fold_of_unit
from gemel.errors import DataError


def people(count=12, each=4, **more):
    labels = np.repeat(np.arange(count), each)
    items = ArrayItems((("faces", np.zeros((len(labels), 2, 2), np.uint8)),))
    return Dataset("people", items, labels, tuple(map(str, range(count))), **more)


def test_every_label_is_tested_once_and_never_trained_on_then():
    dataset = people()
    tested = []
    for fold in range(4):
        parts = divided(dataset, folds=4, fold=fold)
        held = [set(dataset.labels[parts.part(side)]) for side in ("train", "validation", "test")]
        assert sum(map(len, held)) == len(set.union(*held)) == 12
        assert f"fold {fold + 1} of 4 is the test" in parts.reason
        assert parts.by == "label"
        tested += sorted(held[2])
    assert sorted(tested) == list(range(12))


def test_the_seed_decides_the_folds_and_one_fold_knows_the_others():
    dataset = people()
    first, again, other = (divided(dataset, seed=seed, folds=4).test.tolist() for seed in (0, 0, 1))
    assert first == again != other


def test_groups_and_copies_stay_together():
    dataset = people(groups=np.repeat(np.arange(6), 8), group_names=tuple("abcdef"))
    for fold in range(3):
        parts = divided(dataset, folds=3, fold=fold, by="group")
        assert len(np.unique(dataset.groups[parts.test])) == 2
    contents = np.arange(len(dataset))
    contents[4] = 0  # label 1 shares a picture with label 0
    for fold in range(3):
        tested = divided(dataset, contents, folds=3, fold=fold).test
        assert (0 in dataset.labels[tested]) == (1 in dataset.labels[tested])


@pytest.mark.parametrize("folds", [5, 3])
def test_too_few_labels_for_folds_are_divided_without_them_as_advised(folds):
    with pytest.raises(DataError, match=r"--set split\.folds= --set split\.by=auto"):
        divided(people(count=3), folds=folds, by="label")
    assert divided(people(count=3), by="auto").by == "item"


@settings(max_examples=40, deadline=None)
@given(units=st.integers(2, 60), folds=st.integers(2, 10), seed=st.integers(0, 100))
def test_folds_differ_by_one_unit_at_most(units, folds, seed):
    random = np.random.default_rng(seed)
    if units < folds:
        with pytest.raises(DataError, match=f"{folds} folds need {folds} labels or groups"):
            fold_of_unit(np.arange(units), folds, random)
        return
    sizes = np.bincount(fold_of_unit(np.arange(units), folds, random), minlength=folds)
    assert sizes.sum() == units
    assert np.ptp(sizes) <= 1


@pytest.mark.parametrize(
    ("settings_", "sentence"),
    [
        ({"folds": 5, "fold": 5}, r"split\.fold counts the 5 folds .* from 0, got 5"),
        ({"fold": 1}, r"split\.fold counts the 1 folds"),
        ({"folds": 1}, "greater than or equal to 2"),
        ({"folds": 5, "by": "item"}, r"folds are of whole .*--set split\.folds=\), or set"),
    ],
)
def test_folds_that_cannot_be_are_refused(settings_, sentence):
    with pytest.raises(ValidationError, match=sentence):
        SplitConfig(**settings_)


def test_a_given_split_that_leaves_nothing_to_divide_is_refused():
    dataset = people(split=np.tile([-1, 0, 1, 2], 12))
    with pytest.raises(DataError, match=r"4 folds need 4 labels or groups .*, got 0"):
        divided(dataset, folds=4, by="label")


def test_pairs_without_labels_have_no_folds():
    none = np.zeros(0, np.int64)
    items = ArrayItems((("faces", np.zeros((4, 2, 2), np.uint8)),))
    dataset = Dataset("pairs", items, pairs=Pairs(none, none, none == 1, none))
    with pytest.raises(DataError, match=r"pairs has pairs without labels: leave out split\.folds"):
        divided(dataset, folds=4)


def test_signatures_bring_their_forgeries_along(gemel_data):
    if not (gemel_data / "cedar" / "binarised").is_dir():
        pytest.skip("GEMEL_DATA holds no cedar/binarised")
    dataset = open_data("cedar")
    tested = []
    for fold in range(5):
        parts = divided(dataset, folds=5, fold=fold)
        writers = dataset.labels[parts.test]
        assert abs(len(np.unique(writers)) - len(dataset.label_names) / 5) < 1
        assert dataset.genuine[parts.test].sum() * 2 == len(parts.test)
        tested += np.unique(writers).tolist()
    assert sorted(tested) == list(range(len(dataset.label_names)))
