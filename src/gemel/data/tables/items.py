"""Datasets from tables with the columns `item,label[,group][,split][,maker][,genuine]`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gemel.counting import examples
from gemel.data.dataset import Dataset
from gemel.data.soundness import sound
from gemel.data.tables.cells import (
    duplicates_notice,
    ends,
    ignored_columns,
    items_of,
    refuse_broken,
    refuse_empty,
    split_codes,
    yes_or_no,
)
from gemel.data.tables.kinds import with_kinds
from gemel.data.tables.records import place
from gemel.data.tables.rows import Rows
from gemel.errors import DataError
from gemel.inputs import Kind

COLUMNS = ("item", "label", "group", "split", "maker", "genuine")


def labelled_items(rows: Rows, kind: Kind) -> Dataset:
    """The dataset of a table of labelled items; rows that repeat an item are left out.

    Raises DataError for an item with two labels, groups, parts or makers, for a label in two
    groups, for empty or invalid cells, and for names that are not UTF-8.
    """
    for column in ("label", "group", "maker"):
        if column in rows.columns:
            refuse_empty(rows, column)
            refuse_broken(rows, column)
    (items,) = ends(rows, ("item",), kind)
    kept = _kept(rows, items)
    once = rows.only(kept)
    places = {items[row]: place("item", rows.numbers[row]) for row in kept}
    dataset = Dataset(
        name=rows.path.stem,
        items=items_of(rows, places, kind),
        kind=kind,
        notices=(*ignored_columns(rows, COLUMNS), *duplicates_notice(len(rows) - len(kept))),
    ).labelled(once.column("label"))
    if "split" in rows.columns:
        dataset = replace(dataset, split=np.array(split_codes(once), np.int64))
    if "group" in rows.columns:
        dataset = dataset.grouped(once.column("group"))
        _refuse_labels_across_groups(dataset)
    if "maker" in rows.columns:
        dataset = dataset.made_by(once.column("maker"))
    if "genuine" in rows.columns:
        dataset = replace(dataset, genuine=np.array(yes_or_no(once, "genuine"), np.bool_))
    return sound(with_kinds(dataset))


def unlabelled_items(rows: Rows, columns: tuple[str, ...], kind: Kind) -> Dataset:
    """The distinct items of these columns, without labels: for embedding, not for training."""
    first: dict[str, str] = {}
    for column, cells in zip(columns, ends(rows, columns, kind), strict=True):
        for item, number in zip(cells, rows.numbers, strict=True):
            first.setdefault(item, place(column, number))
    items = items_of(rows, first, kind)
    dataset = Dataset(rows.path.stem, items, kind=kind, notices=ignored_columns(rows, columns))
    return with_kinds(dataset)


def _refuse_labels_across_groups(dataset: Dataset) -> None:
    """Raise DataError for a label in two groups, since each label is drawn within one group."""
    assert dataset.labels is not None
    assert dataset.groups is not None
    pairs = np.unique(np.stack([dataset.labels, dataset.groups], 1), axis=0)
    labels, counts = np.unique(pairs[:, 0], return_counts=True)
    if (counts > 1).any():
        label = labels[counts > 1][0]
        groups = [dataset.group_names[group] for group in pairs[pairs[:, 0] == label, 1]]
        raise DataError(
            f"{dataset.name} holds the label {dataset.label_names[label]!r} in two groups, "
            f"{groups[0]!r} and {groups[1]!r}, and a label lies in one, as a character does in one "
            "alphabet: put who or what made an item (a session, a camera, a drawer) into the "
            "column maker, and give labels that only share a name names of their own"
        )


def _kept(rows: Rows, items: list[str]) -> list[int]:
    """The first row of each item. Raises DataError if later ones differ in another column."""
    first: dict[str, int] = {}
    columns = [(name, rows.column(name)) for name in COLUMNS[1:]]
    clashes = []
    for row, item in enumerate(items):
        earlier = first.setdefault(item, row)
        clashes += [
            f"{item!r} has the {name} {cells[earlier]!r} in row {rows.numbers[earlier]} and "
            f"{cells[row]!r} in row {rows.numbers[row]}"
            for name, cells in columns
            if cells[earlier] != cells[row]
        ]
    if clashes:
        raise DataError(
            f"{str(rows.path)!r}: {examples(clashes, '; ')}; an item can have one only: "
            "correct the rows or remove them"
        )
    return list(first.values())
