"""The items that a table's rows name: files by their paths, or what the cells hold themselves."""

from __future__ import annotations

from collections.abc import Mapping

from gemel.data.dataset import Items
from gemel.data.rows import Rows
from gemel.data.sources import FileItems, MemoryItems
from gemel.data.table_cells import paths
from gemel.inputs import Kind


def ends(rows: Rows, columns: tuple[str, ...], kind: Kind) -> list[list[str]]:
    """The columns' cells: paths written one way each and looked up, or texts and lists as they are.

    Raises MissingData for paths that do not exist.
    """
    if kind == "text" or rows.listed:
        return [rows.column(column) for column in columns]
    return paths(rows, columns)


def items_of(rows: Rows, cells: Mapping[str, str], kind: Kind) -> Items:
    """Items by what their cells hold, each with the place in which it stands first."""
    if kind == "text":
        return MemoryItems(tuple(cells.values()), tuple(cells))
    if rows.listed:
        return MemoryItems(tuple(cells), tuple(rows.listed[cell] for cell in cells))
    return FileItems(rows.path.parent, tuple(cells))
