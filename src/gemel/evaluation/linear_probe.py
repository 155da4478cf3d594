"""Linear probe: the accuracy of a linear classifier on the embeddings.

Multinomial logistic regression is fitted to the embeddings of the training items, its
regularisation is chosen on the validation items, and it is refitted to both before it is measured
on the test items.

Hoffer & Ailon, "Deep Metric Learning using Triplet Network", ICLR workshop 2015, section 4.
Differs from the paper: logistic regression in place of a linear SVM.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, final

import numpy as np

from gemel.arrays import Codes, Embeddings, Same
from gemel.errors import DataError, MissingExtra
from gemel.evaluation.evidence import Evidence

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)
"""Candidates for scikit-learn's C, the inverse regularisation strength."""
MOST_ITERATIONS = 300


@final
@dataclass(frozen=True)
class LabelledEmbeddings:
    """Embeddings (n, d) and their labels (n,)."""

    embeddings: Embeddings
    labels: Codes

    def beside(self, other: LabelledEmbeddings) -> LabelledEmbeddings:
        """The items of both."""
        return LabelledEmbeddings(
            np.concatenate([self.embeddings, other.embeddings]),
            np.concatenate([self.labels, other.labels]),
        )


def linear_probe(
    train: LabelledEmbeddings, validation: LabelledEmbeddings, test: LabelledEmbeddings
) -> tuple[Evidence, float]:
    """Evidence for `accuracy` on the test items, resampled one by one, and the chosen C.

    With fewer than six mistakes, the interval is at least Wilson's. Raises DataError where a test
    label is not among the training labels, and MissingExtra without scikit-learn.

    >>> rng = np.random.default_rng(0)
    >>> labels = np.repeat(np.arange(3), 20)
    >>> part = LabelledEmbeddings(np.eye(3, dtype=np.float32)[labels], labels)
    >>> evidence, strength = linear_probe(part, part, part)
    >>> evidence.statistic(np.ones(60))
    {'accuracy': 1.0}
    """
    refuse_unfit(train.labels, test.labels)
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scale = StandardScaler().fit(train.embeddings).transform

    def fitted(part: LabelledEmbeddings, strength: float) -> Any:
        classifier = LogisticRegression(C=strength, max_iter=MOST_ITERATIONS, tol=1e-3)
        return classifier.fit(scale(part.embeddings), part.labels)

    def right(classifier: Any, part: LabelledEmbeddings) -> Same:
        return np.asarray(classifier.predict(scale(part.embeddings)) == part.labels)

    # Of equally accurate candidates, max takes the first: the strongest regularisation.
    strength = max(STRENGTHS, key=lambda each: right(fitted(train, each), validation).mean())
    classifier = fitted(train.beside(validation), strength)
    scores = {"accuracy": right(classifier, test).astype(np.float64)}
    return Evidence.of_scores(scores, np.arange(len(test.labels)), hits=True), strength


def refuse_unfit(known: Codes, asked: Codes) -> None:
    """Raise DataError where some labels of `asked` are not in `known`.

    Raises MissingExtra without scikit-learn.
    """
    if find_spec("sklearn") is None:
        raise MissingExtra("scikit-learn", "digits", "a linear probe")
    new = np.setdiff1d(asked, known)
    if len(new):
        raise DataError(
            "a linear probe predicts only labels that it was fitted to, and "
            f"{len(new)} of {len(np.unique(asked))} test labels are not on the training side: "
            "train with --set split.by=item, or measure with --protocol few-shot"
        )
