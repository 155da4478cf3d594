"""The protocols, asked of a matcher about the items of one side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Codes, Embeddings
from gemel.errors import DataError
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.evaluation.few_shot import FewShotTask, few_shot, most_ways
from gemel.evaluation.figure import Figures
from gemel.evaluation.retrieval import RetrievalTask, retrieval
from gemel.evaluation.verification import OperatingPoint, verification
from gemel.matcher import Matcher
from gemel.measure.answer import Answer, Protocol, Verified
from gemel.measure.prepared import PairSource, Prepared
from gemel.networks import Networks
from gemel.progress import Progress

ENCODED_AT_ONCE = 256
USUAL_WAYS = (20, 5)


@final
@dataclass(frozen=True)
class Question:
    """What is asked. What is left open is the matcher's own, or as much as the data allow."""

    pairs: PairSource = "sampled"
    ways: int | None = None
    shots: int | None = None
    within_group: bool = False
    target: str | None = None
    prior: float | None = None
    fixed_threshold: float | None = None
    seed: int = 0


@final
@dataclass(frozen=True)
class Subject:
    """A matcher and the items of a side, each encoded once."""

    matcher: Matcher
    prepared: Prepared
    side: str
    embeddings: Embeddings

    def verification(self, question: Question) -> Verified:
        """Same or different, at the matcher's threshold and with its probabilities."""
        pairs = self.prepared.pairs(self.side, question.pairs, question.seed)
        prior = self.matcher.file.prior if question.prior is None else question.prior
        point = OperatingPoint(
            threshold=self.matcher.threshold(question.target).distance,
            probability=lambda distance: self.matcher.file.calibration.probability(distance, prior),
            prior=prior,
            fixed_threshold=question.fixed_threshold,
        )
        result = verification(self._comparer(), pairs, point)
        return Verified(self._answer("verification", question, result.figures), pairs, result)

    def few_shot(self, question: Question) -> Answer:
        """Who is it, among N, known by K examples each. The first task is `accuracy` itself."""
        labels, groups = self._labels_and_groups(question)
        figures: Figures = {}
        for ways, shots in self._tasks(question):
            task = FewShotTask(ways, shots, seed=question.seed)
            accuracy = few_shot(self._comparer(), labels, task, groups).figures["accuracy"]
            figures.setdefault("accuracy", accuracy)
            figures[f"accuracy@{ways}-way-{shots}-shot"] = accuracy
        return self._answer("few-shot", question, figures)

    def retrieval(self, question: Question) -> Answer:
        """Whether the nearest items are of the same label."""
        labels = self.prepared.labels(self.prepared.side(self.side))
        result = retrieval(self._comparer(), labels, RetrievalTask(seed=question.seed))
        return self._answer("retrieval", question, result.figures)

    def _tasks(self, question: Question) -> Iterator[tuple[int, int]]:
        """As asked; else the usual ways that there are labels enough for, with 1 shot and 5."""
        labels, groups = self._labels_and_groups(question)
        if question.ways or question.shots:
            shots = question.shots or 1
            yield question.ways or min(USUAL_WAYS[0], most_ways(labels, shots, groups)), shots
            return
        for shots in (1, 5):
            most = most_ways(labels, shots, groups)
            usual = [ways for ways in USUAL_WAYS if ways <= most] or [most]
            yield from ((ways, shots) for ways in usual if ways > 1)

    def _labels_and_groups(self, question: Question) -> tuple[Codes, Codes | None]:
        items = self.prepared.side(self.side)
        groups = self.prepared.groups(items) if question.within_group else None
        if question.within_group and groups is None:
            raise DataError(
                f"--within-group needs data with groups, and {self.prepared.dataset.name} has none"
            )
        return self.prepared.labels(items), groups

    def _comparer(self) -> EmbeddingComparer:
        return self.matcher.networks.comparer(self.embeddings)

    def _answer(self, protocol: Protocol, question: Question, figures: Figures) -> Answer:
        return Answer(
            protocol, f"{self.prepared.dataset.name} ({self.side})", question.seed, figures
        )


def subject(matcher: Matcher, prepared: Prepared, side: str, progress: Progress) -> Subject:
    """A matcher on a side whose items it has encoded."""
    embeddings = encoded(matcher.networks, prepared, side, progress)
    return Subject(matcher, prepared, side, embeddings)


def encoded(networks: Networks, prepared: Prepared, side: str, progress: Progress) -> Embeddings:
    """(n, d) the embeddings of a side's items, each encoded once."""
    items = prepared.side(side)
    parts = []
    with progress.stage(f"encoding {side} items", len(items)) as stage:
        for start in range(0, len(items), ENCODED_AT_ONCE):
            parts.append(networks.encode(prepared.pack[items[start : start + ENCODED_AT_ONCE]]))
            stage.advance(min(start + ENCODED_AT_ONCE, len(items)))
    return np.concatenate(parts)
