"""Save results: the JSON file, and the Markdown page that is generated from it."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock

from gemel.errors import DataError
from gemel.reproduction.page import page
from gemel.reproduction.results import Entry, Results, read_results
from gemel.whole_file import write_text


def truth_of(path: Path) -> Path:
    """The JSON file of a page of results."""
    return path.with_suffix(".json")


def keep(path: Path, entry: Entry | None = None) -> Results:
    """Add an entry to the results of the page `path`, and write both files again, under a lock.

    Without an entry this only checks that both can be read and written. Raises DataError where they
    cannot.
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
