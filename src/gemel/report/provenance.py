"""Where a matcher comes from, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gemel.matcher.file import MatcherFile
from gemel.report.numbers import epoch_text


def provenance(file: MatcherFile, metrics: Mapping[str, Any]) -> dict[str, str]:
    """The rows of the page's table; `metrics` are those of `metrics.json`."""
    about = file.provenance
    parity, peak = about.get("parity", {}), metrics["peak_memory_mib"]
    rows = {
        "Gemel": about.get("gemel"),
        "Made": about.get("made"),
        "Recipe": about.get("recipe"),
        "Seed": about.get("seed"),
        "Network": _network(file),
        "Epochs": epoch_text(about["epochs"]),
        "Training": f"{about.get('training_seconds')} s of {metrics['seconds']} s in all",
        "Precision": f"{about.get('precision')}{', compiled' if about.get('compiled') else ''}",
        "Peak memory": "not reported by this system" if peak is None else f"{peak} MiB",
        "Export": f"{_differing(parity)} at most, "
        f"{parity.get('flipped_verdicts')} of {parity.get('pairs')} verdicts change",
        "Machine": about.get("machine", "not recorded"),
    }
    return {key: str(value) for key, value in rows.items()}


def _network(file: MatcherFile) -> str:
    """The encoders and the metric, and the number of views if there are several."""
    encoders = [file.encoder] if file.right_encoder is None else [file.encoder, file.right_encoder]
    views = file.provenance.get("views", 1)
    network = [" and ".join(encoders), file.metric]
    return ", ".join([*network, f"in {views} views"] if views > 1 else network)


def _differing(parity: Mapping[str, Any]) -> str:
    """By how much the export differs from torch at most, in embeddings or in distances."""
    of_embeddings = parity.get("largest_difference")
    if of_embeddings is None:
        return f"distances differ from torch's by {parity.get('largest_distance_difference'):.1e}"
    return f"embeddings differ from torch's by {of_embeddings:.1e}"
