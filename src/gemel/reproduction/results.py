"""The results of all reproductions, as the JSON file that is the truth of them holds them."""

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
    """A figure beside the published one. `seeds` are its values, `seconds` those of one training.

    `cpu_seconds` add up what all cores spent on it.
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
    """All rows of one reproduction, and how they came about. `changes` are the caller's, and
    `settings` names what the recipe said when they were measured (None: not known)."""

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
        """What a later reproduction takes the place of."""
        return self.recipe, tuple(sorted(self.changes)), self.data


@final
class Results(_Saved):
    entries: tuple[Entry, ...] = ()

    def with_entry(self, entry: Entry) -> Self:
        """The entry in the place of its predecessor; all in the order of their recipes."""
        others = [other for other in self.entries if other.key != entry.key]
        return type(self)(entries=tuple(sorted([*others, entry], key=lambda each: each.key)))


def read_results(path: Path) -> Results:
    """The results in a JSON file; none where there is no file, DataError for a damaged one."""
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
