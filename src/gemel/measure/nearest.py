"""Test items named by the nearest training items: the protocol of the UCR/UEA archive.

Every test item gets the label of the nearest of all items for training and validation (`accuracy`),
and of the nearest among five of each label, drawn ten times (`accuracy@5-shot`); an item as near to
another label is named wrongly. Sequences are named by dynamic time warping too, on the same items:
`accuracy@dtw`, `accuracy@5-shot-dtw`.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Padded, Same
from gemel.errors import DataError
from gemel.evaluation.comparer import CHUNK_FLOATS, Comparer
from gemel.evaluation.dtw import DtwComparer
from gemel.evaluation.evidence import Evidence, figures_of
from gemel.functional.grouping import by_code
from gemel.matcher import Matcher
from gemel.measure.answer import Answer
from gemel.measure.compared import comparer_of, some_of
from gemel.measure.prepared import Prepared, refuse_unlike
from gemel.progress import Progress

SHOTS = 5
DRAWS = 10


def nearest(matcher: Matcher, prepared: Prepared, seed: int, progress: Progress) -> Answer:
    """Raises DataError where the data have no labels, or test labels that training never saw."""
    refuse_unlike(prepared, "nearest")
    known, test = _known(prepared), _genuine(prepared, prepared.side("test"))
    labels, truth = prepared.labels(known), prepared.labels(test)
    if len(missing := np.setdiff1d(truth, labels)):
        raise DataError(
            "every test item is named by a training item, and "
            f"{len(missing)} labels of the test items have none: train with split.by=item, or "
            "measure with --protocol few-shot"
        )
    items = np.concatenate([test, known])
    rows, columns = np.arange(len(test)), len(test) + np.arange(len(known))
    comparers: dict[str, Comparer] = {
        "": comparer_of(matcher.networks, some_of(prepared.packed, items), progress)
    }
    if prepared.dataset.kind == "series":
        sequences = prepared.packed.left[items]
        assert isinstance(sequences, Padded), "sequences differ in length"
        comparers["dtw"] = DtwComparer(sequences)
    scores: dict[str, Floats] = {}
    drawn = draw_some(labels, seed)
    with progress.stage("comparing", len(comparers)) as stage:
        for number, (name, comparer) in enumerate(comparers.items(), 1):
            parts = [
                _scores(comparer.cross(chunk, columns), labels, truth[chunk], drawn)
                for chunk in np.array_split(rows, -(-len(rows) * len(known) // CHUNK_FLOATS))
            ]
            every, some = (np.concatenate(part) for part in zip(*parts, strict=True))
            scores |= {_named("", name): every, _named(f"{SHOTS}-shot", name): some}
            stage.advance(number)
    evidence = Evidence.of_scores(scores, truth)
    data = f"{prepared.dataset.name} (test)"
    return Answer("nearest", data, seed, figures_of([evidence]), evidence=evidence)


def named_rightly(distance: Distances, labels: Codes, truth: Codes) -> Same:
    """(t,) whether an item of the right label is strictly nearer than every other.

    >>> same = np.zeros((2, 2), np.float32)
    >>> named_rightly(same, np.array([0, 1]), np.array([0, 1])).tolist()  # of a constant network
    [False, False]
    """
    own = truth[:, None] == labels
    nearest = np.where(own, distance, np.inf).min(1)
    others = np.where(own, np.inf, distance).min(1)
    return np.asarray(nearest < others, np.bool_)


def draw_some(labels: Codes, seed: int) -> list[Indices]:
    """Which of the known items are looked at in each draw: `SHOTS` of a label."""
    rng = np.random.default_rng(seed)
    members = by_code(labels).values()
    return [
        np.concatenate([rng.permutation(items)[:SHOTS] for items in members]) for _ in range(DRAWS)
    ]


def few(distance: Distances, labels: Codes, truth: Codes, draws: list[Indices]) -> Floats:
    """(t,) in what share of the draws each test item is named rightly.

    `distance` (t, k) to the known items of `labels` (k,).
    """
    right = np.zeros(len(truth))
    for drawn in draws:
        right += named_rightly(distance[:, drawn], labels[drawn], truth)
    return right / len(draws)


def _scores(
    distance: Distances, labels: Codes, truth: Codes, draws: list[Indices]
) -> tuple[Floats, Floats]:
    """(t,) by all known items, and by a few of each label."""
    every = named_rightly(distance, labels, truth).astype(np.float64)
    return every, few(distance, labels, truth, draws)


def _known(prepared: Prepared) -> Codes:
    learned = np.concatenate([prepared.side("train"), prepared.side("validation")])
    return _genuine(prepared, np.sort(learned))


def _genuine(prepared: Prepared, items: Codes) -> Codes:
    return items[prepared.genuine(items)]


def _named(what: str, method: str) -> str:
    return "@".join(["accuracy", *filter(None, ["-".join(filter(None, [what, method]))])])
