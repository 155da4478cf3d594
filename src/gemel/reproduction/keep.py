"""Save results: the JSON file, and the Markdown page that is generated from it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

from filelock import FileLock

from gemel.errors import DataError
from gemel.reproduction.page import page
from gemel.reproduction.results import Entry, Results, read_results
from gemel.whole_file import write_text


def truth_of(path: Path) -> Path:
    """The JSON file of a page of results."""
    return path.with_suffix(".json")


def check_places(path: Path, out: Path) -> None:
    """Raise DataError where results cannot be kept in the page `path`, or trainings not in `out`.

    This is known before the first training, and leaves nothing behind.
    """
    read_results(truth_of(path))
    if path.is_dir():
        raise DataError(f"{path} must be a file, and it is a folder; choose another --results")
    _refuse_unwritable(path.parent, "results", "--results")
    _refuse_unwritable(out, "trainings", "--out")


def keep(path: Path, entry: Entry) -> Results:
    """Add an entry to the results of the page `path`, and write both files again, under a lock.

    Raises DataError where they cannot be read or written.
    """
    truth = truth_of(path)
    _refuse_unwritable(truth.parent, "results", "--results")
    truth.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(truth.with_name(f".{truth.name}.lock")):
        results = read_results(truth).with_entry(entry)
        write_text(truth, results.model_dump_json(indent=2) + "\n")
        write_text(path, page(results))
    return results


def _refuse_unwritable(folder: Path, what: str, option: str) -> None:
    """Raise DataError where no file can be created in a folder, which need not exist yet."""
    try:
        nearest = next(each for each in (folder, *folder.parents) if each.exists())
        TemporaryFile(dir=nearest).close()
    except OSError as error:
        raise DataError(
            f"{folder} must be a folder that {what} can be written to, got: {error.strerror}; "
            f"choose another {option}"
        ) from None
