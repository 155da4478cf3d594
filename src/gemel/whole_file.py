"""Atomic writing of files and folders: write under a temporary name, flush to disk, rename."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from os.path import expanduser
from pathlib import Path
from typing import Any

from gemel.errors import DataError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""Error numbers of a disk without room."""
REFUSED = FULL.union(
    (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENAMETOOLONG, errno.EISDIR)
)
"""Error numbers reported as `DataError`: the disk is full, failing, or not permitted to be used, or
a folder stands where the file should be."""

HALF = re.compile(r"\..+\.[0-9a-f]{8}")
"""The temporary names of `whole_file`."""


def user_path(path: str | os.PathLike[str]) -> Path:
    """The path, `~` read as a home folder; a home that there is not stays as it is written."""
    return Path(expanduser(path))


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`, renamed to `path` if the block succeeds.

    The file is flushed to disk before the rename, so readers see either the old file or the new.
    Raises `DataError` if the disk is full or the folder is not writable.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "note.txt") as temporary:
    ...     _ = temporary.write_text("all of it")
    >>> (folder / "note.txt").read_text()
    'all of it'
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
        temporary.touch(exist_ok=False)
        mode = _new_file_mode(temporary)
    try:
        with _refusals_told(path):
            yield temporary
            _flush(temporary, mode)
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yields a temporary folder beside `path`, renamed to `path` if the block succeeds.

    The temporary folder is removed if the block fails; leftovers of killed processes are removed
    first. If a process was killed between the two renames, the next call restores the old folder.
    """
    path = path.resolve()  # replaces the target of a symbolic link, not the link
    temporary, old = path.with_name(f".{path.name}"), path.with_name(f".{path.name}.old")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        with _refusals_told(path):
            if old.exists() and not path.exists():
                os.replace(old, path)
            shutil.rmtree(old, ignore_errors=True)
            temporary.mkdir(parents=True)
            mode = _new_file_mode(temporary)
            yield temporary
            for file in filter(Path.is_file, temporary.rglob("*")):
                _flush(file, mode)
            _exchange(temporary, path, old)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _exchange(temporary: Path, path: Path, old: Path) -> None:
    """Renames `temporary` to `path`; what was there is put back if that fails."""
    if path.is_dir():
        os.replace(path, old)
    try:
        os.replace(temporary, path)
    except BaseException:
        if old.exists():
            os.replace(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def clear_halves(folder: Path) -> None:
    """Removes the temporary files that killed processes have left anywhere in a folder.

    No other process may be writing there.
    """
    for file in folder.rglob(".*"):
        if HALF.fullmatch(file.name) and file.is_file():
            file.unlink(missing_ok=True)


@contextmanager
def _refusals_told(path: Path) -> Iterator[None]:
    """Converts the errors in `REFUSED` to a `DataError` about `path`; others are the caller's."""
    try:
        yield
    except Exception as error:
        if _errno(error) in REFUSED:
            raise _unwritable(path, error) from error
        raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Converts an `OSError` of the block to a `DataError` about `path`."""
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Writes a UTF-8 text file atomically."""
    with whole_file(path) as temporary:
        temporary.write_text(text, "utf-8")


def write_json(path: Path, tree: Mapping[str, Any]) -> None:
    """Writes a JSON file atomically, in ASCII: file names may not be encodable in UTF-8."""
    write_text(path, json.dumps(tree, indent=2) + "\n")


def _new_file_mode(created: Path) -> int:
    """The permissions of a new file here, by a file or folder that was just created.

    The umask itself can only be read by setting it, for all threads of the process.
    """
    return created.stat().st_mode & 0o666


def _flush(path: Path, mode: int) -> None:
    """Flushes a file to disk and gives it `mode`: some libraries make their files private."""
    with suppress(OSError):  # some file systems, as on USB sticks, have no permissions
        path.chmod(mode)
    with path.open("r+b") as file:  # Windows flushes only files open for writing
        os.fsync(file.fileno())


def _errno(error: Exception) -> int:
    """The error number; errors of Rust libraries contain it only in their text."""
    if isinstance(error, OSError):
        return error.errno or 0
    found = re.search(r"\(os error (\d+)\)", str(error))
    return int(found[1]) if found else 0


def _unwritable(path: Path, error: Exception) -> DataError:
    number = _errno(error)
    way_out = "free some space, or choose" if number in FULL else "choose"
    return DataError(
        f"{path} must be writable and its disk must have room, got: {os.strerror(number)}; nothing "
        f"was left half-written: {way_out} another folder"
    )
