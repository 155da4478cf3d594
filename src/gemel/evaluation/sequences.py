"""Sequential classification: items come one by one, and the class of each is told after the answer.

Santoro et al., "Meta-Learning with Memory-Augmented Neural Networks", ICML 2016, section 4: N
classes with K items each in random order. At the first instance of a class a network can only
guess; the accuracy at the second is that of one-shot learning, at the sixth of five-shot.
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
                "sequences need at least 2 classes, 2 items of each and 1 trial, got "
                f"{self.ways} classes, {self.items} items and {self.trials} trials"
            )

    def that_fits(self, labels: Codes) -> SequenceTask:
        """This task with fewer ways, and then fewer items of each, where the labels require it.

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
    """s sequences of length t: positions of items (s, t), and their classes (s, t), numbered from 0
    in each sequence.
    """

    items: Indices
    classes: Codes

    def instances(self) -> Codes:
        """(s, t) the instance of its class that each item is, from 1.

        >>> Sequences(np.zeros((1, 4), int), np.array([[1, 0, 1, 1]])).instances().tolist()
        [[1, 1, 2, 3]]
        """
        own = self.classes[:, :, None] == self.classes[:, None, :]
        return np.asarray(np.tril(own).sum(2))


Answer: TypeAlias = Callable[[Sequences], Distances]
"""Maps sequences to the distance (s, t, ways or more) of each item to each class, given only the
items before it and their classes."""


def draw_sequences(labels: Codes, task: SequenceTask) -> Iterator[Sequences]:
    """Draw all sequences of a task, in batches: labels uniformly, and their items, without
    replacement.

    Raises DataError where fewer labels than `ways` have `items` items.
    """
    rng = np.random.default_rng(task.seed)
    members = by_code(labels)
    large = np.array([label for label, items in members.items() if len(items) >= task.items])
    if len(large) < task.ways:
        raise DataError(
            f"sequences need {task.ways} labels with {task.items} items each, got {len(large)}: "
            "add items"
        )
    for first in range(0, task.trials, AT_ONCE):
        count = min(AT_ONCE, task.trials - first)
        drawn = [_sequence(large, members, task, rng) for _ in range(count)]
        yield Sequences(*(np.stack(column) for column in zip(*drawn, strict=True)))


def _sequence(
    large: Codes, members: dict[int, Indices], task: SequenceTask, rng: np.random.Generator
) -> tuple[Indices, Codes]:
    chosen = rng.choice(large, task.ways, replace=False)
    items = [rng.choice(members[int(label)], task.items, replace=False) for label in chosen]
    order = rng.permutation(task.ways * task.items)
    return np.concatenate(items)[order], order // task.items


def score_sequences(answer: Answer, labels: Codes, task: SequenceTask) -> Evidence:
    """Evidence for `accuracy@instance=k` for each k; `accuracy` is that at the second instance.

    The nearest of the task's classes is the answer, whatever more the memory can tell apart, and a
    tie counts as wrong. Intervals resample labels, and a share whose mistakes are on few of them
    has at least Wilson's.
    """
    right, instances, item_labels = [], [], []
    for drawn in draw_sequences(labels, task):
        among = answer(drawn)[..., : task.ways]
        right.append(right_is_nearest(among, drawn.classes).ravel())
        instances.append(drawn.instances().ravel())
        item_labels.append(labels[drawn.items].ravel())
    return _evidence(
        np.concatenate(right).astype(np.float64),
        np.concatenate(instances),
        np.concatenate(item_labels),
    )


def _evidence(right: Floats, instances: Codes, labels: Codes) -> Evidence:
    kinds = {f"{AT}{k}": instances == k for k in range(1, int(instances.max()) + 1)}

    def accuracies(weights: Floats) -> dict[str, float]:
        at = {name: weighted_mean(right[kind], weights[kind]) for name, kind in kinds.items()}
        return {"accuracy": at[f"{AT}2"], **at}

    figures = {"accuracy": (f"{AT}2",), **{name: (name,) for name in kinds}}
    # A figure has no misses at other instances.
    hits = {name: np.where(kinds[kind], right, 1.0) for name, (kind,) in figures.items()}
    return Evidence(accuracies, labels, labels, Basis(kinds, figures), hits=hits)
