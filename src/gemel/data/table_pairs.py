"""Rows of `left,right,same[,split]` → a dataset of pairs."""

from __future__ import annotations

import numpy as np

from gemel.data.dataset import Dataset, Pairs
from gemel.data.rows import Rows
from gemel.data.soundness import sound
from gemel.data.sources import FileItems
from gemel.data.table_cells import duplicates_notice, ignored_columns, paths, sides, yes_or_no
from gemel.errors import DataError

COLUMNS = ("left", "right", "same", "split")


def labelled_pairs(rows: Rows) -> Dataset:
    """Raises DataError for pairs that contradict each other, either way round."""
    same = yes_or_no(rows, "same")
    lefts, rights = paths(rows, ("left", "right"))
    given = sides(rows)
    kept, selves = _kept(rows, list(zip(lefts, rights, strict=True)), same, given)
    _refuse_one_sided(rows, [same[row] for row in kept])
    names = tuple(dict.fromkeys(name for row in kept for name in (lefts[row], rights[row])))
    position = {name: index for index, name in enumerate(names)}
    pairs = Pairs(
        left=np.array([position[lefts[row]] for row in kept], np.int64),
        right=np.array([position[rights[row]] for row in kept], np.int64),
        same=np.array([same[row] for row in kept]),
        split=np.array([given[row] for row in kept], np.int64),
    )
    items = FileItems(rows.path.parent, names)
    dataset = Dataset(rows.path.stem, items, pairs=pairs)
    notices = duplicates_notice(len(rows) - len(kept) - selves)
    if selves:
        notices += (f"{selves} rows that pair an item with itself are left out.",)
    return sound(dataset.noticing(*ignored_columns(rows, COLUMNS), *notices))


def _kept(
    rows: Rows, ends: list[tuple[str, str]], same: list[bool], given: list[int]
) -> tuple[list[int], int]:
    """The first row of each pair, whichever way round; and how many paired an item with itself."""
    first: dict[tuple[str, ...], int] = {}
    selves = 0
    for row, (left, right) in enumerate(ends):
        if left == right:
            _refuse_unlike_itself(rows, row, left, same[row])
            selves += 1
            continue
        earlier = first.setdefault(tuple(sorted((left, right))), row)
        if (same[earlier], given[earlier]) != (same[row], given[row]):
            what = "same and different" if same[earlier] != same[row] else "of two sides"
            raise DataError(
                f"{str(rows.path)!r}: rows {rows.numbers[earlier]} and {rows.numbers[row]} "
                f"contradict each other: {left!r} and {right!r} are {what}; keep one of them"
            )
    return list(first.values()), selves


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
