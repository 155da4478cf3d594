"""Digests of the items that a run was trained on, so that it is never measured on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gemel.arrays import Same
from gemel.counting import count
from gemel.data import Pairs, Part
from gemel.data.splits.together import content_codes
from gemel.errors import DataError, RunError
from gemel.measure.packed import Digests
from gemel.measure.prepared import Prepared
from gemel.progress import Progress
from gemel.run import Run
from gemel.whole_file import whole_file


def write_learned(run: Run, digests: Digests) -> None:
    """Save the `digests_of` all items that training or calibration uses."""
    with whole_file(run.learned) as temporary, temporary.open("wb") as file:
        np.save(file, digests, allow_pickle=False)


def digests_of(prepared: Prepared, *parts: Part) -> Digests:
    """(n, 16) the digests of the items in these parts, or of the pairs if split by pair.

    Split by pair, one item may be in pairs of several parts.
    """
    digests = prepared.packed.digests
    if prepared.split.by != "pair":
        items = np.concatenate([prepared.part(part) for part in parts])
        return np.asarray(digests[items])
    given = prepared.dataset.pairs
    assert given is not None, "only given pairs are split by pair"
    rows = np.concatenate([prepared.pair_rows(part) for part in parts])
    return np.asarray(pair_digests(given, digests)[rows])


def pair_digests(given: Pairs, digests: Digests) -> Digests:
    """(p, 16) the digests of pairs, in either order: the bytewise sum of both items' `digests`."""
    pairs: Digests = digests[given.left] + digests[given.right]
    return pairs


def read_learned(run: Run) -> Digests:
    """The saved digests of a run; raises RunError where they are missing or damaged."""
    try:
        learned: Digests = np.load(run.learned, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise RunError(
            f"{run.learned} must be as training wrote it, since it says which items the run has "
            f"learned from: {error}. Train again to measure on other data"
        ) from None
    return learned


def without_learned(run: Run, prepared: Prepared, progress: Progress) -> Prepared:
    """Remove the items (or given pairs) of the test part that the run has learned from, and say how
    many.

    Raises DataError where nothing is left.
    """
    rest, removed = without(prepared, "test", read_learned(run))
    name = prepared.dataset.name
    if removed and not len(rest.part("test")):
        raise DataError(
            "a run is measured on what it has not learned from, and it has learned from all of "
            f"{name} ({count(len(prepared.part('test')), 'item')}): leave the data out to measure "
            "the run's own test items, or name other data"
        )
    if removed:
        what = count(removed, "item" if prepared.dataset.pairs is None else "pair")
        verb = "is" if removed == 1 else "are"
        progress.say(f"{what} of {name} that this run has learned from {verb} left out")
    return rest


def without(prepared: Prepared, part: Part, digests: Digests) -> tuple[Prepared, int]:
    """Remove the items (or given pairs) with these digests from a part, and count them.

    A pair is removed if either of its items is known, or the pair itself.
    """
    own = prepared.packed.digests
    known = among(own, digests)
    items, pairs = prepared.part(part), prepared.split.pairs
    if pairs is None:
        kept = items[~known[items]]
        removed = len(items) - len(kept)
    else:
        given, rows = prepared.dataset.pairs, prepared.pair_rows(part)
        assert given is not None
        seen = known[given.left] | known[given.right] | among(pair_digests(given, own), digests)
        unseen = rows[~seen[rows]]
        pairs = replace(pairs, **{part: unseen})
        kept = np.unique(np.concatenate([given.left[unseen], given.right[unseen]]))
        removed = len(rows) - len(unseen)
    if not removed:
        return prepared, 0
    changes: dict[str, Any] = {part: kept, "pairs": pairs}
    return replace(prepared, split=replace(prepared.split, **changes)), removed


def among(digests: Digests, learned: Digests) -> Same:
    """(n,) whether each of `digests` is one of `learned`."""
    codes = content_codes(np.concatenate([digests, learned]))
    known: Same = np.isin(codes[: len(digests)], codes[len(digests) :])
    return known
