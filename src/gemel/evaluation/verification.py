"""Verification: are two items the same? Measured on sampled pairs of labels unseen in training."""

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
"""The TAR at which the FAR is reported: the FPR95 of papers on image patches."""


@final
@dataclass(frozen=True)
class OperatingPoint:
    """The decision threshold and the calibration, both fitted on validation labels.

    `probability` maps distances to probabilities of *same* where `prior` of all pairs match.
    `fixed_threshold` adds the accuracy at a threshold fixed in advance, as by a paper. `fars` are
    the FARs at which the TAR is reported, as `tar@far=0.01`.
    """

    threshold: float
    probability: Callable[[Distances], Floats]
    prior: float = 0.5
    fixed_threshold: float | None = None
    fars: tuple[float, ...] = FARS


def verification(distance: Distances, pairs: PairSample, point: OperatingPoint) -> Evidence:
    """Evidence for the verification figures of n pairs and their distances (n,).

    Accuracy, F1, Brier score, log loss and calibration error are weighted to the prior. For pairs
    with skilled forgeries `eer`, `auc` and `far` are also given for these and for random forgeries
    (items of another label) separately, as `eer@skilled` and `eer@random`.

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
    """The skilled and the random forgeries; empty unless there are both."""
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
    errors, log_losses = squared_error(probability, same), log_loss_terms(probability, same)

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
            "log_loss": weighted_mean(log_losses, to_prior),
            "calibration_error": calibration_error(probability, same, to_prior),
        }
        if point.fixed_threshold is not None:
            values[_fixed_name(point.fixed_threshold)] = accuracy(point.fixed_threshold)
        for kind, forged in kinds.items():
            own = ranked.roc(weights * (same | forged))
            values |= {f"eer@{kind}": eer(own), f"auc@{kind}": auc(own)}
            values |= {f"far@{kind}": far_at(own, point.threshold)}
        return values

    return figures


def _basis(same: Same, kinds: Mapping[str, Same], point: OperatingPoint) -> Basis:
    """The kinds of pairs that each figure needs.

    Rates of one kind, EER and AUC count as shares, since rare errors bring them near a bound.
    """
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
