"""Warns of verdicts that are no better than chance, as the validation pairs show."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Distances, Floats
from gemel.calibration import Calibration
from gemel.evaluation.intervals import Basis, bootstrap_figures
from gemel.evaluation.pairs import PairSample
from gemel.evaluation.units import Units
from gemel.functional.roc import auc, rank_pairs

CHANCE = 0.5
DOUBTFUL_AUC = 0.75
"""No warning from this AUC on, half-way from chance to certainty: an interval that still reaches
down to chance comes from few labels, not from the network."""
LEAST_SPAN = 0.1
"""Where the middle nine tenths of the probabilities span less than this, hardly any verdict is more
certain than chance."""


def no_better_than_chance(
    distance: Distances, pairs: PairSample, calibration: Calibration
) -> list[str]:
    """A sentence where the verdicts on these pairs tell no more than a coin would, else nothing."""
    ranked = rank_pairs(distance, pairs.same)

    def figures(weights: Floats) -> dict[str, float]:
        return {"auc": auc(ranked.roc(weights))}

    if figures(np.ones(len(pairs)))["auc"] >= DOUBTFUL_AUC:
        return []
    kinds = {"genuine": pairs.same, "impostors": ~pairs.same}
    basis = Basis(kinds, {"auc": tuple(kinds)}, frozenset({"auc"}))
    units = Units.of_pairs(pairs.left_unit, pairs.right_unit)
    area = bootstrap_figures(figures, units, basis)["auc"]
    least, most = np.quantile(calibration.probability(distance), [0.05, 0.95])
    if area.low > CHANCE and most - least >= LEAST_SPAN:
        return []
    remedy = "train longer or add examples"
    if area.value < CHANCE:
        remedy = "train longer, add examples, or check whether the labels are exchanged"
    return [
        "no verdicts yet: on validation pairs same and different are told apart no better than by "
        f"chance (area under the ROC curve {area.value:.3f}, 95 % interval {area.low:.3f} to "
        f"{area.high:.3f}, chance is {CHANCE}; probabilities from {least:.2f} to {most:.2f}). "
        f"Even where few-shot or retrieval rank well, do not rely on its verdicts: {remedy}"
    ]
