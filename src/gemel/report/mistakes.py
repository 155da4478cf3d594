"""The most confident wrong verdicts, with the items of their pairs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from gemel.counting import count
from gemel.data.tables.records import place
from gemel.report.contents import Contents, Shown, TestPairs
from gemel.report.numbers import number, percent

MOST = 12


@final
@dataclass(frozen=True)
class Mistake:
    items: tuple[Shown, Shown]
    distance: str
    probability: str

    @property
    def is_of_texts(self) -> bool:
        """Whether an item is text, which needs a wider layout."""
        return any(item.is_text for item in self.items)


@final
@dataclass(frozen=True)
class Mistakes:
    """Wrong verdicts of one kind, most confident first; `sentence` gives their number."""

    title: str
    sentence: str
    worst: tuple[Mistake, ...]


def false_accepts(contents: Contents) -> Mistakes:
    """The different pairs that were accepted, nearest first."""
    pairs = contents.pairs
    wrong = pairs[pairs.false_accept()]
    surest = wrong[np.argsort(wrong.distance, kind="stable")[:MOST]]
    return Mistakes(
        "False accepts: different pairs with the verdict “same”",
        _sentence(len(wrong), pairs.impostors, "different pair", "accepted"),
        _drawn(contents, surest),
    )


def false_rejects(contents: Contents) -> Mistakes:
    """The matching pairs that were rejected, farthest first."""
    pairs = contents.pairs
    wrong = pairs[pairs.false_reject()]
    surest = wrong[np.argsort(-wrong.distance, kind="stable")[:MOST]]
    return Mistakes(
        "False rejects: matching pairs with the verdict “different”",
        _sentence(len(wrong), pairs.genuine, "matching pair", "rejected"),
        _drawn(contents, surest),
    )


def _sentence(wrong: int, of: int, kind: str, verb: str) -> str:
    if not wrong:
        return f"None of {count(of, kind)} was {verb}."
    shown = f" The {MOST} most confident mistakes:" if wrong > MOST else ""
    return f"{wrong:,} of {count(of, kind)} {verb} ({percent(wrong / of)}).{shown}"


def _drawn(contents: Contents, pairs: TestPairs) -> tuple[Mistake, ...]:
    return tuple(
        Mistake(_pair(contents, left, right), number(distance), percent(probability))
        for left, right, distance, probability in zip(
            pairs.left.tolist(),
            pairs.right.tolist(),
            pairs.distance.tolist(),
            pairs.probability.tolist(),
            strict=True,
        )
    )


def _pair(contents: Contents, left: int, right: int) -> tuple[Shown, Shown]:
    """Both items; those of a table's cells are named by the row of the pair, since their own names
    are the first rows that have them."""
    first, second = contents.shown(left), contents.shown(right)
    row = contents.row(left, right)
    if row is None:
        return first, second
    return replace(first, name=place("left", row)), replace(second, name=place("right", row))
