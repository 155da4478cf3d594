"""Display names of figures."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, final

from gemel.report.numbers import SPACE, number, percent, round_percent


@final
@dataclass(frozen=True)
class FigureName:
    """How a figure is displayed: its label and meaning, its unit, and which direction is better."""

    label: str
    meaning: str
    unit: Literal["percent", "number"] = "percent"
    better: Literal["high", "low"] = "high"

    def write(self, value: float, decimals: int = 1) -> str:
        """A value in the figure's unit; `decimals` are those of a percentage."""
        return percent(value, decimals) if self.unit == "percent" else number(value)

    def interval(self, low: float, high: float, decimals: int = 1) -> str:
        """An interval in the figure's unit, as `95.0–98.3 %`."""
        lowest, highest = self.write(low, decimals), self.write(high, decimals)
        return f"{lowest.removesuffix(f'{SPACE}%')}–{highest}"


_NAMES = {
    r"accuracy": FigureName("Accuracy", "right answers; pairs are weighted to the prior"),
    r"f1": FigureName("F1", "harmonic mean of precision and recall"),
    r"eer": FigureName("Equal error rate", "where both error rates are equal", better="low"),
    r"far": FigureName("False accepts", "different pairs accepted", better="low"),
    r"frr": FigureName("False rejects", "matching pairs rejected", better="low"),
    r"auc": FigureName("Area under the ROC", "1 is perfect, 0.5 is chance", unit="number"),
    r"label_eer": FigureName(
        "Equal error rate by label", "mean over labels, each at its own threshold", better="low"
    ),
    r"far@(skilled|random)": FigureName(
        "False accepts, {} forgeries", "forgeries accepted", better="low"
    ),
    r"tar@(skilled|random)-far=(.+)": FigureName(
        "True accepts at {1} {0} forgeries",
        "genuine items accepted where {1} of {0} forgeries are",
    ),
    r"tar@far=(.+)": FigureName(
        "True accepts at {} false accepts",
        "matching pairs accepted where at most {} of different pairs are",
    ),
    r"far@tar=(.+)": FigureName(
        "False accepts at {} true accepts",
        "different pairs accepted where at least {} of matching pairs are",
        better="low",
    ),
    r"brier": FigureName(
        "Brier score", "squared error of the probability", unit="number", better="low"
    ),
    r"log_loss": FigureName(
        "Log loss", "negative log-likelihood of the truth, in nats", unit="number", better="low"
    ),
    r"calibration_error": FigureName(
        "Calibration error", "mean gap between stated and observed probability", better="low"
    ),
    r"recall@1": FigureName("Recall at 1", "the nearest item is a match"),
    r"recall@(\d+)": FigureName("Recall at {}", "a match is among the nearest {}"),
    r"map@r": FigureName("MAP@R", "mean average precision of the nearest R, R matches in all"),
    r"accuracy@5-shot": FigureName("5-shot accuracy", "the nearest of five examples per label"),
    r"accuracy@dtw": FigureName("Accuracy, time warping", "baseline without learning"),
    r"accuracy@5-shot-dtw": FigureName(
        "5-shot accuracy, time warping",
        "baseline without learning; the nearest of five examples per label",
    ),
    r"accuracy@assigned": FigureName(
        "Accuracy, assigned one to one",
        "transductive: all items of a run are answered together, each by another example",
    ),
    r"accuracy@(distance=.+)": FigureName("Accuracy at {}", "at a threshold fixed in advance"),
    r"accuracy@(\d+-way-\d+-shot)": FigureName("{}", "the right label among the candidates"),
    r"one-shot": FigureName("One-shot accuracy", "the right label among the candidates"),
    r"accuracy@instance=(\d+)": FigureName(
        "Accuracy at item {} of a class", "given only the items before it"
    ),
    r"sequence": FigureName("Accuracy at item 2 of a class", "given only the items before it"),
    r"pearson": FigureName("Pearson correlation", "with the given scores", unit="number"),
    r"spearman": FigureName(
        "Spearman correlation", "with the ranks of the given scores", unit="number"
    ),
    r"mse": FigureName("Mean squared error", "of the score", unit="number", better="low"),
    r"loss": FigureName("Loss", "", unit="number", better="low"),
}


def figure_name(name: str) -> FigureName:
    """How a figure is displayed; an unknown name is its own label."""
    for pattern, words in _NAMES.items():
        if found := re.fullmatch(pattern, name):
            given = [_share(text) for text in found.groups()]
            return replace(
                words, label=words.label.format(*given), meaning=words.meaning.format(*given)
            )
    if found := re.fullmatch("(.+)@(skilled|random)", name):
        of_all = figure_name(found[1])
        return replace(of_all, label=f"{of_all.label}, {found[2]} forgeries")
    return FigureName(
        name.replace("_", " "), "", unit="percent" if "accuracy" in name else "number"
    )


def _share(text: str) -> str:
    """Format the parameter of a name as a percentage if it is a share: `0.01` is 1 %."""
    try:
        share = float(text)
    except ValueError:
        return text
    return round_percent(share) if 0 < share < 1 else text
