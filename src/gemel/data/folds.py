"""k folds of whole labels: each is the test once, and every identity is tested by a stranger."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes
from gemel.data.dataset import Dataset
from gemel.errors import DataError


def fold_of_unit(units: Codes, folds: int, random: np.random.Generator) -> Codes:
    """(u,) the fold of each unit, drawn at random; the folds differ by one unit at most.

    `units` (n,) are the units 0 … u-1 of the items. Raises DataError for fewer units than folds.

    >>> import numpy as np
    >>> fold_of_unit(np.array([0, 0, 1, 2, 3]), 2, np.random.default_rng(0)).tolist()
    [0, 0, 1, 1]
    """
    count = int(units.max()) + 1
    if count < folds:
        raise DataError(
            f"{folds} folds need {folds} labels or groups that share nothing, got {count}: lower "
            "split.folds"
        )
    fold: Codes = random.permutation(np.arange(count) % folds)
    return fold


def refuse_folds(dataset: Dataset) -> None:
    """Raises DataError where the data have no labels to cut folds of."""
    if dataset.labels is None:
        raise DataError(
            f"folds are of whole labels, and {dataset.name} has pairs without labels: leave out "
            "split.folds"
        )
