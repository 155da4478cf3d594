"""The interface of losses: modules from distances and `same` to a scalar."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import nn

from gemel.shapes import Distances, Same, Scalar


class Loss(nn.Module, ABC):
    """A scalar to minimise, from rows of distances: each row holds those of one item to others.

    `margin` is the distance that different pairs should reach, if the loss has one; the metric must
    be able to reach it. A `graded` loss accepts grades in 0–1 in place of `same`.
    """

    margin: float | None = None
    graded: bool = False

    @abstractmethod
    def forward(self, distance: Distances, same: Same) -> Scalar: ...
