"""The results of all reproductions, as saved in a JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import Self, final

from pydantic import BaseModel, ConfigDict, ValidationError

from gemel.errors import DataError
from gemel.evaluation.figure import Figure


class _Saved(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@final
class Row(_Saved):
    """A figure and the published one.

    `seeds` are the figure's values by seed. `seconds` and `cpu_seconds` (over all cores) are the
    wall-clock and CPU time of one training, as a mean.
    """

    what: str
    figure: str
    published: str | None
    source: str
    ours: Figure
    seeds: tuple[float, ...]
    seconds: float
    cpu_seconds: float


@final
class Entry(_Saved):
    """All rows of one reproduction, and how they were measured.

    `changes` are the caller's settings on top of the recipe. `settings` is the digest of the recipe
    at the time (see `settings_of`), None if unknown.
    """

    recipe: str
    changes: tuple[str, ...]
    data: str
    about: str
    command: str
    folds: int | None
    commit: str
    machine: str
    date: str
    settings: str | None = None
    rows: tuple[Row, ...]

    @property
    def key(self) -> tuple[str, tuple[str, ...], str]:
        """Identifies an entry: a new one replaces the one with the same key."""
        return self.recipe, tuple(sorted(self.changes)), self.data


@final
class Results(_Saved):
    """All entries, sorted by key."""

    entries: tuple[Entry, ...] = ()

    def with_entry(self, entry: Entry) -> Self:
        """These results with an entry added, or replaced."""
        others = [other for other in self.entries if other.key != entry.key]
        return type(self)(entries=tuple(sorted([*others, entry], key=lambda each: each.key)))


def read_results(path: Path) -> Results:
    """Read a JSON file of results; none where there is no file. Raises DataError if damaged."""
    if not path.exists():
        return Results()
    try:
        return Results.model_validate_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"{path} must be as `gemel reproduce` wrote it, got: {reason}; restore it, or choose "
            "another --results"
        ) from None
