"""Warns of items that are not *same* as themselves, which is possible with learned metrics."""

from __future__ import annotations

import numpy as np

from gemel.calibration import Threshold
from gemel.counting import count
from gemel.evaluation.comparer import Comparer
from gemel.measure.prepared import Prepared

SELVES = 64
"""Number of validation items that are compared with themselves."""


def unlike_themselves(
    comparer: Comparer, prepared: Prepared, threshold: Threshold
) -> tuple[str, ...]:
    """A warning if validation items are different from themselves at the threshold."""
    if prepared.dataset.unlike is not None:
        return ()
    items = np.arange(min(SELVES, len(prepared.part("validation"))))
    many = int((comparer.pairs(items, items) > threshold.distance).sum())
    if not many:
        return ()
    return (
        f"{many} of {count(len(items), 'validation item')}, compared with themselves, are "
        f"different at the threshold for {threshold.target}, so its verdicts are unreliable: train "
        "longer, or choose another metric",
    )
