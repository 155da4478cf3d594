"""The contents of a report, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, final

import numpy as np

from gemel.arrays import Distances, Embeddings, Floats, Indices, Same
from gemel.evaluation.units import Units

Figure: TypeAlias = Mapping[str, Any]
"""`{"value", "low", "high", "n"}`, or `{"value": None, "missing": "why"}`."""


@final
@dataclass(frozen=True)
class Decision:
    """The threshold of the verdicts: `distance <= threshold` is *same*.

    `target` is what it was chosen for (`eer`, `far=0.01`, `cost=10:1`); `prior` is the share of
    matching pairs that the probabilities assume, None for that of the test pairs themselves.
    """

    threshold: float
    target: str
    prior: float | None = None


@final
@dataclass(frozen=True)
class TestPairs:
    """The n pairs that the verification figures were measured on, as (n,) arrays.

    `left` and `right` are positions of items, as for `Contents.show`; `units` are the labels that
    intervals resample.
    """

    __test__ = False  # not a test, despite its name

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
        """The pairs whose distance and probability are finite."""
        return self[np.isfinite(self.distance) & np.isfinite(self.probability)]

    def false_accept(self) -> Same:
        return ~self.same & (self.distance <= self.decision.threshold)

    def false_reject(self) -> Same:
        return self.same & (self.distance > self.decision.threshold)


@final
@dataclass(frozen=True)
class Cloud:
    """Embeddings (m, d) to map, and the positions (m,) of their items."""

    embeddings: Embeddings
    shown: Indices


@final
@dataclass(frozen=True)
class PartSize:
    """The number of items and of labels in one part; `labels` is None for data without labels."""

    name: str
    items: int
    labels: int | None


@final
@dataclass(frozen=True)
class Split:
    """How the data were split (by `label`, `group`, `item` or `pair`), and why, in a sentence."""

    by: str
    why: str
    parts: tuple[PartSize, ...]

    def part(self, name: str) -> PartSize | None:
        """The part of this name, if there is one."""
        return next((part for part in self.parts if part.name == name), None)

    @property
    def unit(self) -> str:
        """What the test part has that training has not seen: `label`, `item` or `pair`."""
        if self.by == "pair":
            return "pair"
        return "label" if self.by in ("label", "group") else "item"


@final
@dataclass(frozen=True)
class Contents:
    """The contents of one run's report.

    `show` renders the item at a position as HTML that is inserted unescaped: it must be
    self-contained and escape any text (`thumbnail` does so for pictures). `name` and `label` are
    the item's, `label` "" if unknown; both may hold any text. `figures` maps protocols to their
    figures. A row of `history` is a validation: `epoch` (epochs trained so far), `seconds`, `loss`,
    `learning_rate`, and the figures by name; any may be absent or NaN. `cloud` is None for a
    matcher without embeddings, `pairs` where nothing was verified.
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
