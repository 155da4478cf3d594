"""The names of figures in words, and their values as a person writes them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal, final

SPACE = "\N{NARROW NO-BREAK SPACE}"


@final
@dataclass(frozen=True)
class FigureName:
    """A figure in words: what to call it, what it says, how it is written, which way is better."""

    label: str
    meaning: str
    unit: Literal["percent", "number"] = "percent"
    better: Literal["high", "low"] = "high"

    def write(self, value: float) -> str:
        return percent(value) if self.unit == "percent" else number(value)

    def interval(self, low: float, high: float) -> str:
        return f"{self.write(low).removesuffix(f'{SPACE}%')}–{self.write(high)}"


_NAMES = {
    r"accuracy": FigureName("Accuracy", "answers that are right, pairs weighed to the prior"),
    r"f1": FigureName("F1", "harmonic mean of precision and recall"),
    r"eer": FigureName(
        "Equal error rate", "where both kinds of error are as frequent", better="low"
    ),
    r"far": FigureName("False accepts", "different pairs taken for the same", better="low"),
    r"frr": FigureName("False rejects", "matching pairs turned away", better="low"),
    r"auc": FigureName("Area under the ROC", "1 is perfect, 0.5 is chance", unit="number"),
    r"eer@(skilled|random)": FigureName(
        "Equal error rate, {} forgeries", "where both kinds of error are as frequent", better="low"
    ),
    r"far@(skilled|random)": FigureName(
        "False accepts, {} forgeries", "forgeries taken for genuine", better="low"
    ),
    r"auc@(skilled|random)": FigureName(
        "Area under the ROC, {} forgeries", "1 is perfect, 0.5 is chance", unit="number"
    ),
    r"tar@skilled-far=(.+)": FigureName(
        "True accepts at {} skilled forgeries",
        "genuine items accepted when so many skilled forgeries pass",
    ),
    r"tar@random-far=(.+)": FigureName(
        "True accepts at {} random forgeries",
        "genuine items accepted when so many random forgeries pass",
    ),
    r"tar@far=(.+)": FigureName(
        "True accepts at {} false accepts",
        "matching pairs accepted when so few different ones are let in",
    ),
    r"far@tar=(.+)": FigureName(
        "False accepts at {} true accepts",
        "different pairs let in when so many matching ones are accepted",
        better="low",
    ),
    r"brier": FigureName(
        "Brier score", "squared error of the probability", unit="number", better="low"
    ),
    r"log_loss": FigureName(
        "Log loss", "surprise at the truth, in nats", unit="number", better="low"
    ),
    r"calibration_error": FigureName(
        "Calibration error", "mean gap between stated and observed probability", better="low"
    ),
    r"recall@1": FigureName("Recall at 1", "the nearest is a true match"),
    r"recall@(\d+)": FigureName("Recall at {}", "a true match among the nearest {}"),
    r"map@r": FigureName("MAP@R", "how purely the nearest are of the same label"),
    r"accuracy@5-shot": FigureName("5-shot accuracy", "the nearest of five of each label"),
    r"accuracy@dtw": FigureName("Accuracy, time warping", "nothing learned"),
    r"accuracy@5-shot-dtw": FigureName(
        "5-shot accuracy, time warping", "nothing learned; the nearest of five of each label"
    ),
    r"accuracy@(distance=.+)": FigureName("Accuracy at {}", "chosen beforehand"),
    r"(?:accuracy@)?(\d+-way.\d+-shot)": FigureName(
        "{}", "the right one found among the candidates"
    ),
    r"one-shot": FigureName("One-shot accuracy", "the right one found among the candidates"),
    r"accuracy@instance=(\d+)": FigureName(
        "Accuracy at item {} of a class", "named rightly, knowing only the items before it"
    ),
    r"sequence": FigureName(
        "Accuracy at item 2 of a class", "named rightly, knowing only the items before it"
    ),
    r"pearson": FigureName("Pearson correlation", "with the given scores", unit="number"),
    r"spearman": FigureName(
        "Spearman correlation", "with the ranks of the given scores", unit="number"
    ),
    r"mse": FigureName("Mean squared error", "of the score", unit="number", better="low"),
    r"loss": FigureName("Loss", "", unit="number", better="low"),
}


def figure_name(name: str) -> FigureName:
    """The words for a figure; a name that nobody foresaw stands for itself."""
    for pattern, words in _NAMES.items():
        if found := re.fullmatch(pattern, name):
            given = _share(found[1]) if found.groups() else ""
            return replace(
                words, label=words.label.format(given), meaning=words.meaning.format(given)
            )
    return FigureName(
        name.replace("_", " "), "", unit="percent" if "accuracy" in name else "number"
    )


def percent(share: float) -> str:
    """`0.971` is 97.1 %; only what is 0 or 1 to seven places is written as 0 % or 100 %."""
    if round(share, 7) in {0, 1}:
        share = round(share)
    near = 100 * min(share, 1 - share)
    decimals = next(d for d in count(2) if round(near, d)) if 0 < near < 0.05 else 1
    text = f"{100 * share:.{decimals}f}"
    return f"{'100' if text == '100.0' else '0' if text == '0.0' else text}{SPACE}%"


def round_percent(share: float) -> str:
    """A share that someone chose: 0.01 is 1 %."""
    return f"{100 * share:.4g}{SPACE}%"


def number(value: float) -> str:
    """Three figures after the point, or three significant ones where that would hide the value."""
    if not math.isfinite(value):
        return str(value)
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.3f}"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"


def _share(text: str) -> str:
    """`0.01`, the parameter of a name, as 1 %; other parameters stay."""
    try:
        share = float(text)
    except ValueError:
        return text
    return round_percent(share) if 0 < share < 1 else text
