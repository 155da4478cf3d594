"""Lake's 20 runs: the one-shot trials of people, BPL and Koch's Siamese network.

In each run, each of 20 test drawings is to be matched with one of 20 training drawings, one of
each character, all from one alphabet. Lake et al. 2015; Koch, Zemel & Salakhutdinov 2015, §4.3.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from gemel.arrays import Indices
from gemel.data.builtins.omniglot import HOME
from gemel.data.download import Archive, fetch
from gemel.data.sources import BAD_MEMBER, open_zip
from gemel.errors import DataError

ALL_RUNS = Archive(HOME + "one-shot-classification/all_runs.zip")
"""No checksum is published; every run is checked for completeness instead."""

RUNS = 20
WAYS = 20


@final
@dataclass(frozen=True)
class OneShotRun:
    """20 test drawings and 20 training drawings, as the bytes of PNG files, and the answers."""

    name: str
    test: tuple[bytes, ...]
    training: tuple[bytes, ...]
    answers: Indices
    """(20,) the position in `training` of the match of test[i]."""


def runs(archive: Path | None = None) -> tuple[OneShotRun, ...]:
    """The 20 runs of `all_runs.zip`, from the path `archive` or fetched like `omniglot`.

    Raises DataError naming a file that is missing or invalid.
    """
    path = archive if archive is not None else fetch("omniglot", ALL_RUNS)
    with open_zip(path) as opened:
        return tuple(_run(opened, path, f"run{number:02d}") for number in range(1, RUNS + 1))


def _run(archive: zipfile.ZipFile, path: Path, name: str) -> OneShotRun:
    test = [f"{name}/test/item{number:02d}.png" for number in range(1, WAYS + 1)]
    training = [f"{name}/training/class{number:02d}.png" for number in range(1, WAYS + 1)]
    labels = _member(archive, path, f"{name}/class_labels.txt").decode(errors="replace")
    answers = _answers(labels, path, name)
    if sorted(answers) != test or sorted(answers.values()) != training:
        raise DataError(
            f"{name}/class_labels.txt in {str(path)!r} must pair each of {WAYS} test items with "
            "another training item of the same run: get the original archive again"
        )
    return OneShotRun(
        name=name,
        test=tuple(_member(archive, path, item) for item in test),
        training=tuple(_member(archive, path, item) for item in training),
        answers=np.array([training.index(answers[item]) for item in test], np.int64),
    )


def _answers(text: str, path: Path, name: str) -> dict[str, str]:
    pairs = [re.split(r"\s+", line.strip()) for line in text.splitlines() if line.strip()]
    for number, pair in enumerate(pairs, 1):
        if len(pair) != 2:
            raise DataError(
                f"line {number} of {name}/class_labels.txt in {str(path)!r} must be `test training`"
                f", got {' '.join(pair)!r}"
            )
    return {pair[0]: pair[1] for pair in pairs}


def _member(archive: zipfile.ZipFile, path: Path, name: str) -> bytes:
    try:
        return archive.read(name)
    except BAD_MEMBER as error:
        what = "missing" if isinstance(error, KeyError) else f"damaged ({error})"
        raise DataError(
            f"{name} is {what} in {str(path)!r}: get the original all_runs.zip again"
        ) from error
