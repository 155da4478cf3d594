"""The contents of a report, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, final

from gemel.arrays import Distances, Embeddings, Floats, Indices, Same
from gemel.evaluation.units import Units

Figure: TypeAlias = Mapping[str, Any]
"""`{"value", "low", "high", "n"}`, or `{"value": None, "missing": "why"}`."""


@final
@dataclass(frozen=True)
class Decision:
    """The threshold of the verdicts: `distance <= threshold` is *same*.

    `target` is what it was chosen for (`eer`, `far=0.01`, `cost=10:1`); `prior` is the share of
    matching pairs that the probabilities assume.
    """

    threshold: float
    target: str
    prior: float


@final
@dataclass(frozen=True)
class TestPairs:
    """The n pairs that the verification figures were measured on, as (n,) arrays.

    There are matching and different ones, and all distances are finite: verification demands it.
    `left` and `right` are positions of items, as for `Contents.shown`; `units` are the labels that
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

    @property
    def genuine(self) -> int:
        """The number of matching pairs."""
        return int(self.same.sum())

    @property
    def impostors(self) -> int:
        """The number of different pairs."""
        return len(self) - self.genuine

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

    def part(self, name: str) -> PartSize:
        """The part of this name."""
        return next(part for part in self.parts if part.name == name)

    @property
    def unit(self) -> str:
        """What the test part has that training has not seen: `label`, `item` or `pair`."""
        if self.by == "pair":
            return "pair"
        return "label" if self.by in ("label", "group") else "item"


@final
@dataclass(frozen=True)
class Shown:
    """An item on the page.

    `snippet` is HTML that is inserted unescaped: it must be self-contained and escape any text
    (`thumbnail` does so for pictures). `name` and `label`, "" if unknown, may hold any text.
    `forged` is true for a forgery of the label.
    """

    snippet: str
    name: str
    label: str
    forged: bool = False

    @property
    def end(self) -> list[str]:
        """The last two parts of a path, which have room beside its item and tell it from others.

        >>> Shown("", "/home/anna/signatures/7/original_7_1.png", "7").end
        ['…', '7', 'original_7_1.png']
        """
        parts = self.name.split("/")
        return parts if len(parts) <= 2 else ["…", *parts[-2:]]

    @property
    def is_text(self) -> bool:
        """Whether the snippet is text, which needs no text alternative."""
        return self.snippet.startswith("<blockquote")


@final
@dataclass(frozen=True)
class Contents:
    """The contents of one run's report.

    `shown` gives the item at a position; `row` gives the number of the row of a table that pairs
    two items of its cells, None where items have names of their own. `figures` maps protocols to
    their figures. A row of `history` is a validation: `epoch` (epochs trained so far), `seconds`,
    `loss`, `learning_rate`, and the figures by name. `cloud` is None for a matcher without
    embeddings.
    """

    title: str
    data: str
    figures: Mapping[str, Mapping[str, Figure]]
    split: Split
    recipe: str
    provenance: Mapping[str, str]
    shown: Callable[[int], Shown]
    row: Callable[[int, int], int | None]
    notices: tuple[str, ...]
    history: Sequence[Mapping[str, float]]
    pairs: TestPairs
    cloud: Cloud | None
