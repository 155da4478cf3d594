"""Nearest-neighbour classification (1-NN) of the test items: the protocol of the UCR/UEA archive.

Every test item gets the label of the nearest item of training and validation (`accuracy`), and of
the nearest among five of each label, drawn ten times (`accuracy@5-shot`); a tie with another label
counts as wrong. Sequences are also classified by dynamic time warping on the same items:
`accuracy@dtw`, `accuracy@5-shot-dtw`.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Floats, Indices, Padded
from gemel.errors import DataError
from gemel.evaluation.comparer import CHUNK_FLOATS, Comparer
from gemel.evaluation.dtw import DtwComparer
from gemel.evaluation.evidence import Evidence, figures_of
from gemel.evaluation.nearest import correct_by_nearest, correct_by_shots, draw_shots
from gemel.matcher import Matcher
from gemel.measure.answer import Answer
from gemel.measure.compared import comparer_of, some_of
from gemel.measure.prepared import Prepared, refuse_unlike
from gemel.progress import Progress

FIGURES = {
    "": ("accuracy", "accuracy@5-shot"),
    "dtw": ("accuracy@dtw", "accuracy@5-shot-dtw"),
}
"""Names of the figures with all known items and with five of each label, by comparer."""


def nearest(matcher: Matcher, prepared: Prepared, seed: int, progress: Progress) -> Answer:
    """Measure 1-NN accuracy on the test part.

    Raises DataError where the data have no labels, or test labels that are neither in training nor
    in validation.
    """
    refuse_unlike(prepared, "nearest")
    learned = [prepared.genuine_part("train"), prepared.genuine_part("validation")]
    known, test = np.sort(np.concatenate(learned)), prepared.genuine_part("test")
    labels, truth = prepared.labels(known), prepared.labels(test)
    if len(missing := np.setdiff1d(truth, labels)):
        raise DataError(
            "nearest-neighbour classification needs training items of every test label, and "
            f"{len(missing)} test labels have none: train with split.by=item, or measure with "
            "--protocol few-shot"
        )
    comparers = _comparers(matcher, prepared, np.concatenate([test, known]), progress)
    draws = draw_shots(labels, seed)
    scores: dict[str, Floats] = {}
    with progress.stage("comparing", len(comparers)) as stage:
        for number, (name, comparer) in enumerate(comparers.items(), 1):
            of_comparer = _scores(comparer, labels, truth, draws)
            scores |= dict(zip(FIGURES[name], of_comparer, strict=True))
            stage.advance(number)
    evidence = Evidence.of_scores(scores, truth)
    data = f"{prepared.dataset.name} (test)"
    return Answer("nearest", data, seed, figures_of([evidence]), evidence=evidence)


def _comparers(
    matcher: Matcher, prepared: Prepared, items: Indices, progress: Progress
) -> dict[str, Comparer]:
    """The matcher's comparer of these items, and for sequences that by dynamic time warping."""
    learned = comparer_of(matcher.networks, some_of(prepared.packed, items), progress)
    if prepared.dataset.kind != "series":
        return {"": learned}
    sequences = prepared.packed.left[items]
    assert isinstance(sequences, Padded), "sequences differ in length"
    return {"": learned, "dtw": DtwComparer(sequences)}


def _scores(
    comparer: Comparer, labels: Codes, truth: Codes, draws: list[Indices]
) -> tuple[Floats, Floats]:
    """(t,) the scores with all known items, and with a few of each label.

    The comparer's items are those with labels `truth` (t,), then the known ones with `labels` (k,).
    """
    tested, known = np.split(np.arange(len(truth) + len(labels)), [len(truth)])
    with_all, with_few = [], []
    for chunk in np.array_split(tested, -(-len(tested) * len(known) // CHUNK_FLOATS)):
        distance = comparer.cross(chunk, known)
        with_all.append(correct_by_nearest(distance, labels, truth[chunk]))
        with_few.append(correct_by_shots(distance, labels, truth[chunk], draws))
    return np.concatenate(with_all).astype(np.float64), np.concatenate(with_few)
