"""What the source has decided: its given split, without copies of one content in two parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Codes, Same
from gemel.counting import count
from gemel.data.dataset import TEST, TRAIN, VALIDATION
from gemel.data.splits.allotment import Shares
from gemel.data.splits.split import SplitConfig

NOWHERE = -2
"""The code of an item that belongs to no part: unreadable, or a copy of one that is held out."""


@final
@dataclass(frozen=True)
class Settled:
    """(n,) `TRAIN`, `VALIDATION`, `TEST`, `NOWHERE`, or -1 for what is still to be shared out."""

    parts: Codes
    remarks: tuple[str, ...]


def settle(given: Codes, contents: Codes, alive: Same) -> Settled:
    """The given split, honestly: of one content in two parts, the more held out part keeps it.

    Where validation or test is missing and everything else is training, training is opened.
    """
    parts = np.where(alive, given, NOWHERE)
    parts, remarks = opened(parts)
    # The codes rise from -1 over training and validation to test: the largest wins.
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
    return Settled(parts, remarks)


def told_of_copies(labels: Codes, contents: Codes, alive: Same) -> tuple[str, ...]:
    """A sentence about items that are equal to others: easy matches, or labels that contradict."""
    kinds = np.unique(np.stack([contents, labels], 1)[alive], axis=0)
    twice = int(alive.sum()) - len(kinds)
    contradicting = len(kinds) - len(np.unique(kinds[:, 0]))
    told = []
    if twice:
        are = count(twice, "item is a copy", "items are copies")
        told.append(f"{are} of another of the same label, and match it trivially.")
    if contradicting:
        are = count(contradicting, "item is a copy", "items are copies")
        told.append(f"{are} of one of another label: one of the two labels is wrong.")
    return tuple(told)


def opened(parts: Codes) -> tuple[Codes, tuple[str, ...]]:
    """Training opened for sharing out where the source gives no validation or no test."""
    has = {part: bool((parts == part).any()) for part in (-1, TRAIN, VALIDATION, TEST)}
    if has[-1] or not has[TRAIN] or (has[VALIDATION] and has[TEST]):
        return parts, ()
    missing = " and ".join(
        name for name, part in (("validation", VALIDATION), ("test", TEST)) if not has[part]
    )
    return (
        np.where(parts == TRAIN, -1, parts),
        (f"The source gives no {missing}, so that is taken from its training items.",),
    )


def open_shares(parts: Codes, config: SplitConfig) -> Shares:
    """Shares of what is open: only parts that the source leaves empty get one beside training."""
    asked = {VALIDATION: config.validation, TEST: config.test}
    held = {part: share for part, share in asked.items() if not (parts == part).any()}
    return {TRAIN: 1 - sum(held.values()), **held}
