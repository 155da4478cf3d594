"""The names of figures in words, and their values as a person writes them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import count
from typing import Literal, final

SPACE = "\N{NARROW NO-BREAK SPACE}"

Unit = Literal["percent", "number"]
Better = Literal["high", "low"]


@final
@dataclass(frozen=True)
class FigureName:
    """A figure in words: what to call it, what it says, how it is written, which way is better."""

    label: str
    meaning: str
    unit: Unit
    better: Better

    def write(self, value: float) -> str:
        return percent(value) if self.unit == "percent" else number(value)

    def interval(self, low: float, high: float) -> str:
        return f"{self.write(low).removesuffix(f'{SPACE}%')}–{self.write(high)}"


_NAMES = {
    r"accuracy": (
        "Accuracy",
        "answers that are right, pairs weighed to the prior",
        "percent",
        "high",
    ),
    r"f1": ("F1", "harmonic mean of precision and recall", "percent", "high"),
    r"eer": ("Equal error rate", "where both kinds of error are as frequent", "percent", "low"),
    r"far": ("False accepts", "different pairs taken for the same", "percent", "low"),
    r"frr": ("False rejects", "matching pairs turned away", "percent", "low"),
    r"auc": ("Area under the ROC", "1 is perfect, 0.5 is chance", "number", "high"),
    r"eer@(skilled|random)": (
        "Equal error rate, {} forgeries",
        "where both kinds of error are as frequent",
        "percent",
        "low",
    ),
    r"far@(skilled|random)": (
        "False accepts, {} forgeries",
        "forgeries taken for genuine",
        "percent",
        "low",
    ),
    r"auc@(skilled|random)": (
        "Area under the ROC, {} forgeries",
        "1 is perfect, 0.5 is chance",
        "number",
        "high",
    ),
    r"tar@skilled-far=(.+)": (
        "True accepts at {} skilled forgeries",
        "genuine items accepted when so many skilled forgeries pass",
        "percent",
        "high",
    ),
    r"tar@random-far=(.+)": (
        "True accepts at {} random forgeries",
        "genuine items accepted when so many random forgeries pass",
        "percent",
        "high",
    ),
    r"tar@far=(.+)": (
        "True accepts at {} false accepts",
        "matching pairs accepted when so few different ones are let in",
        "percent",
        "high",
    ),
    r"far@tar=(.+)": (
        "False accepts at {} true accepts",
        "different pairs let in when so many matching ones are accepted",
        "percent",
        "low",
    ),
    r"dir@far=(.+)": (
        "Identified at {} false accepts",
        "known people named rightly when so few strangers are let in",
        "percent",
        "high",
    ),
    r"brier": ("Brier score", "squared error of the probability", "number", "low"),
    r"log_loss": ("Log loss", "surprise at the truth, in nats", "number", "low"),
    r"calibration_error": (
        "Calibration error",
        "mean gap between stated and observed probability",
        "percent",
        "low",
    ),
    r"recall@1": ("Recall at 1", "the nearest is a true match", "percent", "high"),
    r"recall@(\d+)": ("Recall at {}", "a true match among the nearest {}", "percent", "high"),
    r"map@r": ("MAP@R", "how purely the nearest are of the same label", "percent", "high"),
    r"accuracy@5-shot": ("5-shot accuracy", "the nearest of five of each label", "percent", "high"),
    r"accuracy@dtw": ("Accuracy, time warping", "nothing learned", "percent", "high"),
    r"accuracy@5-shot-dtw": (
        "5-shot accuracy, time warping",
        "nothing learned; the nearest of five of each label",
        "percent",
        "high",
    ),
    r"accuracy@(distance=.+)": ("Accuracy at {}", "chosen beforehand", "percent", "high"),
    r"(?:accuracy@)?(\d+-way.\d+-shot)": (
        "{}",
        "the right one found among the candidates",
        "percent",
        "high",
    ),
    r"one-shot": (
        "One-shot accuracy",
        "the right one found among the candidates",
        "percent",
        "high",
    ),
    r"pearson": ("Pearson correlation", "with the given scores", "number", "high"),
    r"spearman": ("Spearman correlation", "with the ranks of the given scores", "number", "high"),
    r"mse": ("Mean squared error", "of the score", "number", "low"),
    r"loss": ("Loss", "", "number", "low"),
}


def figure_name(name: str) -> FigureName:
    """The words for a figure; a name that nobody foresaw stands for itself."""
    for pattern, (label, meaning, unit, better) in _NAMES.items():
        found = re.fullmatch(pattern, name)
        if found:
            given = _share(found[1]) if found.groups() else ""
            return FigureName(label.format(given), meaning.format(given), unit, better)  # type: ignore[arg-type]
    unit = "percent" if "accuracy" in name else "number"
    return FigureName(name.replace("_", " "), "", unit, "high")  # type: ignore[arg-type]


def percent(share: float) -> str:
    """`0.971` is 97.1 %; only what is exactly 0 or 1 is written as 0 % or 100 %."""
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
