"""Read the file of an item, with an ItemError for everything that can go wrong."""

from __future__ import annotations

import os
import stat
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from gemel.errors import ItemError


def name_of(raw: object, unnamed: str) -> str:
    """How messages call an item: by its path in quotes, or `unnamed` for anything but a path."""
    return repr(str(raw)) if isinstance(raw, str | Path) else unnamed


def text_encoding(content: bytes) -> str:
    """The encoding of a text file: UTF-16 if it begins with that byte order mark, else UTF-8."""
    wide = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return "utf-16" if wide else "utf-8-sig"


def item_bytes(path: Path, named: str, what: str) -> bytes:
    """The bytes of a file. Raises ItemError, in which `named` is the file and `what` its kind."""
    if path == Path():
        raise ItemError(f"the path of {what} must not be empty")
    _refuse_no_file(path, named, what)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            target = os.readlink(path)
            raise ItemError(f"{named} is a symbolic link to {target!r}, which is missing") from None
        raise ItemError(f"{named} does not exist: give the path of {what}") from None
    except PermissionError:
        raise ItemError(f"{named} may not be read: its permissions forbid it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ItemError(f"{named} cannot be read ({reason})") from error


def _refuse_no_file(path: Path, named: str, what: str) -> None:
    """Raise ItemError for a folder, and for a pipe or a device, which might never end."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # reading it says why
        return
    if stat.S_ISDIR(mode):
        raise ItemError(f"{named} is a folder where {what} was expected")
    if not stat.S_ISREG(mode):
        raise ItemError(f"{named} is a pipe or a device where {what} was expected")
