"""What every loss is: distances and which of them are the same, to one number."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import nn

from gemel.shapes import Distances, Same, Scalar


class Loss(nn.Module, ABC):
    """A number to make small. The last axis of its inputs holds what one row is compared with.

    `margin` is the distance that different pairs are to reach, where there is one: the metric has
    to be able to. A `graded` loss takes numbers from 0 to 1 in place of `same` where the data have
    them.
    """

    margin: float | None = None
    graded: bool = False

    @abstractmethod
    def forward(self, distance: Distances, same: Same) -> Scalar: ...
