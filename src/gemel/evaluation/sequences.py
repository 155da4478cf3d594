"""Sequences: items come one by one, each is named, and only then is told what it was.

Santoro et al., "Meta-Learning with Memory-Augmented Neural Networks", ICML 2016, section 4: N
classes with K items each in random order. At the first item of a class a network can but guess; its
accuracy at the second is what one example gives it, at the sixth what five give it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias, final

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices
from gemel.errors import DataError, RecipeError
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.intervals import Basis
from gemel.functional.grouping import by_code
from gemel.functional.probability import weighted_mean
from gemel.functional.ranking import right_is_nearest

AT_ONCE = 100
AT = "accuracy@instance="


@final
@dataclass(frozen=True)
class SequenceTask:
    """`trials` sequences of `ways` classes with `items` items each."""

    ways: int
    items: int = 10
    trials: int = 1_000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.ways < 2 or self.items < 2 or self.trials < 1:
            raise RecipeError(
                "a sequence has 2 classes with 2 items each at least, and there is 1 trial at "
                f"least, got {self.ways} classes, {self.items} items and {self.trials} trials"
            )

    def that_fits(self, labels: Codes) -> SequenceTask:
        """As many ways, and then items of each, as the labels allow, up to this task's.

        >>> SequenceTask(ways=5, items=10).that_fits(np.repeat(np.arange(3), [9, 4, 6]))
        SequenceTask(ways=3, items=4, trials=1000, seed=0)
        """
        sizes = np.sort(np.unique(labels, return_counts=True)[1])[::-1]
        ways = max(2, min(self.ways, int((sizes >= 2).sum())))
        items = max(2, min(self.items, int(sizes[ways - 1]))) if len(sizes) >= ways else self.items
        return replace(self, ways=ways, items=items)


@final
@dataclass(frozen=True)
class Sequences:
    """(s, t) positions of items in time, and the class of each, numbered anew in each sequence."""

    items: Indices
    classes: Codes

    def instances(self) -> Codes:
        """(s, t) which occurrence of its class an item is, from 1 on.

        >>> Sequences(np.zeros((1, 4), int), np.array([[1, 0, 1, 1]])).instances().tolist()
        [[1, 1, 2, 3]]
        """
        own = self.classes[:, :, None] == self.classes[:, None, :]
        return np.asarray(np.tril(own).sum(2))


Answer: TypeAlias = Callable[[Sequences], Distances]
"""(s, t, ways) the distance of each item to each class, told of the items before it alone."""


def draw_sequences(labels: Codes, task: SequenceTask) -> Iterator[Sequences]:
    """All sequences of a task, in batches; items of a class without replacement.

    Raises `DataError` where fewer labels than `ways` have `items` items.
    """
    rng = np.random.default_rng(task.seed)
    members = by_code(labels)
    large = np.array([label for label, own in members.items() if len(own) >= task.items])
    if len(large) < task.ways:
        raise DataError(
            f"sequences need {task.ways} labels with {task.items} items each, got {len(large)}: "
            "add items"
        )
    for first in range(0, task.trials, AT_ONCE):
        count = min(AT_ONCE, task.trials - first)
        drawn = [_sequence(large, members, task, rng) for _ in range(count)]
        yield Sequences(*(np.stack(side) for side in zip(*drawn, strict=True)))


def _sequence(
    large: Codes, members: dict[int, Indices], task: SequenceTask, rng: np.random.Generator
) -> tuple[Indices, Codes]:
    chosen = rng.choice(large, task.ways, replace=False)
    items = [rng.choice(members[int(one)], task.items, replace=False) for one in chosen]
    order = rng.permutation(task.ways * task.items)
    return np.concatenate(items)[order], order // task.items


def score_sequences(answer: Answer, labels: Codes, task: SequenceTask) -> Evidence:
    """What `accuracy@instance=k` rests on for each k; `accuracy` is that at the second, one example
    seen.

    The nearest class is the answer and a tie is wrong. Intervals draw labels again.
    """
    right, instances, asked = [], [], []
    for drawn in draw_sequences(labels, task):
        right.append(right_is_nearest(answer(drawn), drawn.classes).ravel())
        instances.append(drawn.instances().ravel())
        asked.append(labels[drawn.items].ravel())
    return _evidence(
        np.concatenate(right).astype(np.float64), np.concatenate(instances), np.concatenate(asked)
    )


def _evidence(share: Floats, instances: Codes, labels: Codes) -> Evidence:
    places = {f"{AT}{k}": instances == k for k in range(1, int(instances.max()) + 1)}

    def accuracies(weights: Floats) -> dict[str, float]:
        at = {name: weighted_mean(share[of], weights[of]) for name, of in places.items()}
        return {"accuracy": at[f"{AT}2"], **at}

    figures = {"accuracy": (f"{AT}2",), **{name: (name,) for name in places}}
    return Evidence(accuracies, labels, labels, Basis(places, figures))
