"""From trained weights to the matcher of a run: exported, calibrated, checked, sealed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from gemel.matcher import FORMAT, MatcherFile, seal
from gemel.measure.prepared import Prepared
from gemel.measure.protocols import encoded
from gemel.networks import Networks
from gemel.progress import Progress
from gemel.run import Run
from gemel.training.calibrate import calibrate
from gemel.training.export import export_networks, measure_parity
from gemel.training.plan import Plan

PARITY_ITEMS = 512


def make_matcher(
    run: Run, plan: Plan, prepared: Prepared, progress: Progress, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Writes `matcher/` of a run, whole or not at all; returns what the user should know of it."""
    folder = run.path / ".matcher"
    shutil.rmtree(folder, ignore_errors=True)
    export_networks(plan.twin, folder)
    networks = Networks(folder, prepared.input)
    pairs = prepared.pairs("validation", "sampled", plan.recipe.seed)
    embeddings = encoded(networks, prepared, "validation", progress)
    distance = networks.comparer(embeddings).pairs(pairs.left, pairs.right)
    calibrated = calibrate(distance, pairs.same, plan.recipe.calibration)
    few = (pairs.left < PARITY_ITEMS) & (pairs.right < PARITY_ITEMS)
    parity = measure_parity(
        plan.twin,
        networks,
        prepared.pack[prepared.side("validation")[:PARITY_ITEMS]],
        (pairs.left[few], pairs.right[few]),
        calibrated.thresholds[0].distance,
    )
    about = {
        "gemel": version("gemel"),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": prepared.dataset.name,
        "recipe": plan.recipe.name,
        "seed": plan.recipe.seed,
        "parity": asdict(parity),
        **provenance,
    }
    file = MatcherFile(
        format=FORMAT,
        name=run.path.name,
        input=prepared.input,
        tie=plan.recipe.tie,
        encoder=plan.recipe.encoder.name,
        metric=plan.recipe.metric.name,
        embedding_size=plan.twin.encoder.embedding_size,
        calibration=calibrated.calibration,
        thresholds=calibrated.thresholds,
        prior=plan.recipe.calibration.prior,
        provenance=about,
        sha256={},
    )
    seal(folder, file)
    shutil.rmtree(run.matcher, ignore_errors=True)
    os.replace(folder, run.matcher)
    return calibrated.notices
