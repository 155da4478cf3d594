"""Decision thresholds: the distance up to which two items are the same, chosen for a target.

eer          false accept rate and false reject rate are equal
far=0.01     at most one impostor pair in a hundred is accepted
cost=10:1    a false accept costs ten times what a false reject costs
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from pydantic import BaseModel, ConfigDict

from gemel.arrays import Distances, Floats, Same
from gemel.errors import DataError, RecipeError
from gemel.functional.bayes import check_prior
from gemel.functional.roc import Roc, impostors_needed, roc

FORMS = "`eer`, `far=0.01` (a rate between 0 and 1) or `cost=10:1` (false accept : false reject)"


@final
@dataclass(frozen=True)
class EerTarget:
    """The threshold at which FAR and FRR are nearest to each other: the equal error rate.

    Of two that are equally near, the one with fewer errors.
    """

    @property
    def text(self) -> str:
        return "eer"

    def place(self, curve: Roc, impostors: int) -> int:  # noqa: ARG002
        """The chosen position on the curve."""
        gap = np.abs(curve.far - curve.frr).round(12)  # equal ones differ by rounding
        return int(np.lexsort((curve.far + curve.frr, gap))[0])


LEAST_RATE = 1e-12
"""Lowest FAR to ask for: no data set has enough pairs to measure a lower one."""


@final
@dataclass(frozen=True)
class FarTarget:
    """The most lenient threshold whose false accept rate is at most `rate`."""

    rate: float

    def __post_init__(self) -> None:
        if not LEAST_RATE <= self.rate < 1:
            raise RecipeError(
                f"a false-accept rate must be at least {LEAST_RATE:g} and below 1, got {self.rate}"
            )

    @property
    def text(self) -> str:
        return f"far={self.rate:.12g}"

    def place(self, curve: Roc, impostors: int) -> int:
        """The chosen position on the curve; raises DataError with too few impostor pairs."""
        needed = impostors_needed(self.rate)
        if impostors < needed:
            raise DataError(
                f"{self.text} needs {needed:,} different pairs, {impostors:,} at hand: "
                f"{needed - impostors:,} are missing; choose a higher rate or add labels"
            )
        return int(np.searchsorted(curve.far, self.rate, side="right")) - 1


@final
@dataclass(frozen=True)
class CostTarget:
    """The threshold of the least expected cost, where `prior` of all pairs match."""

    false_accept: float
    false_reject: float
    prior: float = 0.5

    def __post_init__(self) -> None:
        if not (0 < self.false_accept < np.inf and 0 < self.false_reject < np.inf):
            raise RecipeError(
                "both costs must be finite and above 0, got "
                f"{self.false_accept:g}:{self.false_reject:g}"
            )
        check_prior(self.prior)

    @property
    def text(self) -> str:
        return f"cost={self.false_accept:.12g}:{self.false_reject:.12g}"

    def place(self, curve: Roc, impostors: int) -> int:  # noqa: ARG002
        """The chosen position on the curve."""
        accepts = (1 - self.prior) * self.false_accept * curve.far
        return int(np.argmin(accepts + self.prior * self.false_reject * curve.frr))


Target: TypeAlias = EerTarget | FarTarget | CostTarget


def parse_target(text: str, prior: float = 0.5) -> Target:
    """Parse `eer`, `far=RATE` or `cost=FA:FR`; `prior` matters only for a cost.

    Raises RecipeError for anything else.

    >>> parse_target("cost=10:1", prior=0.01)
    CostTarget(false_accept=10.0, false_reject=1.0, prior=0.01)
    """
    name, _, setting = text.strip().partition("=")
    try:
        if name == "eer" and not setting:
            return EerTarget()
        if name == "far":
            return FarTarget(float(setting))
        if name == "cost":
            false_accept, false_reject = setting.split(":")
            return CostTarget(float(false_accept), float(false_reject), prior)
    except RecipeError:
        raise
    except ValueError:
        pass
    raise RecipeError(f"a threshold target must be one of {FORMS}, got `{text}`")


@final
class Threshold(BaseModel):
    """A threshold and its error rates: a pair is the same when its distance is at most `distance`.

    `far` and `frr` are the rates on the validation pairs that it was chosen on: `impostors` and
    `genuine` pairs of `labels` labels. The 95 % intervals resample labels. `far_skilled` is the
    FAR of skilled forgeries alone, where there are any among the impostors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    target: str
    distance: float
    far: float
    frr: float
    genuine: int
    impostors: int
    far_interval: tuple[float, float] | None = None
    frr_interval: tuple[float, float] | None = None
    far_skilled: float | None = None
    far_skilled_interval: tuple[float, float] | None = None
    labels: int | None = None
    """None for a table of pairs without labels, and in matchers saved before this field existed."""


def choose_threshold(distance: Distances, same: Same, target: Target) -> Threshold:
    """Choose the threshold for a target on labelled pairs, `distance` (n,) and `same` (n,).

    It lies halfway between two adjacent distances. Raises DataError unless there are genuine and
    impostor pairs, and enough of them for the target.

    >>> distance, same = np.float32([0.1, 0.2, 0.6, 0.8]), np.array([True, True, False, False])
    >>> round(choose_threshold(distance, same, EerTarget()).distance, 3)
    0.4
    """
    distance, same = np.asarray(distance, np.float32), np.asarray(same, np.bool_)
    curve = roc(distance, same)
    genuine = int(same.sum())
    place = target.place(curve, len(same) - genuine)
    return Threshold(
        target=target.text,
        distance=_halfway(curve.threshold[1:], place - 1),
        far=float(curve.far[place]),
        frr=float(curve.frr[place]),
        genuine=genuine,
        impostors=len(same) - genuine,
    )


def _halfway(distances: Floats, last: int) -> float:
    """Halfway from distances[last], the last accepted one (-1: none), to the next.

    The result is a float32, as distances are, so that comparisons agree in either precision.
    """
    alone = max(1.0, abs(float(distances[0])))  # 1 added to a huge distance would be lost
    gap = float(np.diff(distances).mean()) if len(distances) > 1 else alone
    padded = np.concatenate([[distances[0] - gap], distances, [distances[-1] + gap]])
    below, above = padded[last + 1 : last + 3]
    middle = np.float32((below + above) / 2)
    return float(middle if middle < above else np.nextafter(np.float32(above), np.float32(-np.inf)))
