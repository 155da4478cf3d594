"""Everything that the page of a run shows, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, final

import numpy as np

from gemel.arrays import Distances, Embeddings, Floats, Indices, Same
from gemel.evaluation.intervals import Units

Figure: TypeAlias = Mapping[str, Any]
"""`{"value", "low", "high", "n"}`, or `{"value": None, "missing": "why"}`."""


@final
@dataclass(frozen=True)
class Decision:
    """The threshold of the verdicts: `distance <= threshold` is *same*.

    `target` is what it was set for (`eer`, `far=0.01`, `cost=10:1`); `prior` the share of matching
    pairs that the probabilities presume, None for that of the test pairs themselves.
    """

    threshold: float
    target: str
    prior: float | None = None


@final
@dataclass(frozen=True)
class TestPairs:
    """(n,) arrays: the pairs that the verification figures were measured on.

    `left` and `right` are positions of items, as `Contents.show` understands them; `units` are the
    labels that intervals draw again.
    """

    __test__ = False  # pytest collects classes by their name

    left: Indices
    right: Indices
    same: Same
    distance: Distances
    probability: Floats
    units: Units
    decision: Decision

    def __len__(self) -> int:
        return len(self.same)

    def __getitem__(self, chosen: Indices | Same) -> TestPairs:
        return TestPairs(
            self.left[chosen],
            self.right[chosen],
            self.same[chosen],
            self.distance[chosen],
            self.probability[chosen],
            Units(self.units.left[chosen], self.units.right[chosen], self.units.count),
            self.decision,
        )

    def measurable(self) -> TestPairs:
        """Those whose distance and probability are numbers."""
        return self[np.isfinite(self.distance) & np.isfinite(self.probability)]

    def false_accept(self) -> Same:
        return ~self.same & (self.distance <= self.decision.threshold)

    def false_reject(self) -> Same:
        return self.same & (self.distance > self.decision.threshold)


@final
@dataclass(frozen=True)
class Cloud:
    """(m, d) embeddings to map, and the positions of their items in `shown`."""

    embeddings: Embeddings
    shown: Indices


@final
@dataclass(frozen=True)
class PartSize:
    """How much of the data is in one part; `labels` is None for data that have none."""

    name: str
    items: int
    labels: int | None


@final
@dataclass(frozen=True)
class Split:
    """What kept the parts apart (`label`, `group`, `item`, `given`), and why, in a sentence."""

    by: str
    why: str
    parts: tuple[PartSize, ...]

    def part(self, name: str) -> PartSize | None:
        return next((part for part in self.parts if part.name == name), None)

    @property
    def unit(self) -> str:
        """What was never seen in training: the rates are about new ones of these."""
        if self.by == "pair":
            return "pair"
        return "label" if self.by in ("label", "group") else "item"


@final
@dataclass(frozen=True)
class Contents:
    """One run.

    `show` draws the item at a position as a snippet of HTML which is put on the page as it is: it
    must be self-contained and escape what it quotes (`thumbnail` does for pictures). `name` is
    what a person would call the item, `label` what it is ("" where nobody knows); both may hold
    any text. `figures` holds protocols and their figures. A row of `history` is a validation:
    `epoch` (how many were trained), `seconds`, `loss`, `learning_rate`, and the figures under their
    names; any may be absent or NaN. `cloud` is None where a matcher has no embeddings, `pairs`
    where nothing was verified.
    """

    title: str
    data: str
    figures: Mapping[str, Mapping[str, Figure]]
    split: Split
    recipe: str
    provenance: Mapping[str, str]
    show: Callable[[int], str]
    name: Callable[[int], str]
    label: Callable[[int], str]
    notices: tuple[str, ...] = ()
    history: Sequence[Mapping[str, float]] = ()
    pairs: TestPairs | None = None
    cloud: Cloud | None = None
