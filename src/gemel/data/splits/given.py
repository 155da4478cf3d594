"""Apply the split that the source gives, without copies of one content in two parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gemel.arrays import Codes, Same
from gemel.counting import count, examples
from gemel.data.dataset import TEST, TRAIN, VALIDATION
from gemel.data.splits.allotment import Shares
from gemel.data.splits.split import SplitConfig

NOWHERE = -2
"""The code of an item in no part: unreadable, or a copy of an item in a more held-out part."""


def settle(given: Codes, contents: Codes, alive: Same) -> tuple[Codes, tuple[str, ...]]:
    """The given split, in which content of several parts stays in the most held-out one only.

    Parts (n,) are `TRAIN`, `VALIDATION`, `TEST`, `NOWHERE`, or -1 if still undecided; with them
    come remarks for the user. `contents` (n,) are equal for equal items; items that are not `alive`
    (n,) are in no part. If the source gives no validation or no test part, see `opened`.
    """
    parts = np.where(alive, given, NOWHERE)
    parts, remarks = opened(parts)
    # Codes rise from undecided (-1) over training and validation to test, so the largest wins.
    strongest = np.full(int(contents.max()) + 1, -1, np.int64)
    np.maximum.at(strongest, contents[alive], parts[alive])
    copies = alive & (parts < strongest[contents])
    parts[copies] = NOWHERE
    if copies.any():
        left_out = count(int(copies.sum()), "item is", "items are")
        remarks += (f"{left_out} left out because the same content is in a given part.",)
    if not alive.all():
        dead = count(int((~alive).sum()), "unreadable item is", "unreadable items are")
        remarks += (f"{dead} in no part.",)
    return parts, remarks


def copies_notice(labels: Codes, contents: Codes, alive: Same) -> tuple[str, ...]:
    """A sentence about copies of items under the same label; empty without any."""
    twice = int(alive.sum()) - len(np.unique(np.stack([contents, labels], 1)[alive], axis=0))
    if not twice:
        return ()
    one = "item is a copy of another of the same label, and matches"
    several = "items are copies of another of the same label, and match"
    return (f"{count(twice, one, several)} it trivially.",)


def contradictions_notice(
    labels: Codes, contents: Codes, alive: Same, name: Callable[[int], str]
) -> tuple[str, ...]:
    """A sentence about copies of items under contradicting labels; empty without any.

    `name` gives the name of the item at a position.
    """
    kinds, firsts = np.unique(np.stack([contents, labels], 1)[alive], axis=0, return_index=True)
    again = np.flatnonzero(kinds[1:, 0] == kinds[:-1, 0])  # the next has this content too
    if not len(again):
        return ()
    are = count(len(again), "item is a copy", "items are copies")
    places = np.flatnonzero(alive)[firsts]
    named = [f"{name(int(places[each]))} and {name(int(places[each + 1]))}" for each in again]
    return (
        f"{are} of one of another label ({examples(named, '; ')}): one of the two labels is wrong.",
    )


def opened(parts: Codes) -> tuple[Codes, tuple[str, ...]]:
    """The parts, and a remark if training became undecided to provide validation or test.

    That happens if one of these is missing and no item is undecided.
    """
    has = {part: bool((parts == part).any()) for part in (-1, TRAIN, VALIDATION, TEST)}
    if has[-1] or not has[TRAIN] or (has[VALIDATION] and has[TEST]):
        return parts, ()
    missing = " and ".join(
        name for name, part in (("validation", VALIDATION), ("test", TEST)) if not has[part]
    )
    return (
        np.where(parts == TRAIN, -1, parts),
        (f"The source gives no {missing}, so these items are taken from its training part.",),
    )


def open_shares(parts: Codes, config: SplitConfig) -> Shares:
    """Shares for the undecided items: of training, and of the parts that are still empty."""
    asked = {VALIDATION: config.validation, TEST: config.test}
    held = {part: share for part, share in asked.items() if not (parts == part).any()}
    return {TRAIN: 1 - sum(held.values()), **held}
