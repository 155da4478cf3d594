"""The bytes of an item's file, or one clear sentence about why there are none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gemel.errors import ItemError


def refuse_endless(path: Path, named: str, what: str) -> None:
    """Raises `ItemError` for a pipe or a device, which might never end; what is not there may
    pass."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise ItemError(f"{named} is a pipe or a device where {what} was expected")


def item_bytes(path: Path, named: str, what: str) -> bytes:
    """All of a file; `named` and `what` ("a picture") are for the sentence. Raises ItemError."""
    if path == Path():
        raise ItemError(f"the path of {what} must not be empty")
    refuse_endless(path, named, what)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            target = os.readlink(path)
            raise ItemError(f"{named} is a symbolic link to {target!r}, which is missing") from None
        raise ItemError(f"{named} does not exist: give the path of {what}") from None
    except IsADirectoryError:
        raise ItemError(f"{named} is a folder where {what} was expected") from None
    except PermissionError:
        if path.is_dir():  # as Windows has it
            raise ItemError(f"{named} is a folder where {what} was expected") from None
        raise ItemError(f"{named} may not be read: its permissions forbid it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ItemError(f"{named} cannot be read ({reason})") from error
