from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from gemel.evaluation.comparer import EmbeddingComparer


@dataclass(frozen=True)
class StatedComparer:
    """Distances by a plain function of positions: the smallest real comparer."""

    distance: Callable

    def pairs(self, left, right):
        return np.asarray(self.distance(left, right), np.float32)

    def cross(self, left, right):
        return self.pairs(*np.broadcast_arrays(left[:, None], right[None]))


def euclidean(left, right):
    return np.sqrt(((left[:, :, None] - right[:, None]) ** 2).sum(-1))


@pytest.fixture
def constant():
    return StatedComparer(lambda left, right: np.zeros(left.shape))


@pytest.fixture
def chance():
    rng = np.random.default_rng(1)
    return StatedComparer(lambda left, right: rng.uniform(size=left.shape))


@pytest.fixture
def oracle():
    """Knows the labels that it is made with."""
    return lambda labels: StatedComparer(lambda left, right: labels[left] != labels[right])


@pytest.fixture
def noisy():
    """Embeddings around one centre per label, `spread` wide."""

    def made(labels, spread=1.0, seed=0):
        rng = np.random.default_rng(seed)
        centres = rng.normal(size=(labels.max() + 1, 8))
        items = centres[labels] + rng.normal(size=(len(labels), 8)) * spread
        return EmbeddingComparer(items.astype(np.float32), euclidean)

    return made
