"""What every loss is: distances and which of them are the same, to one number."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import nn

from gemel.shapes import Distances, Same, Scalar


class Loss(nn.Module, ABC):
    """A number to make small. The last axis of its inputs holds what one row is compared with.

    `margin` is the distance beyond which different pairs no longer matter, where there is one:
    a metric has to be able to reach it. `needs_rows` is true where a row must hold both a
    matching and a different item, so that single labelled pairs cannot teach it. A `graded` loss
    takes numbers from 0 to 1 in place of `same` where the data have them.
    """

    margin: float | None = None
    needs_rows: bool = False
    graded: bool = False

    @abstractmethod
    def forward(self, distance: Distances, same: Same) -> Scalar: ...
