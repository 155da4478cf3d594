"""Datasets of pairs from tables with `left,right,same[,split]` or `left,right,score[,split]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Floats
from gemel.counting import count
from gemel.data.dataset import Dataset, Pairs
from gemel.data.soundness import sound
from gemel.data.tables.cells import (
    SAME_FROM,
    duplicates_notice,
    ends,
    ignored_columns,
    items_of,
    scale_of,
    scores_of,
    split_codes,
    yes_or_no,
)
from gemel.data.tables.kinds import with_kinds
from gemel.data.tables.rows import Rows, place
from gemel.errors import DataError
from gemel.inputs import Kind

COLUMNS = ("left", "right", "same", "split")
GRADED_COLUMNS = ("left", "right", "score", "split")


@final
@dataclass(frozen=True)
class Ends:
    """The left and right cells of every row."""

    left: list[str]
    right: list[str]

    def pair(self, row: int) -> tuple[str, ...]:
        """The two cells of a row, in sorted order."""
        return tuple(sorted((self.left[row], self.right[row])))


def labelled_pairs(rows: Rows, kind: Kind = "image") -> Dataset:
    """The dataset of a table of labelled pairs; rows that repeat a pair are left out.

    Raises DataError for rows that contradict each other, in either order of their items. Human
    judgements of texts often do; of texts the first row counts, and a notice counts the others.
    """
    same = yes_or_no(rows, "same")
    pairs = Ends(*ends(rows, ("left", "right"), kind))
    given = split_codes(rows)
    kept, selves, contradicted = _kept(rows, pairs, same, given, strict=kind != "text")
    _refuse_one_sided(rows, [same[row] for row in kept])
    notices = duplicates_notice(len(rows) - len(kept) - selves)
    if selves:
        rows_of = count(
            selves,
            "row that pairs an item with itself is",
            "rows that pair an item with itself are",
        )
        notices += (f"{rows_of} left out.",)
    if contradicted:
        against = count(contradicted, "row contradicts", "rows contradict")
        notices += (f"{against} an earlier one, which counts.",)
    dataset = _dataset(rows, pairs, kept, [same[row] for row in kept], kind)
    return sound(dataset.noticing(*ignored_columns(rows, COLUMNS), *notices))


def graded_pairs(rows: Rows, kind: Kind = "image") -> Dataset:
    """The dataset of a table of pairs with similarity scores.

    Pairs with a score of at least `SAME_FROM` of the scale count as the same in verdicts. Raises
    DataError for a score that is not on any scale, or if all or no pairs count as the same.
    """
    scores = np.array(scores_of(rows))
    low, high = scale_of(scores)
    from_score = low + SAME_FROM * (high - low)
    same = (scores >= from_score).tolist()
    if len(set(same)) < 2:
        raise _one_sided(rows, scores, from_score)
    pairs = Ends(*ends(rows, ("left", "right"), kind))
    dataset = _dataset(rows, pairs, list(range(len(rows))), same, kind, scores)
    return sound(
        dataset.noticing(
            *ignored_columns(rows, GRADED_COLUMNS),
            f"Scores are on a scale from {low:g} to {high:g}; in verdicts, {from_score:g} and more "
            "is the same.",
        )
    )


def _dataset(
    rows: Rows,
    pairs: Ends,
    kept: list[int],
    same: list[bool],
    kind: Kind,
    scores: Floats | None = None,
) -> Dataset:
    first: dict[str, str] = {}
    for row in kept:
        for column, cell in (("left", pairs.left[row]), ("right", pairs.right[row])):
            if cell not in first:
                first[cell] = place(column, rows.numbers[row])
    position = {name: index for index, name in enumerate(first)}
    given = split_codes(rows)
    dataset = Dataset(
        rows.path.stem,
        items_of(rows, first, kind),
        pairs=Pairs(
            left=np.array([position[pairs.left[row]] for row in kept], np.int64),
            right=np.array([position[pairs.right[row]] for row in kept], np.int64),
            same=np.array(same, np.bool_),
            split=np.array([given[row] for row in kept], np.int64),
            scores=scores,
            scale=None if scores is None else scale_of(scores),
        ),
        kind=kind,
    )
    return with_kinds(dataset, [position[pairs.left[row]] for row in kept])


def _kept(
    rows: Rows, pairs: Ends, same: list[bool], given: list[int], *, strict: bool
) -> tuple[list[int], int, int]:
    """The first row of each pair, and the numbers of rows that pair an item with itself and that
    contradict an earlier one. Raises DataError for contradictions if `strict`."""
    first: dict[tuple[str, ...], int] = {}
    selves = contradicted = 0
    for row in range(len(rows)):
        if pairs.left[row] == pairs.right[row]:
            if strict:
                _refuse_unlike_itself(rows, row, pairs.left[row], same[row])
            selves += 1
            continue
        earlier = first.setdefault(pairs.pair(row), row)
        if (same[earlier], given[earlier]) != (same[row], given[row]):
            if strict:
                raise _contradiction(rows, pairs, (earlier, row), same[earlier] != same[row])
            contradicted += 1
    return list(first.values()), selves, contradicted


def _contradiction(rows: Rows, pairs: Ends, two: tuple[int, int], judged: bool) -> DataError:
    what = "same and different" if judged else "in two parts"
    return DataError(
        f"{str(rows.path)!r}: rows {rows.numbers[two[0]]} and {rows.numbers[two[1]]} contradict "
        f"each other: {pairs.left[two[1]]!r} and {pairs.right[two[1]]!r} are {what}; keep one of "
        "them"
    )


def _refuse_unlike_itself(rows: Rows, row: int, item: str, same: bool) -> None:
    if not same:
        raise DataError(
            f"row {rows.numbers[row]} of {str(rows.path)!r} says that {item!r} differs from itself"
        )


def _refuse_one_sided(rows: Rows, same: list[bool]) -> None:
    if len(set(same)) < 2:
        found = "no pairs" if not same else f"only pairs that are {'same' if same[0] else 'not'}"
        raise DataError(
            f"{str(rows.path)!r} must hold pairs that are the same and pairs that are not, got "
            f"{found}"
        )


def _one_sided(rows: Rows, scores: Floats, from_score: float) -> DataError:
    low, high = scale_of(scores)
    none = scores.max() < from_score
    found = f"the highest is {scores.max():g}" if none else f"the lowest is {scores.min():g}"
    return DataError(
        f"{str(rows.path)!r} must hold pairs that count as the same and pairs that do not: on the "
        f"scale from {low:g} to {high:g} a pair counts as the same from the score {from_score:g} "
        f"on, and {found}. Add pairs, or give a column same in place of the scores"
    )
