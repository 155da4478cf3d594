"""Files and folders that are written whole or not at all: temporary name, flush, rename."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gemel.errors import DataError

REFUSED = {
    *{errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS},
    *{errno.EIO, errno.ENAMETOOLONG},
}
"""What a disk may refuse at any place: it is full, or not ours to read or to write."""


def _new_file_mode() -> int:
    """The permissions of a file that the user makes; asking for the umask means setting it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return 0o666 & ~umask


MODE = _new_file_mode()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well.

    Whatever the block wrote is on disk before the rename, so a reader sees the old file or the new
    one. Raises `DataError` where the disk is full or the folder may not be written.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "note.txt") as temporary:
    ...     _ = temporary.write_text("all of it")
    >>> (folder / "note.txt").read_text()
    'all of it'
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _settle(temporary)
        os.replace(temporary, path)
    except Exception as error:
        if _errno(error) in REFUSED:
            raise _unwritable(path, error) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside `path` that takes its place when the block ends well.

    Nothing is left of it when the block fails, and what a killed process left is swept first. A
    process killed between the two renames leaves the old folder aside; the next call puts it back.
    """
    path = path.resolve()  # what a link points to is replaced, and not the link
    temporary, old = path.with_name(f".{path.name}"), path.with_name(f".{path.name}.old")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        if old.exists() and not path.exists():
            os.replace(old, path)
        shutil.rmtree(old, ignore_errors=True)
        temporary.mkdir(parents=True)
        yield temporary
        for file in temporary.rglob("*"):
            if file.is_file():
                _settle(file)
        if path.is_dir():
            os.replace(path, old)
        try:
            os.replace(temporary, path)
        except BaseException:
            if old.exists():
                os.replace(old, path)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except Exception as error:
        if _errno(error) in REFUSED:
            raise _unwritable(path, error) from error
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the system refuses in the block is told of `path`, as `DataError`."""
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error


def write_text(path: Path, text: str) -> None:
    """A text file, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(text, "utf-8")


def write_json(path: Path, tree: Mapping[str, Any]) -> None:
    """In ASCII: the name of a file may hold what UTF-8 has no bytes for."""
    write_text(path, json.dumps(tree, indent=2) + "\n")


def _settle(path: Path) -> None:
    """On disk, and for whom the user lets read; libraries write some files for their own alone."""
    with suppress(OSError):  # a disk such as a USB stick's may know no permissions
        path.chmod(MODE)
    with path.open("r+b") as written:  # Windows flushes only what is open for writing
        os.fsync(written.fileno())


def _errno(error: Exception) -> int:
    """The system's number of an error; libraries in Rust have it in the text of their own."""
    if isinstance(error, OSError):
        return error.errno or 0
    found = re.search(r"\(os error (\d+)\)", str(error))
    return int(found[1]) if found else 0


def _unwritable(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path} must be writable and its disk must have room, got: {os.strerror(_errno(error))}; "
        "nothing was left half-written. Free some space or choose another folder"
    )
