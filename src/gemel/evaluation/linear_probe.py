"""Linear probe: can a linear classifier read the labels off the embeddings?

Multinomial logistic regression is fitted to the embeddings of the training items and asked about
those of the test items. Its regularisation is chosen on validation items; then it is fitted anew
to training and validation items together. The test items decide nothing.

Hoffer & Ailon, "Deep Metric Learning using Triplet Network", ICLR workshop 2015, section 4, measure
so (with a linear SVM).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np

from gemel.arrays import Codes, Embeddings
from gemel.errors import DataError, MissingExtra
from gemel.evaluation.evidence import Evidence

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)
"""What validation chooses from: scikit-learn's C, smaller is stronger regularisation."""
MOST_ITERATIONS = 300


@final
@dataclass(frozen=True)
class Labelled:
    """(n, d) embeddings and their labels (n,)."""

    embeddings: Embeddings
    labels: Codes

    def beside(self, other: Labelled) -> Labelled:
        return Labelled(
            np.concatenate([self.embeddings, other.embeddings]),
            np.concatenate([self.labels, other.labels]),
        )


@final
@dataclass(frozen=True)
class _Scaled:
    """Mean 0 and deviation 1 in every number, as the training embeddings have it."""

    mean: Embeddings
    deviation: Embeddings

    @classmethod
    def like(cls, embeddings: Embeddings) -> Self:
        deviation = embeddings.std(0)
        return cls(embeddings.mean(0), np.where(deviation > 0, deviation, np.float32(1)))

    def __call__(self, side: Labelled) -> Labelled:
        return Labelled((side.embeddings - self.mean) / self.deviation, side.labels)


def linear_probe(train: Labelled, validation: Labelled, test: Labelled) -> tuple[Evidence, float]:
    """What the share of test items that are named rightly rests on, and the strength that
    validation chose; every item is drawn again by itself.

    Raises `DataError` where test labels are not among the training labels, `MissingExtra` without
    scikit-learn.

    >>> rng = np.random.default_rng(0)
    >>> labels = np.repeat(np.arange(3), 20)
    >>> side = Labelled(np.eye(3, dtype=np.float32)[labels], labels)
    >>> evidence, strength = linear_probe(side, side, side)
    >>> evidence.statistic(np.ones(60))
    {'accuracy': 1.0}
    """
    _check(train.labels, test.labels)
    scaled = _Scaled.like(train.embeddings)
    train, validation, test = scaled(train), scaled(validation), scaled(test)
    # max takes the first of equals: the strongest regularisation that does as well.
    best = max(_fits(train, STRENGTHS), key=lambda fit: fit[1].score(*_xy(validation)))
    ((strength, classifier),) = _fits(train.beside(validation), (best[0],))
    right = np.asarray(classifier.predict(test.embeddings) == test.labels)
    scores = {"accuracy": right.astype(np.float64)}
    return Evidence.of_scores(scores, np.arange(len(right))), strength


def _check(known: Codes, asked: Codes) -> None:
    new = np.setdiff1d(asked, known)
    if len(new):
        raise DataError(
            "a linear probe names labels that it was fitted to, and "
            f"{len(new)} of {len(np.unique(asked))} test labels are not on the training side: "
            "train with --set split.by=item, or measure with --protocol few-shot"
        )


def _fits(side: Labelled, strengths: tuple[float, ...]) -> Iterator[tuple[float, Any]]:
    """A classifier for each strength, from the strongest regularisation on."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise MissingExtra("scikit-learn", "train", "a linear probe") from None
    for strength in strengths:
        yield (
            strength,
            LogisticRegression(C=strength, max_iter=MOST_ITERATIONS, tol=1e-3).fit(*_xy(side)),
        )


def _xy(side: Labelled) -> tuple[Embeddings, Codes]:
    return side.embeddings, side.labels
