"""Verification: are these two the same? Measured on sampled pairs of labels never trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from gemel.arrays import Distances, Floats, Same
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.figure import Missing
from gemel.evaluation.intervals import Basis, Statistic
from gemel.evaluation.pairs import PairSample
from gemel.functional.bayes import MOST_LOG_ODDS
from gemel.functional.probability import (
    calibration_error,
    log_loss_terms,
    prior_weights,
    squared_error,
    weighted_mean,
)
from gemel.functional.roc import (
    auc,
    eer,
    f1_at,
    far_at,
    far_at_tar,
    frr_at,
    impostors_needed,
    rank_pairs,
    tar_at_far,
)

FARS = (0.1, 0.01, 0.001)
RECALL = 0.95
"""At which the false-accept rate is reported: the FPR95 of papers on image patches."""


@final
@dataclass(frozen=True)
class OperatingPoint:
    """How the matcher decides: what it was calibrated to on validation labels.

    `probability` takes distances and gives probabilities for pairs of which `prior` match.
    `fixed_threshold` adds the accuracy at a threshold that a paper fixed beforehand. `fars` are the
    false-accept rates at which the true-accept rate is told: `tar@far=0.01`.
    """

    threshold: float
    probability: Callable[[Distances], Floats]
    prior: float = 0.5
    fixed_threshold: float | None = None
    fars: tuple[float, ...] = FARS


def verification(distance: Distances, pairs: PairSample, point: OperatingPoint) -> Evidence:
    """What the figures of pairs at a distance (n,) rest on.

    Accuracy, F1 and the probabilities' figures weigh to the prior.

    Where pairs say which of them are skilled forgeries, `eer`, `auc` and `far` are given for these
    and for random ones (another label's item) apart, as `eer@skilled` and `eer@random`.

    Raises DataError unless there are pairs of both kinds and every distance is finite.
    """
    probability = point.probability(distance)
    kinds = _forgeries(pairs)
    statistic = _statistic(distance, pairs.same, probability, point, kinds)
    basis = _basis(pairs.same, kinds, point)
    bounds = {"log_loss": (0.0, MOST_LOG_ODDS)}
    missing = _unsupported(int((~pairs.same).sum()), point.fars)
    return Evidence(statistic, pairs.left_unit, pairs.right_unit, basis, bounds, missing)


def _forgeries(pairs: PairSample) -> dict[str, Same]:
    """Which pairs are impostors of each kind, as far as there are both."""
    if pairs.skilled is None:
        return {}
    random = ~pairs.same & ~pairs.skilled
    both = random.any() and pairs.skilled.any()
    return {"skilled": pairs.skilled, "random": random} if both else {}


def _statistic(
    distance: Distances,
    same: Same,
    probability: Floats,
    point: OperatingPoint,
    kinds: Mapping[str, Same],
) -> Statistic:
    ranked = rank_pairs(distance, same)
    errors, surprises = squared_error(probability, same), log_loss_terms(probability, same)

    def figures(weights: Floats) -> dict[str, float]:
        curve = ranked.roc(weights)
        to_prior = prior_weights(same, point.prior, weights)

        def accuracy(threshold: float) -> float:
            wrong = (1 - point.prior) * far_at(curve, threshold)
            return 1 - wrong - point.prior * frr_at(curve, threshold)

        values = {
            "auc": auc(curve),
            "eer": eer(curve),
            "accuracy": accuracy(point.threshold),
            "f1": f1_at(curve, point.threshold, point.prior),
            "far": far_at(curve, point.threshold),
            "frr": frr_at(curve, point.threshold),
            **{_tar_name(far): tar_at_far(curve, far) for far in point.fars},
            _far_name(RECALL): far_at_tar(curve, RECALL),
            "brier": weighted_mean(errors, to_prior),
            "log_loss": weighted_mean(surprises, to_prior),
            "calibration_error": calibration_error(probability, same, to_prior),
        }
        if point.fixed_threshold is not None:
            values[_fixed_name(point.fixed_threshold)] = accuracy(point.fixed_threshold)
        for kind, of_kind in kinds.items():
            alone = ranked.roc(weights * (same | of_kind))
            values |= {f"eer@{kind}": eer(alone), f"auc@{kind}": auc(alone)}
            values |= {f"far@{kind}": far_at(alone, point.threshold)}
        return values

    return figures


def _basis(same: Same, kinds: Mapping[str, Same], point: OperatingPoint) -> Basis:
    """The pairs that each figure needs; shares of one kind of pairs may be of rare errors, as an
    equal error rate is, and an area under the curve is near its bound."""
    genuine, impostors, both = ("genuine",), ("impostors",), ("genuine", "impostors")
    needed: dict[str, tuple[str, ...]] = {"auc": both, "eer": both, "accuracy": both, "f1": both}
    needed |= {"far": impostors, "frr": genuine}
    needed |= {_tar_name(far): genuine for far in point.fars}
    needed |= {_far_name(RECALL): impostors}
    needed |= {"brier": both, "log_loss": both, "calibration_error": both}
    if point.fixed_threshold is not None:
        needed[_fixed_name(point.fixed_threshold)] = both
    for kind in kinds:
        needed |= {f"{name}@{kind}": ("genuine", kind) for name in ("eer", "auc")}
        needed |= {f"far@{kind}": (kind,)}
    shares = frozenset(
        name for name, pairs in needed.items() if len(pairs) == 1 or name[:3] in {"auc", "eer"}
    )
    of_few = frozenset(needed) - shares - {"brier", "log_loss", "calibration_error"}
    return Basis({"genuine": same, "impostors": ~same, **kinds}, needed, shares, of_few)


def _unsupported(impostors: int, fars: tuple[float, ...]) -> dict[str, Missing]:
    return {
        _tar_name(far): Missing(
            missing=f"needs {needed:,} impostor pairs, {impostors:,} at hand: "
            f"{needed - impostors:,} are missing"
        )
        for far in fars
        if impostors < (needed := impostors_needed(far))
    }


def _tar_name(far: float) -> str:
    return f"tar@far={far:g}"


def _far_name(tar: float) -> str:
    return f"far@tar={tar:g}"


def _fixed_name(threshold: float) -> str:
    return f"accuracy@distance={threshold:g}"
