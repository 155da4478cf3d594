"""From trained weights to the matcher of a run: exported, calibrated, checked, sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from gemel.evaluation.pairs import PairSample
from gemel.matcher import FORMAT, MatcherFile, seal
from gemel.measure.prepared import PairSource, Prepared
from gemel.measure.protocols import encoded
from gemel.networks import Networks
from gemel.progress import Progress
from gemel.run import Run
from gemel.training.calibrate import Calibrated, calibrate
from gemel.training.export import Parity, export_networks, measure_parity
from gemel.training.plan import Plan
from gemel.whole_file import whole_folder

PARITY_PAIRS = 256
"""Their items are run by both torch and ONNX Runtime."""


def make_matcher(
    run: Run, plan: Plan, prepared: Prepared, progress: Progress, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Writes `matcher/` of a run, whole or not at all; returns what the user should know of it."""
    with whole_folder(run.matcher) as folder:
        export_networks(plan.twin, folder)
        networks = Networks(folder, prepared.input)
        asked = plan.recipe.evaluation.pairs
        source: PairSource = "by-group" if asked == "by-group" else "sampled"
        pairs = prepared.pairs("validation", source, plan.recipe.seed)
        embeddings = encoded(networks, prepared, "validation", progress)
        distance = networks.comparer(embeddings).pairs(pairs.left, pairs.right)
        calibrated = calibrate(distance, pairs.same, plan.recipe.calibration)
        parity = _parity(plan, networks, prepared, pairs, calibrated.thresholds[0].distance)
        about = {
            "gemel": version("gemel"),
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "data": prepared.dataset.name,
            "recipe": plan.recipe.name,
            "seed": plan.recipe.seed,
            "parity": asdict(parity),
            **provenance,
        }
        seal(folder, _file(run.path.name, plan, prepared, calibrated, about))
    return calibrated.notices


def _parity(
    plan: Plan, networks: Networks, prepared: Prepared, pairs: PairSample, threshold: float
) -> Parity:
    """On the items of some pairs from all of the sample, and on all pairs between those items."""
    some = np.linspace(0, len(pairs) - 1, min(PARITY_PAIRS, len(pairs))).astype(int)
    items = np.unique(np.concatenate([pairs.left[some], pairs.right[some]]))
    both = np.isin(pairs.left, items) & np.isin(pairs.right, items)
    left, right = (np.searchsorted(items, side[both]) for side in (pairs.left, pairs.right))
    packed = prepared.pack[prepared.side("validation")[items]]
    return measure_parity(plan.twin, networks, packed, (left, right), threshold)


def _file(
    name: str, plan: Plan, prepared: Prepared, calibrated: Calibrated, about: Mapping[str, Any]
) -> MatcherFile:
    """All but the checksums, which sealing adds."""
    return MatcherFile(
        format=FORMAT,
        name=name,
        input=prepared.input,
        tie=plan.recipe.tie,
        encoder=plan.recipe.encoder.name,
        metric=plan.recipe.metric.name,
        reader=None if plan.recipe.reader is None else plan.recipe.reader.name,
        embedding_size=plan.twin.encoder.embedding_size,
        calibration=calibrated.calibration,
        thresholds=calibrated.thresholds,
        prior=plan.recipe.calibration.prior,
        provenance=about,
        sha256={},
    )
