"""The line above a table with which Excel says how its cells are separated."""

from __future__ import annotations

import re

_FORM = re.compile(r'"?sep=([,;\t|])"?')


def said_separator(line: str) -> str | None:
    """The separator that Excel's line says; None for any other line.

    >>> said_separator("sep=;"), said_separator("x;y")
    (';', None)
    """
    found = _FORM.fullmatch(line.strip("\r\n"))
    return found[1] if found else None
