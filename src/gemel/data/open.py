"""Open a folder, a table or a built-in name as a dataset."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from difflib import get_close_matches
from os.path import expanduser
from pathlib import Path
from typing import TypeAlias, get_args

from gemel.data.builtins import BUILTINS
from gemel.data.dataset import Dataset
from gemel.data.folder import folder_items, open_folder
from gemel.data.series_archive import open_ts, series_archive
from gemel.data.tables.records import TABLES
from gemel.data.tables.table import open_items_table, open_table
from gemel.errors import DataError, MissingData
from gemel.inputs import Kind

Opener: TypeAlias = Callable[[Path, Kind | None], Dataset]


def open_data(source: str | Path, *, kind: Kind | None = None) -> Dataset:
    """Open the DATA of `gemel train DATA`, without decoding any item.

    `source` is a built-in name or the path of a folder, a table or a `.ts` file. A built-in name
    takes precedence over a folder of the same name; write `./digits`, or pass a Path, for the
    folder. `kind` overrides the kind that would be guessed from files or cells.

    Raises MissingData if nothing has that name, DataError if it cannot be used.

    >>> open_data("digits").label_names
    ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
    """
    return _opened(source, kind, open_folder, open_table)


def open_items(source: str | Path, *, kind: Kind | None = None) -> Dataset:
    """Open the DATA of `gemel embed RUN DATA`: as `open_data`, but labels are optional."""
    return _opened(source, kind, folder_items, open_items_table)


def _opened(source: str | Path, kind: Kind | None, of_folder: Opener, of_table: Opener) -> Dataset:
    _check_kind(kind)
    if isinstance(source, str) and source in BUILTINS:
        return _builtin(source)
    path = data_path(source)
    if path.is_dir():
        archive = series_archive(path)
        return open_ts(archive) if archive else of_folder(path, kind)
    if path.is_file() and path.suffix.lower() == ".ts":
        return open_ts(path)
    if path.is_file():
        _refuse_other_files(path)
        return of_table(path, kind)
    if path.exists():
        raise DataError(f"{str(source)!r} is a pipe or a device: name a folder or a table")
    raise MissingData(_unknown(str(source), path))


def _check_kind(kind: Kind | None) -> None:
    """Raise DataError for an unknown kind, which the type does not prevent at run time."""
    if kind not in (None, *get_args(Kind)):
        raise DataError(f"a kind is {', '.join(get_args(Kind))}, got {kind!r}")


def refuse_values(source: object) -> None:
    """Raises TypeError for data themselves in place of where they are."""
    if not isinstance(source, str | os.PathLike):
        raise TypeError(
            "data are the path of a folder or a table, or the name of a built-in set, got "
            f"{type(source).__name__}: save a frame as .parquet with a row per item, and arrays as "
            "files in a folder per label"
        )


def data_path(source: str | Path) -> Path:
    """The path of a source, which need not exist, with `~` expanded.

    Raises MissingData for an empty or too long name, DataError for a path that cannot be accessed.
    """
    refuse_values(source)
    if source == "":
        raise MissingData(
            "no data are named: pass a folder, a table (.csv, .jsonl, .parquet) or the name of a "
            "built-in set, such as digits"
        )
    path = Path(expanduser(source))  # an unknown ~user stays as it is
    try:
        path.exists()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise MissingData(_unknown(str(source), Path())) from None
        raise DataError(f"{str(source)!r} cannot be read ({error.strerror})") from error
    return path


def _builtin(name: str) -> Dataset:
    dataset = BUILTINS[name]()
    if Path(name).exists():
        return dataset.noticing(f"{name} is the built-in set; for the folder, write ./{name}.")
    return dataset


def _refuse_other_files(path: Path) -> None:
    if path.suffix.lower() not in TABLES:
        raise DataError(
            f"{str(path)!r} cannot be read as a table: pass a folder, a file that ends in "
            f"{', '.join(TABLES)} or .ts (a spreadsheet is saved as .csv, an archive is "
            "unpacked), or the name of a built-in set, such as digits"
        )


def _unknown(source: str, path: Path) -> str:
    if path.is_symlink():
        return f"{source!r} is a symbolic link to something that is missing: mend the link"
    try:
        neighbours = os.listdir(path.parent)
    except OSError:
        neighbours = []
    close = get_close_matches(source.lower(), BUILTINS, 1, 0.7)
    close += [str(path.parent / name) for name in get_close_matches(path.name, neighbours, 1, 0.7)]
    if close:
        meant = " or ".join(map(repr, close))
        return (
            f"{source!r} is neither a folder or table that exists nor a built-in set; did you mean "
            f"{meant}?"
        )
    return (
        f"{source!r} is neither a folder or table that exists nor one of the built-in sets "
        f"{', '.join(BUILTINS)}"
    )
