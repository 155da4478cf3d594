"""Learning curves: training loss, validation figures and learning rate by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gemel.arrays import Floats
from gemel.report.axes import Axis, linear, rounded, tick_text, whole_numbers
from gemel.report.chart import Absent, Chart, Frame, Mark
from gemel.report.naming import FigureName, figure_name
from gemel.report.numbers import epoch_text, round_percent

_NO_FIGURES = ("epoch", "seconds", "loss", "learning_rate")
_TITLES = {"loss": "Loss in training", "learning_rate": "Learning rate"}
_AXES = {"loss": "Loss, mean of an epoch", "learning_rate": "Learning rate"}


def progress(history: Sequence[Mapping[str, float]]) -> tuple[Chart | Absent, ...]:
    """One chart per column: the loss, the validation figures, the learning rate.

    A single value is only stated, since there is no course to draw.
    """
    if not history:
        return (Absent("Progress", "This run has no history."),)
    named = history[0]
    figures = [column for column in named if column not in _NO_FIGURES]
    epochs = _column(history, "epoch")
    return tuple(
        _chart(column, epochs, _column(history, column))
        for column in ("loss", *figures, "learning_rate")
        if column in named
    )


def _column(history: Sequence[Mapping[str, float]], name: str) -> Floats:
    return np.array([row[name] for row in history], np.float64)


def _chart(column: str, epochs: Floats, values: Floats) -> Chart | Absent:
    name, in_training = figure_name(column), column in _TITLES
    title = _TITLES.get(column, f"{name.label[:1].upper()}{name.label[1:]} in validation")
    at = [epoch_text(each) for each in epochs]
    written = [f"{each:.3g}" if in_training else name.write(each) for each in values]
    if len(values) == 1:
        return Absent(title, f"{written[0]} in epoch {at[0]}.")
    frame = Frame(_along(epochs), _upright(_AXES.get(column, name.label), name, values))
    dots = [frame.dot(a, b, "accent") for a, b in zip(epochs, values, strict=True)]
    best = int(values.argmin() if name.better == "low" else values.argmax())
    of_best = f"Best {written[best]}, in epoch {at[best]}."
    return Chart(
        title=title,
        sentence=f"{written[-1]} in the last epoch." if in_training else of_best,
        alternative=f"{title}: {written[0]} in epoch {at[0]}, {written[-1]} in epoch {at[-1]}.",
        frame=frame,
        marks=(Mark("line", "accent", frame.line(epochs, values)),),
        bands=frame.bands(
            epochs,
            [f"epoch {when}\n{text}" for when, text in zip(at, written, strict=True)],
            [(dot,) for dot in dots],
        ),
        dots=(dots[-1 if in_training else best],),
    )


def _along(epochs: Floats) -> Axis:
    """An axis of whole epochs, unless it spans less than one."""
    low, high = float(epochs.min()), float(epochs.max())
    return (whole_numbers if high - low >= 1 else linear)("Epoch", low, high)


def _upright(title: str, name: FigureName, values: Floats) -> Axis:
    low, high = rounded(values.min(), values.max())
    if values.min() >= 0 and values.max() <= 1:
        low, high = max(0.0, low), min(1.0, high)
    return linear(title, low, high, round_percent if name.unit == "percent" else tick_text)
