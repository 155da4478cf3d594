"""A matcher and the test items that protocols measure it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self, final

import numpy as np

from gemel.arrays import Distances, Embeddings, Indices
from gemel.evaluation.comparer import Among, Comparer
from gemel.evaluation.evidence import Evidence, figures_of
from gemel.evaluation.protocol import ProtocolName
from gemel.matcher import Matcher
from gemel.matcher.episode_reader import EpisodeReader
from gemel.matcher.recall import Recall
from gemel.measure.answer import Answer
from gemel.measure.compared import comparer_of, embeddings_of, most_pairs
from gemel.measure.prepared import Prepared
from gemel.measure.question import Question
from gemel.progress import Progress, Silent

MOST_NUMBERS = 4 * 10**9
"""The most numbers of embeddings to compare: with embeddings of whole feature maps, there are fewer
trials or queries."""


@final
@dataclass(frozen=True)
class Subject:
    """A matcher, the test items, and how a comparer of them is made.

    It is made when two items are first compared, so a protocol refuses what it cannot measure
    before anything is encoded: a subject is a `Comparer` itself.
    """

    matcher: Matcher
    prepared: Prepared
    make_comparer: Callable[[], Comparer]
    progress: Progress = Silent()

    @classmethod
    def of(cls, matcher: Matcher, prepared: Prepared, progress: Progress) -> Self:
        """A matcher and the test items, which are encoded once, unless tied jointly."""

        def comparer() -> Comparer:
            return comparer_of(matcher.networks, prepared.compared("test"), progress)

        return cls(matcher, prepared, comparer, progress)

    @cached_property
    def comparer(self) -> Comparer:
        """The comparer of the test items."""
        return self.make_comparer()

    def pairs(self, left: Indices, right: Indices) -> Distances:
        """(n,) the distance of test item left[i] to test item right[i]."""
        return self.comparer.pairs(left, right)

    def cross(self, left: Indices, right: Indices) -> Distances:
        """(n, m) the distance of each test item of `left` to each of `right`."""
        return self.comparer.cross(left, right)

    def genuine(self) -> Indices:
        """The genuine items of the test part."""
        return self.prepared.genuine_part("test")

    def among(self, items: Indices) -> Comparer:
        """A comparer of these items of the test part."""
        return Among(self, self._places(items))

    def reader(self, items: Indices) -> EpisodeReader | None:
        """The matcher's reader for episodes of these items; None where it has none."""
        if self.matcher.file.reader is None:
            return None
        return self.matcher.reader(self._embeddings(items), self.progress)

    def recall(self, items: Indices) -> Recall | None:
        """The matcher's memory for sequences of these items; None where it has none."""
        if self.matcher.file.memory is None:
            return None
        return self.matcher.recall(self._embeddings(items))

    def _embeddings(self, items: Indices) -> Embeddings:
        embeddings = embeddings_of(self.comparer)
        assert embeddings is not None, "a reader and a memory have a shared tie"
        return embeddings[self._places(items)]

    def _places(self, items: Indices) -> Indices:
        return np.searchsorted(self.prepared.part("test"), items)

    def most_pairs(self, question: Question) -> int | None:
        """The most pairs to compare; None for as many as the figures need."""
        return most_pairs(self.matcher.file.tie, question.most_pairs)

    def affordable(self, usual: int, pairs: int, question: Question) -> int:
        """`usual` trials or queries of `pairs` pairs each; fewer where comparing is expensive."""
        most = self.most_pairs(question)
        if most is not None:
            return max(1, min(usual, most // pairs))
        numbers = max(1, pairs * self.matcher.file.embedding_size)
        return max(100, min(usual, MOST_NUMBERS // numbers))

    def answer(self, protocol: ProtocolName, question: Question, evidence: Evidence) -> Answer:
        """The figures of the evidence as the answer of a protocol."""
        figures = figures_of([evidence])
        return Answer(protocol, self.data(), question.seed, figures, evidence=evidence)

    def data(self, *how: str) -> str:
        """What was measured, and how, as in `digits (test, within groups)`."""
        what = ", ".join([self.prepared.measured, *how])
        return f"{self.prepared.dataset.name} ({what})"
