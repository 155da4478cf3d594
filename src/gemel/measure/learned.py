"""What a run learned from, remembered by content, so that it is never measured on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gemel.data.components import content_codes
from gemel.errors import DataError, RunError
from gemel.measure.packed import Digests
from gemel.measure.prepared import Prepared
from gemel.run import Run
from gemel.whole_file import whole_file


def write_learned(run: Run, prepared: Prepared) -> None:
    """Keeps the digests of all items that training or calibration looks at."""
    seen = np.concatenate([prepared.side("train"), prepared.side("validation")])
    with whole_file(run.learned) as temporary, temporary.open("wb") as file:
        np.save(file, prepared.packed.digests[seen], allow_pickle=False)


def read_learned(run: Run) -> Digests:
    """The digests that a run keeps; `RunError` where they are missing or damaged."""
    try:
        learned: Digests = np.load(run.learned, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise RunError(
            f"{run.learned} must be as training wrote it, since it says which items the run has "
            f"learned from: {error}. Train again to measure on other data"
        ) from None
    return learned


def without_learned(prepared: Prepared, learned: Digests) -> tuple[Prepared, int]:
    """The test side less the items that were learned from, and how many these were.

    Raises `DataError` where nothing else is left.
    """
    digests = prepared.packed.digests
    codes = content_codes(np.concatenate([digests, learned]))
    known = np.isin(codes[: len(digests)], codes[len(digests) :])
    test = prepared.side("test")
    kept = test[~known[test]]
    if len(kept) == len(test):
        return prepared, 0
    if not len(kept):
        raise DataError(
            f"a run is measured on what it has not learned from, and it has learned from all "
            f"{len(test)} items of {prepared.dataset.name}: leave the data out to measure the "
            "run's own test items, or name other data"
        )
    pairs = prepared.split.pairs
    if pairs is not None:
        given = prepared.dataset.pairs
        assert given is not None
        rows = pairs.test
        pairs = replace(pairs, test=rows[~(known[given.left[rows]] | known[given.right[rows]])])
    divided = replace(prepared.split, test=kept, pairs=pairs)
    return replace(prepared, split=divided), len(test) - len(kept)
