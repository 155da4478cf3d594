"""The distance up to which two items count as the same, chosen for a stated purpose.

eer          false accepts and false rejects are equally frequent
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
from gemel.functional.roc import Roc, impostors_needed, roc

FORMS = "`eer`, `far=0.01` (a rate between 0 and 1) or `cost=10:1` (false accept : false reject)"


@final
@dataclass(frozen=True)
class EerTarget:
    """As many false accepts as false rejects, in shares of their kind."""

    @property
    def text(self) -> str:
        return "eer"

    def place(self, curve: Roc, impostors: int) -> int:  # noqa: ARG002
        """Which point of the curve to take."""
        return int(np.lexsort((curve.far + curve.frr, np.abs(curve.far - curve.frr)))[0])


LEAST_RATE = 1e-12
"""No data have pairs enough to speak of a lower one."""


@final
@dataclass(frozen=True)
class FarTarget:
    """The most lenient threshold whose false accept rate is at most `rate`."""

    rate: float

    def __post_init__(self) -> None:
        if not LEAST_RATE <= self.rate < 1:
            raise RecipeError(f"a FAR lies from {LEAST_RATE:g} to below 1, got {self.rate}")

    @property
    def text(self) -> str:
        return f"far={self.rate:.12g}"

    def place(self, curve: Roc, impostors: int) -> int:
        """Raises DataError where the impostor pairs are too few to speak of such a rate."""
        needed = impostors_needed(self.rate)
        if impostors < needed:
            raise DataError(
                f"{self.text} needs {needed:,} impostor pairs, {impostors:,} at hand: "
                f"{needed - impostors:,} are missing; choose a higher rate or add labels"
            )
        return int(np.searchsorted(curve.far, self.rate, side="right")) - 1


@final
@dataclass(frozen=True)
class CostTarget:
    """The least expected cost, where `prior` of the pairs match."""

    false_accept: float
    false_reject: float
    prior: float = 0.5

    def __post_init__(self) -> None:
        if not (0 < self.false_accept < np.inf and 0 < self.false_reject < np.inf):
            raise RecipeError(
                f"both costs must be above 0, got {self.false_accept:g}:{self.false_reject:g}"
            )
        if not 0 < self.prior < 1:
            raise RecipeError(f"the prior must lie between 0 and 1, got {self.prior}")

    @property
    def text(self) -> str:
        return f"cost={self.false_accept:.12g}:{self.false_reject:.12g}"

    def place(self, curve: Roc, impostors: int) -> int:  # noqa: ARG002
        """Which point of the curve to take."""
        accepts = (1 - self.prior) * self.false_accept * curve.far
        return int(np.argmin(accepts + self.prior * self.false_reject * curve.frr))


Target: TypeAlias = EerTarget | FarTarget | CostTarget


def parse_target(text: str, prior: float = 0.5) -> Target:
    """Read `eer`, `far=RATE` or `cost=FA:FR`; only a cost depends on the prior.

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
    raise RecipeError(f"a threshold target is one of {FORMS}, got `{text}`")


@final
class Threshold(BaseModel):
    """A pair counts as the same when its distance is at most `distance`.

    `far` and `frr` are what that costs on the validation pairs it was chosen on, `impostors` and
    `genuine` so many, of so many `labels`; the intervals (95 %) draw these labels again. Where
    there are skilled forgeries among the impostors, `far_skilled` is of these alone.
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
    """None where a table of pairs has none, and of the first matchers, which did not ask."""


def choose_threshold(distance: Distances, same: Same, target: Target) -> Threshold:
    """Find the threshold for a target on labelled pairs, halfway between two of their distances.

    Raises DataError unless there are genuine and impostor pairs, enough of them for the target.

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
    """Halfway from the last accepted distance (-1: none is accepted) to the next.

    The result is a float32, as distances are, so that it cuts alike in either precision.
    """
    gap = float(np.diff(distances).mean()) if len(distances) > 1 else 1.0
    padded = np.concatenate([[distances[0] - gap], distances, [distances[-1] + gap]])
    below, above = padded[last + 1 : last + 3]
    middle = np.float32((below + above) / 2)
    return float(middle if middle < above else np.nextafter(np.float32(above), np.float32(-np.inf)))
