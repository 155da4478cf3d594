"""The summary of a run in a paragraph."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from gemel.counting import count
from gemel.report.contents import Contents, Decision, Figure, Split, TestPairs
from gemel.report.naming import figure_name
from gemel.report.numbers import percent, round_percent


def summary(contents: Contents) -> str:
    """The summary of a report."""
    pairs = contents.pairs
    outcome = None if pairs is None else Outcome.of(pairs)
    return summary_of(contents.figures, contents.split, outcome)


@final
@dataclass(frozen=True)
class Outcome:
    """The decision and its error rates on the test pairs, None for a kind without pairs."""

    decision: Decision
    far: float | None
    frr: float | None

    @staticmethod
    def of(pairs: TestPairs) -> Outcome:
        pairs = pairs.measurable()
        genuine = int(pairs.same.sum())
        impostor = len(pairs) - genuine
        return Outcome(
            pairs.decision,
            far=float(pairs.false_accept().sum() / impostor) if impostor else None,
            frr=float(pairs.false_reject().sum() / genuine) if genuine else None,
        )


def summary_of(
    figures: Mapping[str, Mapping[str, Figure]], split: Split, outcome: Outcome | None
) -> str:
    """The summary: the accuracy on unseen data, and the error rates at the threshold."""
    test, unseen = split.part("test"), _unseen(split)
    accuracy = figures.get("verification", {}).get("accuracy")
    if accuracy is None or outcome is None:
        return f"On {unseen}, no pairs were compared, so there is no accuracy to state."
    if accuracy["value"] is None:
        return f"On {unseen}, the accuracy could not be measured: {accuracy['missing']}"
    sentences = [
        f"On {unseen}, {_claim(accuracy, outcome.decision, split.unit)}",
        _errors(outcome),
        _forgeries(figures["verification"].get("far@skilled")),
    ]
    if split.unit == "item" and test is not None and test.labels is not None:
        sentences.append(
            "Training has seen the labels of these items: this says little about other labels."
        )
    return " ".join(filter(None, sentences))


def _unseen(split: Split) -> str:
    test = split.part("test")
    if test is None:
        return f"unseen {split.unit}s"
    if split.unit == "pair":
        return f"unseen pairs of {count(test.items, 'item')}, of which training saw some"
    amount = test.items if split.unit == "item" or test.labels is None else test.labels
    return f"{count(amount, split.unit)} never seen in training"


def _forgeries(far: Figure | None) -> str:
    if far is None or far["value"] is None:
        return ""
    return f"It accepts {percent(far['value'])} of skilled forgeries."


def _claim(accuracy: Figure, decision: Decision, unit: str) -> str:
    interval = figure_name("accuracy").interval(accuracy["low"], accuracy["high"])
    return (
        f"Gemel tells same from different with {percent(accuracy['value'])} accuracy "
        f"({round_percent(0.95)} interval {interval}){_prior_text(decision.prior)}, at the "
        f"threshold {decision.threshold:.3g}, {_target_text(decision.target)} on validation "
        f"{unit}s."
    )


def _prior_text(prior: float | None) -> str:
    """The prior that the accuracy is weighted to."""
    if prior is None:
        return ""
    share = "half" if prior == 0.5 else round_percent(prior)
    return f" where {share} of all pairs are the same"


def _target_text(target: str) -> str:
    if target == "eer":
        return "set for equal error rates"
    if far := re.fullmatch(r"far=(.+)", target):
        return f"set to accept {round_percent(float(far[1]))} of different pairs"
    if cost := re.fullmatch(r"cost=(.+):(.+)", target):
        return f"set for false accepts that cost {cost[1]} and false rejects that cost {cost[2]}"
    return f"set for {target}"


def _errors(outcome: Outcome) -> str:
    parts = []
    if outcome.far is not None:
        parts.append(f"accepts {percent(outcome.far)} of different pairs")
    if outcome.frr is not None:
        parts.append(f"rejects {percent(outcome.frr)} of matching pairs")
    return f"At this threshold it {' and '.join(parts)}." if parts else ""
