"""The items that a table's rows name: files by their paths, or what the cells hold themselves."""

from __future__ import annotations

from gemel.data.dataset import Items
from gemel.data.list_cells import ListItems
from gemel.data.rows import Rows
from gemel.data.sources import FileItems, TextItems
from gemel.data.table_cells import paths
from gemel.inputs import Kind


def ends(rows: Rows, columns: tuple[str, ...], kind: Kind) -> list[list[str]]:
    """The columns' cells: paths written one way each and looked up, or texts and lists as they are.

    Raises MissingData for paths that do not exist.
    """
    if kind == "text" or rows.listed:
        return [rows.column(column) for column in columns]
    return paths(rows, columns)


def items_of(rows: Rows, names: tuple[str, ...], numbers: tuple[int, ...], kind: Kind) -> Items:
    """Items by what their cells hold; `numbers` are the rows in which each stands first."""
    if kind == "text":
        return TextItems(names, numbers)
    if rows.listed:
        return ListItems(names, rows.listed)
    return FileItems(rows.path.parent, names)
