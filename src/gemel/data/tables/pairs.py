"""Datasets of pairs from tables with `left,right,same[,split]` or `left,right,score[,split]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np

from gemel.arrays import Floats
from gemel.counting import SHOWN, and_more, count
from gemel.data.dataset import Dataset, Pairs
from gemel.data.soundness import sound
from gemel.data.tables.cells import (
    duplicates_notice,
    ends,
    ignored_columns,
    in_cells,
    items_of,
    split_codes,
    yes_or_no,
)
from gemel.data.tables.kinds import with_kinds
from gemel.data.tables.records import place
from gemel.data.tables.rows import Rows
from gemel.data.tables.scores import SAME_FROM, scale_of, scores_of
from gemel.errors import DataError
from gemel.inputs import Kind

COLUMNS = ("left", "right", "same", "split")
GRADED_COLUMNS = ("left", "right", "score", "split")


@final
@dataclass(frozen=True)
class Judged:
    """The pair of every row by its left and right cells, whether it is the same, and its part."""

    rows: Rows
    left: list[str]
    right: list[str]
    same: list[bool]
    given: list[int]

    @classmethod
    def of(cls, rows: Rows, same: list[bool], kind: Kind) -> Self:
        left, right = ends(rows, ("left", "right"), kind)
        return cls(rows, left, right, same, split_codes(rows))


def labelled_pairs(rows: Rows, kind: Kind) -> Dataset:
    """The dataset of a table of labelled pairs; rows that repeat a pair are left out.

    Raises DataError for rows that contradict each other, in either order of their items. Human
    judgements of texts often do; of texts the first row counts, and a notice counts the others.
    """
    judged = Judged.of(rows, yes_or_no(rows, "same"), kind)
    kept, notices = _kept(judged, strict=kind != "text")
    _refuse_one_sided(rows, [judged.same[row] for row in kept])
    dataset = _dataset(judged, kept, kind)
    return sound(dataset.noticing(*ignored_columns(rows, COLUMNS), *notices))


def graded_pairs(rows: Rows, kind: Kind) -> Dataset:
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
    dataset = _dataset(Judged.of(rows, same, kind), list(range(len(rows))), kind, scores)
    return sound(
        dataset.noticing(
            *ignored_columns(rows, GRADED_COLUMNS),
            f"Scores are on a scale from {low:g} to {high:g}; in verdicts, {from_score:g} and more "
            "is the same.",
        )
    )


def _dataset(judged: Judged, kept: list[int], kind: Kind, scores: Floats | None = None) -> Dataset:
    rows = judged.rows
    first: dict[str, str] = {}
    for row in kept:
        first.setdefault(judged.left[row], place("left", rows.numbers[row]))
        first.setdefault(judged.right[row], place("right", rows.numbers[row]))
    position = {name: index for index, name in enumerate(first)}
    dataset = Dataset(
        rows.path.stem,
        items_of(rows, first, kind),
        pairs=Pairs(
            left=np.array([position[judged.left[row]] for row in kept], np.int64),
            right=np.array([position[judged.right[row]] for row in kept], np.int64),
            same=np.array([judged.same[row] for row in kept], np.bool_),
            split=np.array([judged.given[row] for row in kept], np.int64),
            scores=scores,
            scale=None if scores is None else scale_of(scores),
            rows=np.array([rows.numbers[row] for row in kept]) if in_cells(rows, kind) else None,
        ),
        kind=kind,
    )
    return with_kinds(dataset)


def _kept(judged: Judged, *, strict: bool) -> tuple[list[int], tuple[str, ...]]:
    """The first row of each pair, and notices of those left out: repetitions, items paired with
    themselves, and contradictions. Raises DataError for contradictions if `strict`."""
    judgements = list(zip(judged.same, judged.given, strict=True))
    first: dict[tuple[str, ...], int] = {}
    contradictions: list[tuple[int, int]] = []
    selves = 0
    for row, pair in enumerate(zip(judged.left, judged.right, strict=True)):
        if pair[0] == pair[1]:
            selves += 1
            if strict and not judged.same[row]:
                contradictions.append((row, row))
            continue
        earlier = first.setdefault(tuple(sorted(pair)), row)
        if judgements[earlier] != judgements[row]:
            contradictions.append((earlier, row))
    if strict and contradictions:
        shown = "; ".join(_contradiction(judged, *rows) for rows in contradictions[:SHOWN])
        raise DataError(
            f"{str(judged.rows.path)!r}: {shown}{and_more(len(contradictions))}: correct the rows "
            "or remove them"
        )
    repeated = len(judged.rows) - len(first) - selves
    return list(first.values()), _row_notices(repeated, selves, len(contradictions))


def _row_notices(repeated: int, selves: int, contradicted: int) -> tuple[str, ...]:
    notices = duplicates_notice(repeated)
    if selves:
        themselves = count(
            selves,
            "row that pairs an item with itself is",
            "rows that pair an item with itself are",
        )
        notices += (f"{themselves} left out.",)
    if contradicted:
        against = count(contradicted, "row contradicts", "rows contradict")
        notices += (f"{against} an earlier one, which counts.",)
    return notices


def _contradiction(judged: Judged, earlier: int, later: int) -> str:
    number, left = judged.rows.numbers, judged.left[later]
    if earlier == later:
        return f"row {number[later]} says that {left!r} differs from itself"
    differ = judged.same[earlier] != judged.same[later]
    return (
        f"rows {number[earlier]} and {number[later]} contradict each other: {left!r} and "
        f"{judged.right[later]!r} are {'same and different' if differ else 'in two parts'}"
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
