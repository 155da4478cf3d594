"""`omniglot-koch`: Koch's split of alphabets and drawers, in today's release of Omniglot.

Koch, Zemel & Salakhutdinov, "Siamese Neural Networks for One-shot Image Recognition", 2015, §4.2:
12 of the 20 drawers and 30 alphabets for training, 4 further drawers and 10 alphabets for
validation, the last 4 drawers and 10 alphabets for the test. The 30 are the background zip; of the
evaluation zip the ten alphabets of Lake's runs are the test and the other ten validation.

Differs from the paper: it does not say which drawers, so the first 12 are for training, the next 4
for validation and the last 4 for the test; it used an earlier release with 40 background alphabets,
ten of them for validation.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes
from gemel.data.builtins.omniglot import BACKGROUND, EVALUATION, Drawings
from gemel.data.dataset import TEST, TRAIN, VALIDATION, Dataset

DRAWERS = {TRAIN: range(1, 13), VALIDATION: range(13, 17), TEST: range(17, 21)}

IN_RUNS = frozenset(
    {
        "Atlantean",
        "Ge_ez",
        "Glagolitic",
        "Gurmukhi",
        "Kannada",
        "Malayalam",
        "Manipuri",
        "Old_Church_Slavonic_(Cyrillic)",
        "Tengwar",
        "Tibetan",
    }
)
"""The alphabets of Lake's 20 runs."""


def open_omniglot_koch() -> Dataset:
    """As `omniglot`, with all parts given; drawings by the drawers of other parts are left out.

    If the evaluation zip has none of the runs' alphabets, or no others, every second of its
    alphabets is for the test, and a notice says so.
    """
    drawings = Drawings.of((BACKGROUND, EVALUATION))
    alphabets, evaluation = np.array(drawings.alphabets), drawings.archive == 1
    held = sorted(set(alphabets[evaluation]))
    test = [alphabet for alphabet in held if alphabet in IN_RUNS]
    notices = []
    if len(test) in {0, len(held)}:
        test = held[1::2]
        notices.append(
            f"images_evaluation.zip has only the {len(held)} alphabets that are "
            f"{'not ' if held[0] not in IN_RUNS else ''}in Lake's runs, so {len(test)} of them "
            f"({', '.join(test)}) are the test and the others validation: figures are not those "
            "of Koch's split."
        )
    parts = np.where(np.isin(alphabets, test), TEST, VALIDATION)
    parts = np.where(evaluation, parts, TRAIN)
    chosen = np.flatnonzero(_of_its_drawers(drawings, parts))
    return drawings[chosen].dataset("omniglot-koch", parts[chosen]).noticing(*notices)


def _of_its_drawers(drawings: Drawings, parts: Codes) -> list[bool]:
    return [
        int(drawer) in DRAWERS[part]
        for drawer, part in zip(drawings.drawers, parts.tolist(), strict=True)
    ]
