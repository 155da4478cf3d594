"""What a run learned from, remembered by content, so that it is never measured on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gemel.arrays import Same
from gemel.counting import count
from gemel.data import Part
from gemel.data.splits.together import content_codes
from gemel.errors import DataError, RunError
from gemel.measure.packed import Digests
from gemel.measure.prepared import Prepared
from gemel.run import Run
from gemel.whole_file import whole_file


def write_learned(run: Run, digests: Digests) -> None:
    """Keeps what `digests_of` gives of all that training or calibration looks at."""
    with whole_file(run.learned) as temporary, temporary.open("wb") as file:
        np.save(file, digests, allow_pickle=False)


def digests_of(prepared: Prepared, *parts: Part) -> Digests:
    """(n, 16) the digests of what lies in these parts.

    Where data are divided by pair, they are of pairs: an item may then be met again in another one.
    """
    by_pair = prepared.split.by == "pair"
    of = prepared.pair_rows if by_pair else prepared.part
    digests = _pair_digests(prepared) if by_pair else prepared.packed.digests
    looked_at: Digests = digests[np.concatenate([of(part) for part in parts])]
    return looked_at


def _pair_digests(prepared: Prepared) -> Digests:
    """(n, 16) of the given pairs, either way round: the sums of their items', byte by byte."""
    given, digests = prepared.dataset.pairs, prepared.packed.digests
    assert given is not None, "only given pairs are divided by pair"
    pairs: Digests = digests[given.left] + digests[given.right]
    return pairs


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
    """The test part less what was learned from, and how many items (or given pairs) that was.

    Raises `DataError` where nothing else is left.
    """
    left, left_out = without(prepared, "test", learned)
    if left_out and not len(left.part("test")):
        raise DataError(
            f"a run is measured on what it has not learned from, and it has learned from all of "
            f"{prepared.dataset.name} ({count(len(prepared.part('test')), 'item')}): leave the "
            "data out to measure the run's own test items, or name other data"
        )
    return left, left_out


def without(prepared: Prepared, part: Part, digests: Digests) -> tuple[Prepared, int]:
    """A part less what has one of these digests, and how many items (or given pairs) that was."""
    known = among(prepared.packed.digests, digests)
    items, pairs = prepared.part(part), prepared.split.pairs
    if pairs is None:
        kept = items[~known[items]]
        left_out = len(items) - len(kept)
    else:
        given, rows = prepared.dataset.pairs, prepared.pair_rows(part)
        assert given is not None
        met = known[given.left] | known[given.right] | among(_pair_digests(prepared), digests)
        unmet = rows[~met[rows]]
        pairs = replace(pairs, **{part: unmet})
        kept = np.unique(np.concatenate([given.left[unmet], given.right[unmet]]))
        left_out = len(rows) - len(unmet)
    if not left_out:
        return prepared, 0
    changes: dict[str, Any] = {part: kept, "pairs": pairs}
    return replace(prepared, split=replace(prepared.split, **changes)), left_out


def among(digests: Digests, learned: Digests) -> Same:
    """(n,) which contents have been learned from."""
    codes = content_codes(np.concatenate([digests, learned]))
    known: Same = np.isin(codes[: len(digests)], codes[len(digests) :])
    return known
