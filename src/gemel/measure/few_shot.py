"""N-way K-shot accuracy of a matcher on the test items, for one task or for the usual ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gemel.evaluation.episodes import Episodes
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.few_shot import score_episodes
from gemel.evaluation.figure import Missing
from gemel.measure.answer import Answer
from gemel.measure.candidates import USUAL_TRIALS, Candidates
from gemel.measure.question import Question
from gemel.measure.subject import Subject

USUAL_WAYS = (20, 5)


def measure_few_shot(subject: Subject, question: Question) -> Answer:
    """N-way K-shot accuracy for each task; `accuracy` is that of the first."""
    items = subject.genuine()
    candidates = Candidates.of(
        subject.prepared,
        items,
        within_group=question.within_group,
        makers=question.makers,
        small_groups=question.small_groups,
    )
    recall = subject.recall(items)
    drawn: dict[str, list[Episodes]] = {}
    notices: list[str] = []
    for ways, shots in _tasks(candidates, question, recall.ways if recall else USUAL_WAYS[0]):
        trials = _trials(subject, ways * shots, question)
        episodes, remarks = candidates.episodes(ways, shots, question.seed, trials)
        drawn[f"accuracy@{ways}-way-{shots}-shot"] = episodes
        notices += remarks
    read = partial(recall.episodes, seed=question.seed) if recall else subject.reader(items)
    comparer, labels, groups = subject.among(items), candidates.labels, candidates.groups
    scored = {
        task: score_episodes(comparer, labels, episodes, read, groups)
        for task, episodes in drawn.items()
    }
    tasks = {task: figures_of([evidence])["accuracy"] for task, evidence in scored.items()}
    first = next(iter(tasks.values()), None) or Missing(missing=candidates.lacking())
    return Answer(
        "few-shot",
        subject.data(*_restrictions(question)),
        question.seed,
        {"accuracy": first, **tasks},
        tuple(notices),
        next(iter(scored.values()), None),
    )


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


def _trials(subject: Subject, pairs: int, question: Question) -> int | None:
    """The number of trials of `pairs` pairs each; None for the task's own number."""
    usual = question.ways is None and question.shots is None and question.makers != "two"
    if not usual and subject.most_pairs(question) is None:
        return None
    return subject.affordable(USUAL_TRIALS, pairs, question)


def _restrictions(question: Question) -> Iterator[str]:
    """How the trials differ from any of the test part."""
    if question.within_group:
        yield "within groups"
    if question.makers == "two":
        yield "two makers"
