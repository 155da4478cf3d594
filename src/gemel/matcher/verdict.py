"""The verdict on two items."""

from __future__ import annotations

from typing import final

from pydantic import BaseModel, ConfigDict


@final
class Verdict(BaseModel):
    """Whether two items are the same, with its probability and the error rates of the threshold.

    `probability` is that of *same*, if a share `prior` of all pairs are. `threshold` was set for
    `target` on validation pairs, `impostors` different and `genuine` matching ones of `labels`
    labels, where its false-accept and false-reject rates were `far` and `frr`. The 95 % intervals
    estimate these rates for new labels. Probabilities, rates and `prior` are in 0–1, `distance` and
    `threshold` in the units of the metric. Intervals are None in matchers saved without them, and
    `labels` is None also for pairs without labels. `matcher` is the matcher's name. `far_skilled`
    is the false-accept rate of skilled forgeries, if the matcher was calibrated on some.
    """

    model_config = ConfigDict(frozen=True)

    same: bool
    probability: float
    distance: float
    threshold: float
    target: str
    far: float
    frr: float
    far_interval: tuple[float, float] | None
    frr_interval: tuple[float, float] | None
    impostors: int
    genuine: int
    labels: int | None
    prior: float
    matcher: str
    far_skilled: float | None = None
    far_skilled_interval: tuple[float, float] | None = None
    score: float | None = None
    """The predicted grade, on the scale of the training data, if the pairs were graded."""

    def __bool__(self) -> bool:
        """`same`, so that `if matcher.compare(a, b)` works as expected."""
        return self.same
