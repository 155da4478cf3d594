"""The protocols that measure a matcher on the test items alone."""

from __future__ import annotations

from gemel.errors import DataError, RunError
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.partners import partner_retrieval
from gemel.evaluation.protocol import ProtocolName
from gemel.evaluation.questioned import Makings, ReferencesTask
from gemel.evaluation.references import references
from gemel.evaluation.retrieval import RetrievalTask, retrieval
from gemel.evaluation.sequences import SequenceTask, score_sequences
from gemel.evaluation.similarity import similarity
from gemel.evaluation.verification import OperatingPoint, verification
from gemel.measure.answer import Answer, Verified
from gemel.measure.few_shot import measure_few_shot
from gemel.measure.prepared import refuse_unlike
from gemel.measure.question import Question
from gemel.measure.subject import Subject


def answer_of(subject: Subject, protocol: ProtocolName, question: Question) -> Answer:
    """The answer of a protocol, by name."""
    match protocol:
        case "verification":
            return measure_verification(subject, question)
        case "few-shot":
            return measure_few_shot(subject, question)
        case "retrieval":
            return measure_retrieval(subject, question)
        case "similarity":
            return measure_similarity(subject, question)
        case "references":
            return measure_references(subject, question)
        case "sequences":
            return measure_sequences(subject, question)
        case "lake-runs" | "linear-probe" | "nearest":
            raise AssertionError(f"{protocol} needs more than the test items")


def measure_verification(subject: Subject, question: Question) -> Answer:
    """Verification at the matcher's threshold and with its probabilities."""
    return subject.answer("verification", question, verify(subject, question).evidence)


def verify(subject: Subject, question: Question) -> Verified:
    """The pairs of verification, compared."""
    most, file = subject.most_pairs(question), subject.matcher.file
    pairs = subject.prepared.pairs("test", question.pairs, question.seed, most)
    prior = file.prior if question.prior is None else question.prior
    point = OperatingPoint(
        threshold=subject.matcher.threshold(question.target).distance,
        probability=lambda distance: file.calibration.probability(distance, prior),
        prior=prior,
        fixed_threshold=question.fixed_threshold,
        fars=question.fars,
    )
    distance = subject.pairs(pairs.left, pairs.right)
    evidence = verification(distance, pairs, point)
    return Verified(pairs, distance, point.probability(distance), evidence)


def measure_retrieval(subject: Subject, question: Question) -> Answer:
    """Retrieval of items of the same label, or of the partners in given pairs."""
    if subject.prepared.dataset.labels is None:
        return subject.answer("retrieval", question, _partners(subject, question))
    items = subject.genuine()
    labels, sides = subject.prepared.labels(items), subject.prepared.two_sides(items)
    task = _retrieval_task(subject, len(items), question)
    evidence = retrieval(subject.among(items), labels, task, sides)
    return subject.answer("retrieval", question, evidence)


def _partners(subject: Subject, question: Question) -> Evidence:
    pairs = subject.prepared.pairs("test", "sampled", question.seed)
    size = len(subject.prepared.part("test"))
    file, dataset = subject.matcher.file, subject.prepared.dataset
    one_way = file.tie == "separate" or file.right_input is not None or bool(dataset.unlike)
    task = _retrieval_task(subject, size, question)
    return partner_retrieval(subject, pairs, size, task, one_way)


def _retrieval_task(subject: Subject, items: int, question: Question) -> RetrievalTask:
    """As many queries among these items as can be afforded."""
    queries = subject.affordable(RetrievalTask.most_queries, items, question)
    return RetrievalTask(queries, question.seed)


def measure_references(subject: Subject, question: Question) -> Answer:
    """Verification against a few references of the claimed label."""
    prepared = subject.prepared
    refuse_unlike(prepared, "references")
    items = prepared.part("test")
    makings = Makings(prepared.labels(items), prepared.genuine(items), prepared.makers(items))
    task = ReferencesTask(
        question.references, question.aggregate, question.relative, seed=question.seed
    )
    return subject.answer("references", question, references(subject, makings, task))


def measure_similarity(subject: Subject, question: Question) -> Answer:
    """Correlation of predicted scores with those that people gave to the pairs.

    Raises DataError where the data or the matcher have no scores.
    """
    pairs = subject.prepared.pairs("test", "sampled", question.seed)
    curve = subject.matcher.file.scores
    if pairs.scores is None or curve is None:
        lacking = "data" if pairs.scores is None else "matcher"
        raise DataError(
            "similarity is measured on pairs with a column score, by a matcher that learned "
            f"from such pairs, and this {lacking} has no scores: use --protocol verification"
        )
    predicted = curve.score(subject.pairs(pairs.left, pairs.right))
    figures = similarity(predicted, pairs.scores, (pairs.left, pairs.right))
    return Answer("similarity", subject.data(), question.seed, figures)


def measure_sequences(subject: Subject, question: Question) -> Answer:
    """Sequential classification with the matcher's memory.

    Raises RunError where the matcher has none.
    """
    items = subject.genuine()
    recall = subject.recall(items)
    if recall is None:
        raise RunError(
            "the protocol sequences needs a matcher with a memory, and "
            f"{subject.matcher.path} has none: train with --recipe santoro-2016, or measure with "
            "--protocol few-shot"
        )
    labels = subject.prepared.labels(items)
    task = SequenceTask(question.ways or recall.ways, seed=question.seed)
    if question.ways is None:
        task = task.that_fits(labels)
    evidence = score_sequences(recall.sequences, labels, task)
    return subject.answer("sequences", question, evidence)
