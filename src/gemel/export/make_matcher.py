"""Makes the matcher of a run from trained weights: exports, calibrates, checks and seals it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from platform import python_version
from typing import Any

import numpy as np

import gemel
from gemel.arrays import evenly_spaced
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.pairs import PairSample
from gemel.export.machine import machine
from gemel.export.memory import check_memory, export_memory
from gemel.export.networks import export_networks, save_weights
from gemel.export.parity import Parity, measure_parity
from gemel.export.unlike_themselves import unlike_themselves
from gemel.matcher.file import FORMAT, MatcherFile, seal
from gemel.matcher.networks import JointNetworks, Networks, networks_of
from gemel.measure.calibrate import Calibrated, calibrate, calibration_pairs, score_curve
from gemel.measure.compared import comparer_of, embeddings_of, some_of
from gemel.measure.prepared import Prepared
from gemel.memories import Memory
from gemel.planning.plan import Plan
from gemel.progress import Progress
from gemel.run import Run
from gemel.twin import EmbeddingTwin
from gemel.whole_file import whole_folder

PARITY_PAIRS = 256
"""Number of pairs whose items are run by both torch and ONNX Runtime."""


def make_matcher(
    run: Run, plan: Plan, prepared: Prepared, progress: Progress, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Writes the run's `matcher/` atomically; returns notices for the user.

    Raises `ExportError` if ONNX Runtime and torch disagree: nothing is then written.
    """
    with whole_folder(run.matcher) as folder:
        networks = _exported(plan, prepared, folder, progress)
        pairs = calibration_pairs(plan.recipe, prepared)
        comparer = comparer_of(networks, prepared.compared("validation"), progress)
        distance = comparer.pairs(pairs.left, pairs.right)
        labelled = prepared.dataset.labels is not None
        calibrated = calibrate(distance, pairs, plan.recipe.calibration, labelled=labelled)
        curve = score_curve(distance, pairs, prepared)
        unlike = unlike_themselves(comparer, prepared, calibrated.thresholds[0])
        if plan.memory is not None:
            _add_memory(plan.memory, comparer, folder)
        parity = _parity(plan, networks, prepared, pairs, calibrated.thresholds[0].distance)
        about = {**_about(plan, prepared, parity), **provenance}
        file = _file(run.path.name, plan, prepared, calibrated, about)
        seal(folder, file.model_copy(update={"scores": curve}))
    return (*calibrated.notices, *unlike)


def _exported(
    plan: Plan, prepared: Prepared, folder: Path, progress: Progress
) -> Networks | JointNetworks:
    """The networks as ONNX Runtime runs them, written into the folder."""
    with progress.stage("exporting", 1) as stage:  # seconds: torch traces the networks
        export_networks(plan.used, folder)
        save_weights(plan.twin, folder)
        stage.advance(1)
    return networks_of(folder, plan.recipe.tie, *prepared.packed.inputs)


def _add_memory(memory: Memory, comparer: Comparer, folder: Path) -> None:
    embeddings = embeddings_of(comparer)
    assert embeddings is not None, "a memory has a shared tie"
    export_memory(memory, embeddings.shape[1], folder)
    check_memory(memory, folder, embeddings)


def _about(plan: Plan, prepared: Prepared, parity: Parity) -> dict[str, Any]:
    return {
        "gemel": gemel.__version__,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": prepared.dataset.name,
        "recipe": plan.recipe.name,
        "seed": plan.recipe.seed,
        "machine": f"{machine()}, Python {python_version()}",
        "views": _views(plan),
        "parity": asdict(parity),
    }


def _views(plan: Plan) -> int:
    """The number of views of each item in use."""
    if plan.used is plan.twin:
        return 1
    return plan.used.encoders[0].embedding_size // plan.twin.encoders[0].embedding_size


def _parity(
    plan: Plan,
    networks: Networks | JointNetworks,
    prepared: Prepared,
    pairs: PairSample,
    threshold: float,
) -> Parity:
    """Parity on the items of pairs spread over the sample, and on all its pairs of those items."""
    some = evenly_spaced(len(pairs), PARITY_PAIRS)
    items = np.unique(np.concatenate([pairs.left[some], pairs.right[some]]))
    both = np.isin(pairs.left, items) & np.isin(pairs.right, items)
    left, right = (np.searchsorted(items, side[both]) for side in (pairs.left, pairs.right))
    compared = some_of(prepared.packed, prepared.part("validation")[items])
    return measure_parity(plan.used, networks, compared, (left, right), threshold)


def _file(
    name: str, plan: Plan, prepared: Prepared, calibrated: Calibrated, about: Mapping[str, Any]
) -> MatcherFile:
    """The contents of `matcher.json`, without the checksums that `seal` adds."""
    recipe, (left, right) = plan.recipe, prepared.packed.inputs
    embeds = isinstance(plan.used, EmbeddingTwin)
    return MatcherFile(
        format=FORMAT,
        name=name,
        reader=None if recipe.reader is None else recipe.reader.name,
        memory=None if recipe.memory is None else recipe.memory.name,
        input=left,
        right_input=None if right == left else right,
        tie=recipe.tie,
        encoder=recipe.encoder.name,
        right_encoder=recipe.right_side.encoder.name if recipe.tie == "separate" else None,
        metric=recipe.metric.name,
        embedding_size=plan.used.encoders[0].embedding_size if embeds else 0,
        calibration=calibrated.calibration,
        thresholds=calibrated.thresholds,
        prior=recipe.calibration.prior,
        provenance=about,
        sha256={},
    )
