"""Verification: are two items the same? Measured on sampled pairs of labels unseen in training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Distances, Floats, Same
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.figure import Missing
from gemel.evaluation.intervals import Basis
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
    Roc,
    accuracy_at,
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

GENUINE, IMPOSTORS, BOTH = ("genuine",), ("impostors",), ("genuine", "impostors")
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
    same, forgeries = pairs.same, _forgeries(pairs)
    ranked = rank_pairs(distance, same)
    parts = [(np.ones(len(pairs), np.bool_), _of_all(distance, same, point))]
    for kind, forged in forgeries.items():
        parts.append((same | forged, _of_forgeries(kind, point.threshold)))

    def statistic(weights: Floats) -> dict[str, float]:
        to_prior = prior_weights(same, point.prior, weights)
        values: dict[str, float] = {}
        for chosen, measures in parts:
            curve = ranked.roc(weights * chosen)
            values |= {name: each.value(curve, to_prior) for name, each in measures.items()}
        return values

    basis = _basis(
        {"genuine": same, "impostors": ~same, **forgeries},
        {name: each for _, measures in parts for name, each in measures.items()},
    )
    bounds = {"log_loss": (0.0, MOST_LOG_ODDS)}
    missing = _unsupported(int((~same).sum()), point.fars)
    return Evidence(statistic, pairs.left_unit, pairs.right_unit, basis, bounds, missing)


def _forgeries(pairs: PairSample) -> dict[str, Same]:
    """The skilled and the random forgeries; empty unless there are both."""
    if pairs.skilled is None:
        return {}
    random = ~pairs.same & ~pairs.skilled
    both = random.any() and pairs.skilled.any()
    return {"skilled": pairs.skilled, "random": random} if both else {}


@final
@dataclass(frozen=True)
class _Measure:
    """A figure: the kinds of pairs that it needs, and how it is computed from their curve and from
    their weights to the prior.

    `share` and `share_of_few` are as in `Basis`.
    """

    needs: tuple[str, ...]
    value: Callable[[Roc, Floats], float]
    share: bool = False
    share_of_few: bool = False


def _basis(kinds: Mapping[str, Same], measures: Mapping[str, _Measure]) -> Basis:
    return Basis(
        kinds,
        {name: each.needs for name, each in measures.items()},
        frozenset(name for name, each in measures.items() if each.share),
        frozenset(name for name, each in measures.items() if each.share_of_few),
    )


def _of_curve(figure: Callable[..., float], *settings: float) -> Callable[[Roc, Floats], float]:
    """A figure that is read off the curve alone."""
    return lambda curve, _: figure(curve, *settings)


def _of_all(distance: Distances, same: Same, point: OperatingPoint) -> dict[str, _Measure]:
    """The figures of all pairs. EER and AUC are shares: rare errors bring them near a bound."""
    threshold, prior = point.threshold, point.prior
    probability = point.probability(distance)
    errors, log_losses = squared_error(probability, same), log_loss_terms(probability, same)

    def accuracy(threshold: float) -> _Measure:
        return _Measure(BOTH, _of_curve(accuracy_at, threshold, prior), share_of_few=True)

    measures = {
        "auc": _Measure(BOTH, _of_curve(auc), share=True),
        "eer": _Measure(BOTH, _of_curve(eer), share=True),
        "accuracy": accuracy(threshold),
        "f1": _Measure(BOTH, _of_curve(f1_at, threshold, prior), share_of_few=True),
        "far": _Measure(IMPOSTORS, _of_curve(far_at, threshold), share=True),
        "frr": _Measure(GENUINE, _of_curve(frr_at, threshold), share=True),
        **{
            _tar_name(far): _Measure(GENUINE, _of_curve(tar_at_far, far), share=True)
            for far in point.fars
        },
        f"far@tar={RECALL:g}": _Measure(IMPOSTORS, _of_curve(far_at_tar, RECALL), share=True),
        "brier": _Measure(BOTH, lambda _, weights: weighted_mean(errors, weights)),
        "log_loss": _Measure(BOTH, lambda _, weights: weighted_mean(log_losses, weights)),
        "calibration_error": _Measure(
            BOTH, lambda _, weights: calibration_error(probability, same, weights)
        ),
    }
    if point.fixed_threshold is not None:
        measures[f"accuracy@distance={point.fixed_threshold:g}"] = accuracy(point.fixed_threshold)
    return measures


def _of_forgeries(kind: str, threshold: float) -> dict[str, _Measure]:
    """The figures of genuine pairs and one kind of forgeries."""
    both = ("genuine", kind)
    return {
        f"eer@{kind}": _Measure(both, _of_curve(eer), share=True),
        f"auc@{kind}": _Measure(both, _of_curve(auc), share=True),
        f"far@{kind}": _Measure((kind,), _of_curve(far_at, threshold), share=True),
    }


def _unsupported(impostors: int, fars: tuple[float, ...]) -> dict[str, Missing]:
    return {
        _tar_name(far): Missing(
            missing=f"needs {needed:,} different pairs, {impostors:,} at hand: "
            f"{needed - impostors:,} are missing"
        )
        for far in fars
        if impostors < (needed := impostors_needed(far))
    }


def _tar_name(far: float) -> str:
    return f"tar@far={far:g}"
