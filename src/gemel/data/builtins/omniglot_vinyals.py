"""`omniglot-vinyals`: characters pooled over alphabets, each also rotated by 90, 180 and 270°.

Vinyals, Blundell, Lillicrap, Kavukcuoglu & Wierstra, "Matching Networks for One Shot Learning",
NIPS 2016, §4.1.1: 1,200 of the 1,623 characters for training, the other 423 for the test, rotations
as new classes, episodes that ignore alphabets. The test characters are rotated as well, as in
Snell, Swersky & Zemel, "Prototypical Networks for Few-shot Learning", NIPS 2017 (1,692 test
classes).

Of the 1,200, 50 are for validation: for thresholds, and at most for choosing a checkpoint. Snell
et al. choose settings by 172 of them and then train on all.

Differs from the papers: the characters are drawn by a fixed seed. Vinyals et al. publish no list,
and that of Snell et al. holds out whole alphabets for validation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
from PIL.Image import Image

from gemel.arrays import Codes
from gemel.data.builtins.omniglot import BACKGROUND, EVALUATION, Drawings
from gemel.data.dataset import TEST, TRAIN, VALIDATION, Dataset, Items
from gemel.inputs.decode import decode

CHARACTERS = 1623
TEST_CHARACTERS = 423
VALIDATION_CHARACTERS = 50
SEED = 2016
TURNS = ("rot000", "rot090", "rot180", "rot270")
"""Counter-clockwise rotations by name, in the order of the items."""


def open_omniglot_vinyals() -> Dataset:
    """Labels are `Alphabet/character01/rot090`; all rotations of a character are in one part.

    Groups are alphabets, for harder episodes than the paper's. If characters are missing, the parts
    keep their proportions, and a notice says so.
    """
    drawings = Drawings.of((BACKGROUND, EVALUATION))
    upright = drawings.dataset("omniglot-vinyals", np.zeros(len(drawings.members), np.int64))
    assert upright.labels is not None
    characters = len(upright.label_names)
    parts = character_parts(characters)
    turned = _turned(replace(upright, split=parts[upright.labels]))
    if characters == CHARACTERS:
        return turned
    counts = np.bincount(parts, minlength=3)
    return turned.noticing(
        f"{characters:,} of Omniglot's {CHARACTERS:,} characters are at hand, so {counts[TRAIN]:,} "
        f"are for training, {counts[VALIDATION]:,} for validation and {counts[TEST]:,} for the "
        "test (1,150, 50 and 423 of all): figures are not those of the Vinyals split."
    )


def character_parts(count: int) -> Codes:
    """(count,) the part of each character, these sorted by name.

    >>> np.bincount(character_parts(1623)).tolist()
    [1150, 50, 423]
    """
    test = round(count * TEST_CHARACTERS / CHARACTERS)
    validation = max(1, round(count * VALIDATION_CHARACTERS / CHARACTERS))
    parts = np.full(count, TRAIN, np.int64)
    order = np.random.default_rng(SEED).permutation(count)
    parts[order[:test]] = TEST
    parts[order[test : test + validation]] = VALIDATION
    return parts


@final
@dataclass(frozen=True)
class QuarterTurns:
    """Item 4·i + t is picture i of `upright` rotated by t quarter turns when it is read."""

    upright: Items

    def __len__(self) -> int:
        return len(TURNS) * len(self.upright)

    def raw(self, index: int) -> Image:
        picture, turn = divmod(index, len(TURNS))
        return decode(self.upright.raw(picture)).rotate(90 * turn, expand=True)

    def name(self, index: int) -> str:
        picture, turn = divmod(index, len(TURNS))
        return f"{self.upright.name(picture)}/{TURNS[turn]}"

    def fingerprint(self) -> str:
        """The fingerprint of `upright`, with a prefix."""
        return f"quarter-turns-{self.upright.fingerprint()}"


def _turned(upright: Dataset) -> Dataset:
    """The dataset with each item as four consecutive rotations, and each label as four labels."""
    turns = len(TURNS)
    turned = upright.taken(QuarterTurns(upright.items), np.repeat(np.arange(len(upright)), turns))
    assert turned.labels is not None
    return replace(
        turned,
        labels=turned.labels * turns + np.tile(np.arange(turns), len(upright)),
        label_names=tuple(f"{name}/{word}" for name in upright.label_names for word in TURNS),
    )
