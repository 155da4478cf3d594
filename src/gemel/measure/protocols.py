"""The evaluation protocols of a matcher on the test items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np

from gemel.arrays import Embeddings, Indices
from gemel.errors import DataError, RunError
from gemel.evaluation.comparer import Among, Comparer
from gemel.evaluation.evidence import Evidence, figures_of
from gemel.evaluation.few_shot import Read, score_episodes
from gemel.evaluation.figure import Missing
from gemel.evaluation.partners import partner_retrieval
from gemel.evaluation.references import Makings, ReferencesTask, references
from gemel.evaluation.retrieval import RetrievalTask, retrieval
from gemel.evaluation.sequences import SequenceTask, score_sequences
from gemel.evaluation.similarity import similarity
from gemel.evaluation.verification import OperatingPoint, verification
from gemel.matcher import Matcher
from gemel.measure.answer import Answer, Verified
from gemel.measure.candidates import USUAL_TRIALS, Candidates
from gemel.measure.compared import comparer_of, embeddings_of, most_pairs
from gemel.measure.prepared import Prepared, refuse_unlike
from gemel.measure.protocol import Protocol
from gemel.measure.question import Question
from gemel.progress import Progress, Silent
from gemel.recall import Recall

USUAL_WAYS = (20, 5)
USUAL_QUERIES = 2_000
"""Default number of queries of retrieval."""
MOST_NUMBERS = 4 * 10**9
"""The most numbers of embeddings to compare: with embeddings of whole feature maps, there are fewer
trials or queries."""


@final
@dataclass(frozen=True)
class Subject:
    """A matcher, the test items, and a comparer of them; one method per protocol."""

    matcher: Matcher
    prepared: Prepared
    comparer: Comparer
    progress: Progress = Silent()

    def verification(self, question: Question) -> Verified:
        """Verification at the matcher's threshold and with its probabilities."""
        most = most_pairs(self.matcher.file.tie, question.most_pairs)
        pairs = self.prepared.pairs("test", question.pairs, question.seed, most)
        prior = self.matcher.file.prior if question.prior is None else question.prior
        point = OperatingPoint(
            threshold=self.matcher.threshold(question.target).distance,
            probability=lambda distance: self.matcher.file.calibration.probability(distance, prior),
            prior=prior,
            fixed_threshold=question.fixed_threshold,
            fars=question.fars,
        )
        distance = self.comparer.pairs(pairs.left, pairs.right)
        evidence = verification(distance, pairs, point)
        answer = self._answer("verification", question, evidence)
        return Verified(answer, pairs, distance, point.probability(distance))

    def few_shot(self, question: Question) -> Answer:
        """N-way K-shot accuracy for each task; `accuracy` is that of the first."""
        items, comparer = self._genuine()
        candidates = Candidates.of(
            self.prepared,
            items,
            within_group=question.within_group,
            makers=question.makers,
            small_groups=question.small_groups,
        )
        recall = self._recall(items)
        if recall is None:
            most_ways, read = USUAL_WAYS[0], self._reader(items)
        else:
            most_ways, read = recall.ways, partial(recall.episodes, seed=question.seed)
        scored: dict[str, Evidence] = {}
        notices: list[str] = []
        for ways, shots in _tasks(candidates, question, most_ways):
            trials = self._trials(ways * shots, question)
            episodes, remarks = candidates.episodes(ways, shots, question.seed, trials)
            task = f"accuracy@{ways}-way-{shots}-shot"
            scored[task] = score_episodes(
                comparer, candidates.labels, episodes, read, candidates.groups
            )
            notices += remarks
        tasks = {task: figures_of([evidence])["accuracy"] for task, evidence in scored.items()}
        first = next(iter(tasks.values()), None) or Missing(missing=candidates.lacking())
        return Answer(
            "few-shot",
            self._data(*_restrictions(question)),
            question.seed,
            {"accuracy": first, **tasks},
            tuple(notices),
            next(iter(scored.values()), None),
        )

    def retrieval(self, question: Question) -> Answer:
        """Retrieval of items of the same label, or of the partners in given pairs."""
        if self.prepared.dataset.labels is None:
            return self._answer("retrieval", question, self._partners(question))
        items, comparer = self._genuine()
        labels, sides = self.prepared.labels(items), self.prepared.two_sides(items)
        task = RetrievalTask(self._affordable(USUAL_QUERIES, len(items), question), question.seed)
        return self._answer("retrieval", question, retrieval(comparer, labels, task, sides))

    def _partners(self, question: Question) -> Evidence:
        pairs = self.prepared.pairs("test", "sampled", question.seed)
        size = len(self.prepared.part("test"))
        task = RetrievalTask(self._affordable(USUAL_QUERIES, size, question), question.seed)
        one_way = self.matcher.file.tie == "separate" or bool(self.prepared.dataset.unlike)
        return partner_retrieval(self.comparer, pairs, size, task, one_way)

    def answer(self, protocol: Protocol, question: Question) -> Answer:
        """The answer of a protocol that measures the test items alone, by name."""
        match protocol:
            case "verification":
                return self.verification(question).answer
            case "few-shot":
                return self.few_shot(question)
            case "retrieval":
                return self.retrieval(question)
            case "similarity":
                return self.similarity(question)
            case "references":
                return self.references(question)
            case "sequences":
                return self.sequences(question)
            case "lake-runs" | "linear-probe" | "nearest":
                raise AssertionError(f"{protocol} needs more than the test items")

    def references(self, question: Question) -> Answer:
        """Verification against a few references of the claimed label."""
        refuse_unlike(self.prepared, "references")
        items = self.prepared.part("test")
        makings = Makings(
            self.prepared.labels(items), self.prepared.genuine(items), self.prepared.makers(items)
        )
        task = ReferencesTask(
            question.references, question.aggregate, question.relative, seed=question.seed
        )
        return self._answer("references", question, references(self.comparer, makings, task))

    def similarity(self, question: Question) -> Answer:
        """Correlation of predicted scores with those that people gave to the pairs.

        Raises DataError where the data or the matcher have no scores.
        """
        pairs = self.prepared.pairs("test", "sampled", question.seed)
        curve = self.matcher.file.scores
        if pairs.scores is None or curve is None:
            lacking = "data" if pairs.scores is None else "matcher"
            raise DataError(
                "similarity is measured on pairs with a column score, by a matcher that learned "
                f"from such pairs, and this {lacking} has no scores: use --protocol verification"
            )
        predicted = curve.score(self.comparer.pairs(pairs.left, pairs.right))
        figures = similarity(predicted, pairs.scores, (pairs.left, pairs.right))
        return Answer("similarity", self._data(), question.seed, figures)

    def sequences(self, question: Question) -> Answer:
        """Sequential classification with the matcher's memory.

        Raises RunError where the matcher has none.
        """
        items, _ = self._genuine()
        recall = self._recall(items)
        if recall is None:
            raise RunError(
                f"the protocol sequences needs a matcher with a memory, and {self.matcher.path} "
                "has none: train with --recipe santoro-2016, or measure with --protocol few-shot"
            )
        labels = self.prepared.labels(items)
        task = SequenceTask(question.ways or recall.ways, seed=question.seed)
        if question.ways is None:
            task = task.that_fits(labels)
        evidence = score_sequences(recall.sequences, labels, task)
        return self._answer("sequences", question, evidence)

    def _trials(self, pairs: int, question: Question) -> int | None:
        """The number of few-shot trials of `pairs` pairs each; None for the task's own number."""
        usual = question.ways is None and question.shots is None and question.makers != "two"
        if not usual and most_pairs(self.matcher.file.tie, question.most_pairs) is None:
            return None
        return self._affordable(USUAL_TRIALS, pairs, question)

    def _affordable(self, usual: int, pairs: int, question: Question) -> int:
        """`usual` trials or queries of `pairs` pairs each; fewer where comparing is expensive."""
        most = most_pairs(self.matcher.file.tie, question.most_pairs)
        if most is not None:
            return max(1, min(usual, most // pairs))
        numbers = max(1, pairs * self.matcher.file.embedding_size)
        return max(100, min(usual, MOST_NUMBERS // numbers))

    def _reader(self, items: Indices) -> Read | None:
        """The matcher's reader for episodes of these items; None where it has none."""
        if self.matcher.file.reader is None:
            return None
        return self.matcher.reader(self._embeddings(items), self.progress)

    def _recall(self, items: Indices) -> Recall | None:
        """The matcher's memory for sequences of these items; None where it has none."""
        if self.matcher.file.memory is None:
            return None
        return self.matcher.recall(self._embeddings(items))

    def _embeddings(self, items: Indices) -> Embeddings:
        embeddings = embeddings_of(self.comparer)
        assert embeddings is not None, "a reader and a memory have a shared tie"
        return embeddings[np.searchsorted(self.prepared.part("test"), items)]

    def _genuine(self) -> tuple[Indices, Comparer]:
        """The genuine items of the test part, and a comparer of these."""
        items = self.prepared.part("test")
        genuine = np.flatnonzero(self.prepared.genuine(items))
        return items[genuine], Among(self.comparer, genuine)

    def _answer(self, protocol: Protocol, question: Question, evidence: Evidence) -> Answer:
        figures = figures_of([evidence])
        return Answer(protocol, self._data(), question.seed, figures, evidence=evidence)

    def _data(self, *how: str) -> str:
        """What was measured, and how, as in `digits (test, within groups)`."""
        what = ", ".join([self.prepared.measured, *how])
        return f"{self.prepared.dataset.name} ({what})"


def _tasks(candidates: Candidates, question: Question, most_ways: int) -> Iterator[tuple[int, int]]:
    """The (ways, shots) of the question; by default the usual ways that the labels allow, with 1
    and 5 shots.
    """
    if question.ways or question.shots:
        shots = question.shots or 1
        yield question.ways or max(2, min(most_ways, candidates.most_ways(shots))), shots
        return
    for shots in (1, 5):
        most = min(most_ways, candidates.most_ways(shots))
        usual = [ways for ways in USUAL_WAYS if ways <= most] or [most]
        yield from ((ways, shots) for ways in usual if ways > 1)


def _restrictions(question: Question) -> Iterator[str]:
    """How the trials of a few-shot question differ from any of the test part."""
    if question.within_group:
        yield "within groups"
    if question.makers == "two":
        yield "two makers"


def subject(matcher: Matcher, prepared: Prepared, progress: Progress) -> Subject:
    """The protocols of a matcher on the test items, which are encoded here unless tied jointly."""
    comparer = comparer_of(matcher.networks, prepared.compared("test"), progress)
    return Subject(matcher, prepared, comparer, progress)
