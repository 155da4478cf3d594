"""Labelled items that are to be split, and what each part needs of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Codes, Same
from gemel.data.dataset import PARTS, TEST, TRAIN, VALIDATION, Dataset
from gemel.data.splits.allotment import Needs

NEEDS: Needs = {TRAIN: (2, 2), VALIDATION: (2, 1), TEST: (2, 1)}
"""The minimum number of labels, and of labels with a pair, of each part."""


@final
@dataclass(frozen=True)
class Labelled:
    """The items of a dataset by label, and the `parts` (n,) in which `settle` has put them.

    `labels` (n,) are those of the dataset; `contents` (n,) are equal for equal items.
    """

    dataset: Dataset
    labels: Codes
    contents: Codes
    parts: Codes

    @property
    def open(self) -> Same:
        """(n,) items that are still undecided."""
        undecided: Same = self.parts == -1
        return undecided

    @property
    def genuine(self) -> Same:
        """(n,) items that are no forgeries."""
        given = self.dataset.genuine
        return np.full(len(self.labels), True) if given is None else given

    def lacking(self, parts: Codes) -> str:
        """What the first deficient part needs and gets, as a clause; empty if all parts suffice."""
        labels, genuine = self.labels, self.genuine
        forged = "" if genuine.all() else "genuine "
        for part, (least_labels, least_pairs) in NEEDS.items():
            here = parts == part
            found = len(np.unique(labels[here]))
            with_pair = int((np.bincount(labels[here & genuine]) >= 2).sum())
            if found < least_labels or with_pair < least_pairs:
                return (
                    f"{PARTS[part]} must have {least_labels} labels, {least_pairs} of them with "
                    f"two {forged}items, and gets {found} and {with_pair}"
                )
        return ""
