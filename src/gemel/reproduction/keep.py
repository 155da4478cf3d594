"""Writing results down: the JSON file, which is the truth, and the page that is made of it."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock

from gemel.errors import DataError
from gemel.reproduction.page import page
from gemel.reproduction.results import Entry, Results, read_results
from gemel.whole_file import write_text


def truth_of(path: Path) -> Path:
    """The JSON file beside a page of results."""
    return path.with_suffix(".json")


def keep(path: Path, entry: Entry | None = None) -> Results:
    """Adds an entry to the results whose page `path` is, and writes both files anew.

    Two that write at once wait for each other. Without an entry nothing changes, but that reading
    and writing is possible is known. Raises `DataError` where it is not.
    """
    truth = truth_of(path)
    with _locked(truth):
        results = read_results(truth)
        results = results if entry is None else results.with_entry(entry)
        write_text(truth, results.model_dump_json(indent=2) + "\n")
        write_text(path, page(results))
    return results


def _locked(truth: Path) -> FileLock:
    try:
        truth.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"{truth.parent} must be a folder that results can be written to, got: "
            f"{error.strerror}; choose another --results"
        ) from None
    return FileLock(truth.with_name(f".{truth.name}.lock"))
