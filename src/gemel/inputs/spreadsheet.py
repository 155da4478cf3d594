"""What spreadsheets write into text files: decimal commas, and the separator of the cells."""

from __future__ import annotations

import re

_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?')


def decimal(cell: str) -> float:
    """Parse a number with a decimal point or, if it has no point, one decimal comma.

    Raises ValueError for anything else.

    >>> decimal("1.5"), decimal("1,5")
    (1.5, 1.5)
    """
    return float(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell)


def declared_separator(line: str) -> str | None:
    """The separator that Excel declares in a line above a table; None for any other line.

    >>> declared_separator("sep=;"), declared_separator("x;y")
    (';', None)
    """
    found = _SEPARATOR.fullmatch(line.strip("\r\n"))
    return found[1] if found else None
