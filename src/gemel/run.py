"""The folder that training writes: its files, its learning curves, and how runs are found."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import final

from gemel.errors import RunError
from gemel.whole_file import user_path, write_text, writing

LOCK = ".lock"
"""Lock file in a run's folder, held while training writes there."""


@final
@dataclass(frozen=True)
class Run:
    """Paths of one run. Every file in it is written atomically."""

    path: Path

    def __fspath__(self) -> str:
        """Makes a run a path-like object, as in `gemel.load(gemel.train(...))`."""
        return str(self.path)

    @property
    def recipe(self) -> Path:
        """The whole recipe, which trains the same again."""
        return self.path / "recipe.toml"

    @property
    def data(self) -> Path:
        """The training data: their source, fingerprint and split."""
        return self.path / "data.json"

    @property
    def learned(self) -> Path:
        """Digests of the items seen in training and calibration."""
        return self.path / "learned.npy"

    @property
    def matcher(self) -> Path:
        """The folder of the matcher, which works without the rest of the run."""
        return self.path / "matcher"

    @property
    def history(self) -> Path:
        """The learning curves as CSV, a line per validation (see `read_history`)."""
        return self.path / "history.csv"

    @property
    def metrics(self) -> Path:
        """The figures of the test items as JSON, by protocol."""
        return self.path / "metrics.json"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def lock(self) -> Path:
        return self.path / LOCK

    @property
    def last_checkpoint(self) -> Path:
        return self.checkpoints / "last.safetensors"

    @property
    def best_checkpoint(self) -> Path:
        return self.checkpoints / "best.safetensors"

    @property
    def finished(self) -> bool:
        """Whether training has completed here at least once."""
        return self.metrics.is_file()

    def is_on(self, source: str) -> bool:
        """Whether it was trained on the data at this path, or of this built-in name."""
        try:
            recorded: object = json.loads(self.data.read_text("utf-8"))["source"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return recorded == source

    @staticmethod
    def around(path: str | Path) -> Run | None:
        """The run at its own folder or at that of its matcher; None if there is none."""
        own = user_path(path)
        runs = [run for run in (Run(own), Run(own.parent)) if own in (run.path, run.matcher)]
        return next((run for run in runs if run.recipe.is_file()), None)

    @staticmethod
    def opened(path: str | Path) -> Run:
        """The run at its own folder or at that of its matcher; `RunError` if there is none."""
        run = Run.around(path)
        if run is None:
            raise RunError(
                f"a run is a folder with recipe.toml, as `gemel train` leaves it; {path} is not "
                "one. Give the folder that training named, for example runs/digits"
            )
        return run

    @staticmethod
    def new(path: Path) -> Run:
        """A run to be created; `RunError` if `path` exists and is not a free folder."""
        if path.exists() and not (path.is_dir() and _is_free(path)):
            raise RunError(
                f"a new run needs a folder that is not in use, and {path} exists: choose another "
                "--out, or continue an unfinished run with --resume"
            )
        return Run(path)

    @staticmethod
    def unused(parent: Path, name: str) -> Run:
        """Creates and returns the first of name, name-2, name-3, … that does not exist."""
        with writing(parent):
            parent.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            path = parent / (name if number == 1 else f"{name}-{number}")
            with writing(path), suppress(FileExistsError):
                path.mkdir()
                return Run(path)
        raise AssertionError("numbers do not end")

    @staticmethod
    def latest(parent: Path, name: str, source: str) -> Run:
        """The run to resume among name, name-2, name-3, … trained on `source`.

        The newest unfinished one, or the newest if all have finished. Raises `RunError` if there is
        none.
        """
        numbered = re.compile(re.escape(name) + r"(-\d+)?")
        found = [
            run
            for run in map(Run, parent.glob("*"))
            if numbered.fullmatch(run.path.name) and run.recipe.is_file() and run.is_on(source)
        ]
        if not found:
            raise RunError(
                f"there is no run of {name} in {parent} to resume: leave out --resume, or name the "
                "run with --out"
            )
        return max(found, key=lambda run: (not run.finished, run.recipe.stat().st_mtime))


def write_history(path: Path, rows: Sequence[Mapping[str, float]]) -> None:
    """Write the learning curves as CSV, one line per validation; no reader sees half a file."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def read_history(path: Path) -> list[dict[str, float]]:
    """The learning curves, one row per validation; none if there is no file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {key: float(value) for key, value in row.items() if value}
            for row in csv.DictReader(file)
        ]


def _is_free(folder: Path) -> bool:
    """Whether it is empty, or all that a training left which was killed before its recipe."""
    names = {file.name for file in folder.iterdir()}
    shown = {name for name in names if not name.startswith(".")}
    return not names or (
        LOCK in names and shown <= {Run(folder).data.name, Run(folder).learned.name}
    )
