"""What a run learned from, remembered by content, so that it is never measured on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gemel.arrays import Same
from gemel.counting import count
from gemel.data.together import content_codes
from gemel.errors import DataError, RunError
from gemel.measure.packed import Digests
from gemel.measure.prepared import Prepared
from gemel.run import Run
from gemel.whole_file import whole_file


def write_learned(run: Run, prepared: Prepared) -> None:
    """Keeps the digests of all items that training or calibration looks at.

    Where data are divided by pair, they are of pairs: an item may then be met again in another one.
    """
    by_pair = prepared.split.by == "pair"
    of = prepared.pair_rows if by_pair else prepared.side
    digests = _pair_digests(prepared) if by_pair else prepared.packed.digests
    seen = np.concatenate([of("train"), of("validation")])
    with whole_file(run.learned) as temporary, temporary.open("wb") as file:
        np.save(file, digests[seen], allow_pickle=False)


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
    """The test side less what was learned from, and how many items (or given pairs) that was.

    Raises `DataError` where nothing else is left.
    """
    known = _among(prepared.packed.digests, learned)
    test, pairs = prepared.side("test"), prepared.split.pairs
    kept = test[~known[test]]
    if pairs is not None:
        given = prepared.dataset.pairs
        assert given is not None
        met = known[given.left] | known[given.right] | _among(_pair_digests(prepared), learned)
        pairs = replace(pairs, test=pairs.test[~met[pairs.test]])
        kept = np.unique(np.concatenate([given.left[pairs.test], given.right[pairs.test]]))
    left_out = len(test) - len(kept)
    if pairs is not None and prepared.split.pairs is not None:
        left_out = len(prepared.split.pairs.test) - len(pairs.test)
    if not left_out:
        return prepared, 0
    if not len(kept):
        raise DataError(
            f"a run is measured on what it has not learned from, and it has learned from all of "
            f"{prepared.dataset.name} ({count(len(test), 'item')}): leave the data out to measure "
            "the run's own test items, or name other data"
        )
    divided = replace(prepared.split, test=kept, pairs=pairs)
    return replace(prepared, split=divided), left_out


def _among(digests: Digests, learned: Digests) -> Same:
    """(n,) which contents have been learned from."""
    codes = content_codes(np.concatenate([digests, learned]))
    among: Same = np.isin(codes[: len(digests)], codes[len(digests) :])
    return among
