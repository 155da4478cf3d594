"""The settings of a split, and its result: the items of training, validation and test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, TypeAlias, final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gemel.arrays import Codes, Indices
from gemel.data.dataset import TEST, TRAIN, VALIDATION, Part

Unit: TypeAlias = Literal["label", "group", "item", "pair"]
"""What is assigned to a part as a whole. By label or group, the test is on unseen identities.

By pair, as datasets of sentence pairs are published, an item may occur in different parts."""


@final
class SplitConfig(BaseModel):
    """What is held out: `validation` and `test` are shares of the items.

    `by="auto"` holds out whole labels if there are enough of them. With `folds` the labels (or
    groups) are divided into cross-validation folds of nearly equal number, of which `fold`, counted
    from 0, is the test; `validation` is then a share of the rest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["auto", "label", "group", "item", "pair"] = "auto"
    validation: float = Field(default=0.2, gt=0, lt=1)
    test: float = Field(default=0.2, gt=0, lt=1)
    folds: int | None = Field(default=None, ge=2)
    fold: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _leaves_something_to_train(self) -> Self:
        if self.validation + self.test >= 1:
            raise ValueError(
                "split.validation and split.test must leave something to train on, got "
                f"{self.validation:g} + {self.test:g}: lower one of them"
            )
        return self

    @model_validator(mode="after")
    def _is_one_of_the_folds(self) -> Self:
        if self.fold >= (self.folds or 1):
            raise ValueError(
                f"split.fold counts the {self.folds or 1} folds of split.folds from 0, got "
                f"{self.fold}"
            )
        if self.folds and self.by == "item":
            raise ValueError(
                "folds are of whole labels or groups, and split.by is item: leave split.folds out "
                "(--set split.folds=), or set split.by=label"
            )
        return self


@final
@dataclass(frozen=True)
class PairRows:
    """Rows of `dataset.pairs` by part; a pair across two parts is in none."""

    train: Indices
    validation: Indices
    test: Indices

    def part(self, name: Part) -> Indices:
        """The rows of one part."""
        rows: Indices = getattr(self, name)
        return rows


@final
@dataclass(frozen=True)
class Split:
    """Sorted positions of items by part. Unless split by pair, no content is in two parts.

    `reason` explains to the user what was done and why, and `doubts` are sentences about what is
    wrong with the data. `pairs` is None without given pairs. `whole` data are not split at all: the
    test is all of them.
    """

    train: Indices
    validation: Indices
    test: Indices
    by: Unit
    reason: str = ""
    pairs: PairRows | None = None
    doubts: tuple[str, ...] = ()
    whole: bool = False

    def part(self, name: Part) -> Indices:
        """The items of one part."""
        items: Indices = getattr(self, name)
        return items


def positions(parts: Codes) -> tuple[Indices, Indices, Indices]:
    """The positions of what is in training, in validation and in test."""
    train, validation, test = (np.flatnonzero(parts == part) for part in (TRAIN, VALIDATION, TEST))
    return train, validation, test
