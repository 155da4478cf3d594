"""The most confident wrong verdicts, with the items of their pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.counting import count
from gemel.report.contents import Contents, TestPairs
from gemel.report.numbers import number, percent
from gemel.report.shown import is_text

MOST = 12


@final
@dataclass(frozen=True)
class Shown:
    """One of the two items of a pair."""

    snippet: str
    name: str
    label: str

    @property
    def is_text(self) -> bool:
        """Whether the snippet is text, which needs no text alternative."""
        return is_text(self.snippet)


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


def false_accepts(contents: Contents, pairs: TestPairs) -> Mistakes:
    """The different pairs that were accepted, nearest first."""
    wrong = pairs[pairs.false_accept()]
    surest = wrong[np.argsort(wrong.distance, kind="stable")[:MOST]]
    return Mistakes(
        "False accepts: different pairs with the verdict “same”",
        _sentence(len(wrong), int((~pairs.same).sum()), "different pair", "accepted"),
        _drawn(contents, surest),
    )


def false_rejects(contents: Contents, pairs: TestPairs) -> Mistakes:
    """The matching pairs that were rejected, farthest first."""
    wrong = pairs[pairs.false_reject()]
    surest = wrong[np.argsort(-wrong.distance, kind="stable")[:MOST]]
    return Mistakes(
        "False rejects: matching pairs with the verdict “different”",
        _sentence(len(wrong), int(pairs.same.sum()), "matching pair", "rejected"),
        _drawn(contents, surest),
    )


def _sentence(wrong: int, of: int, kind: str, verb: str) -> str:
    if not of:
        return f"There were no {kind}s to get wrong."
    if not wrong:
        return f"None of {count(of, kind)} was {verb}."
    shown = f" The {MOST} most confident mistakes:" if wrong > MOST else ""
    return f"{wrong:,} of {count(of, kind)} {verb} ({percent(wrong / of)}).{shown}"


def _drawn(contents: Contents, pairs: TestPairs) -> tuple[Mistake, ...]:
    def shown(item: int) -> Shown:
        return Shown(contents.show(item), contents.name(item), contents.label(item))

    return tuple(
        Mistake((shown(left), shown(right)), number(distance), percent(probability))
        for left, right, distance, probability in zip(
            pairs.left.tolist(),
            pairs.right.tolist(),
            pairs.distance.tolist(),
            pairs.probability.tolist(),
            strict=True,
        )
    )
