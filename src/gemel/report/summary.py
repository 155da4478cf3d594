"""The summary of a run in a paragraph."""

from __future__ import annotations

from collections.abc import Mapping

from gemel.counting import count
from gemel.report.contents import Decision, Figure, Split
from gemel.report.naming import figure_name
from gemel.report.numbers import percent, round_percent


def summary(figures: Mapping[str, Mapping[str, Figure]], split: Split, decision: Decision) -> str:
    """The accuracy on unseen data, and the error rates at the threshold."""
    verified, test = figures["verification"], split.part("test")
    far, frr = (percent(verified[name]["value"]) for name in ("far", "frr"))
    sentences = [
        f"On {_unseen(split)}, {_claim(verified['accuracy'], decision, split.unit)}",
        f"At this threshold it accepts {far} of different pairs and rejects {frr} of matching "
        "pairs.",
    ]
    if skilled := verified.get("far@skilled"):
        sentences.append(f"It accepts {percent(skilled['value'])} of skilled forgeries.")
    if split.unit == "item" and test.labels is not None:
        sentences.append(
            "Training has seen the labels of these items: this says little about other labels."
        )
    return " ".join(sentences)


def _unseen(split: Split) -> str:
    test = split.part("test")
    if split.unit == "pair":
        return f"unseen pairs of {count(test.items, 'item')}, of which training saw some"
    amount = test.items if split.unit == "item" or test.labels is None else test.labels
    return f"{count(amount, split.unit)} never seen in training"


def _claim(accuracy: Figure, decision: Decision, unit: str) -> str:
    interval = figure_name("accuracy").interval(accuracy["low"], accuracy["high"])
    return (
        f"Gemel tells same from different with {percent(accuracy['value'])} accuracy "
        f"({round_percent(0.95)} interval {interval}){_prior_text(decision.prior)}, at the "
        f"threshold {decision.threshold:.3g}, {_target_text(decision.target)} on validation "
        f"{unit}s."
    )


def _prior_text(prior: float) -> str:
    """The prior that the accuracy is weighted to."""
    share = "half" if prior == 0.5 else round_percent(prior)
    return f" where {share} of all pairs are the same"


def _target_text(target: str) -> str:
    if target == "eer":
        return "set for equal error rates"
    kind, _, setting = target.partition("=")
    if kind == "far":
        return f"set to accept {round_percent(float(setting))} of different pairs"
    accept, reject = setting.split(":")
    return f"set for false accepts that cost {accept} and false rejects that cost {reject}"
