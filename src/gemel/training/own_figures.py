"""The figures that a run measures on its own test part after training."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from gemel.errors import DataError
from gemel.evaluation.figure import Figures, Missing
from gemel.evaluation.similarity import SIMILARITY
from gemel.functional.roc import check_pairs
from gemel.measure.answer import Answer, Verified, trees
from gemel.measure.compared import most_pairs
from gemel.measure.few_shot import measure_few_shot
from gemel.measure.prepared import Prepared
from gemel.measure.protocols import (
    measure_retrieval,
    measure_sequences,
    measure_similarity,
    verify,
)
from gemel.measure.question import Question
from gemel.measure.subject import Subject
from gemel.recipe.schema import Recipe
from gemel.run import Run
from gemel.whole_file import write_json


def check_measurable(prepared: Prepared, recipe: Recipe) -> None:
    """Raises `DataError` if the test part has no matching or no different pairs to measure on.

    Checked before training, as it does not depend on the network.
    """
    most = most_pairs(recipe.tie, recipe.evaluation.most_pairs)
    pairs = prepared.pairs("test", recipe.evaluation.pairs, recipe.seed, most)
    check_pairs(np.zeros(len(pairs), np.float32), pairs.same)


def own_figures(subject: Subject, recipe: Recipe) -> tuple[Verified, list[Answer]]:
    """The pairs of verification, and the answers of all protocols that the test part allows, with
    the recipe's settings; that of verification is the first.
    """
    question = Question.of(recipe)
    verified = verify(subject, question)
    answers = [subject.answer("verification", question, verified.evidence)]
    given = subject.prepared.dataset.pairs
    if subject.prepared.dataset.labels is None:
        graded = given is not None and given.scores is not None
        answers += [_similarity(subject, question)] if graded else []
        return verified, [*answers, measure_retrieval(subject, question)]
    answers += [measure_few_shot(subject, question), measure_retrieval(subject, question)]
    if recipe.memory is not None:
        answers.append(measure_sequences(subject, question))
    return verified, answers


def _similarity(subject: Subject, question: Question) -> Answer:
    """Figures marked missing if there are too few test pairs, so that the run is still kept."""
    try:
        return measure_similarity(subject, question)
    except DataError as error:
        missing: Figures = dict.fromkeys(SIMILARITY, Missing(missing=str(error)))
        return Answer("similarity", subject.data(), question.seed, missing)


def write_metrics(run: Run, answers: list[Answer], notices: Sequence[str], seconds: float) -> None:
    tree = {
        "protocols": trees(answers),
        "notices": list(notices),
        "seconds": round(seconds, 1),
        "peak_memory_mib": peak_memory_mib(),
    }
    write_json(run.metrics, tree)


def peak_memory_mib() -> int | None:
    """Peak resident memory of this process in MiB; None where the system does not report it."""
    try:
        import resource
    except ModuleNotFoundError:  # on Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(np.ceil(peak / (2**20 if sys.platform == "darwin" else 2**10)))
