"""Test items named by the nearest training items: the protocol of the UCR/UEA archive.

Every test item gets the label of the nearest of all items for training and validation (`accuracy`),
and of the nearest among five of each label, drawn ten times (`accuracy@5-shot`); an item as near to
another label is named wrongly. Sequences are named by dynamic time warping too, on the same items:
`accuracy@dtw`, `accuracy@5-shot-dtw`.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Padded
from gemel.errors import DataError
from gemel.evaluation.comparer import CHUNK_FLOATS, Comparer
from gemel.evaluation.dtw import DtwComparer
from gemel.evaluation.evidence import Evidence, figures_of
from gemel.evaluation.nearest import draw_shots, named_by_shots, named_rightly
from gemel.matcher import Matcher
from gemel.measure.answer import Answer
from gemel.measure.compared import comparer_of, some_of
from gemel.measure.prepared import Prepared, refuse_unlike
from gemel.progress import Progress

FIGURES = {
    "": ("accuracy", "accuracy@5-shot"),
    "dtw": ("accuracy@dtw", "accuracy@5-shot-dtw"),
}
"""By all known items and by a few, of the matcher itself and of time warping."""


def nearest(matcher: Matcher, prepared: Prepared, seed: int, progress: Progress) -> Answer:
    """Raises DataError where the data have no labels, or test labels that training never saw."""
    refuse_unlike(prepared, "nearest")
    known, test = _known(prepared), _genuine(prepared, prepared.part("test"))
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
    drawn = draw_shots(labels, seed)
    with progress.stage("comparing", len(comparers)) as stage:
        for number, (name, comparer) in enumerate(comparers.items(), 1):
            parts = [
                _scores(comparer.cross(chunk, columns), labels, truth[chunk], drawn)
                for chunk in np.array_split(rows, -(-len(rows) * len(known) // CHUNK_FLOATS))
            ]
            every, some = (np.concatenate(part) for part in zip(*parts, strict=True))
            scores |= dict(zip(FIGURES[name], (every, some), strict=True))
            stage.advance(number)
    evidence = Evidence.of_scores(scores, truth)
    data = f"{prepared.dataset.name} (test)"
    return Answer("nearest", data, seed, figures_of([evidence]), evidence=evidence)


def _scores(
    distance: Distances, labels: Codes, truth: Codes, draws: list[Indices]
) -> tuple[Floats, Floats]:
    """(t,) by all known items, and by a few of each label."""
    every = named_rightly(distance, labels, truth).astype(np.float64)
    return every, named_by_shots(distance, labels, truth, draws)


def _known(prepared: Prepared) -> Codes:
    learned = np.concatenate([prepared.part("train"), prepared.part("validation")])
    return _genuine(prepared, np.sort(learned))


def _genuine(prepared: Prepared, items: Codes) -> Codes:
    return items[prepared.genuine(items)]
