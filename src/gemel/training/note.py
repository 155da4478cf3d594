"""The note beside the progress of a training: its loss, validation figure and speed."""

from __future__ import annotations

import time
from collections import deque
from statistics import fmean
from typing import final

from gemel.training.checkpoint import Counters

LATEST = 20
"""The number of steps over which loss and speed are averaged."""


@final
class Note:
    """Writes the note after each step; `figure` is the validation figure that it shows."""

    def __init__(self, figure: str) -> None:
        self.figure = figure
        self._steps: deque[tuple[float, int]] = deque(maxlen=LATEST)

    def after(self, items: int, counters: Counters) -> str:
        """The note after a step with this number of items, or after a validation, with none."""
        self._steps.append((time.monotonic(), items))
        parts = (_loss(counters), self._validation(counters), self._speed())
        return "  ".join(filter(None, parts))

    def _validation(self, counters: Counters) -> str:
        if not counters.history:
            return ""
        return f"validation {self.figure} {counters.history[-1][self.figure]:.4f}"

    def _speed(self) -> str:
        """Items per second of the latest steps; it takes two to measure it."""
        (begun, first), (now, _) = self._steps[0], self._steps[-1]
        items = sum(items for _, items in self._steps) - first
        return f"{items / (now - begun):,.0f} items/s" if now > begun else ""


def _loss(counters: Counters) -> str:
    latest = counters.losses[-LATEST:] or [row["loss"] for row in counters.history[-1:]]
    return f"loss {fmean(latest):.4f}" if latest else ""
