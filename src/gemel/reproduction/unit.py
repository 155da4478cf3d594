"""One training of a reproduction: a recipe with its seed and fold, in a folder of its own.

The folder's name is a digest of all that determines the weights, so a finished training is reused
for the same recipe and data. A recipe that differs in `test_time` alone shares the folder: its
matcher is exported again from the same weights.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import final

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from gemel.data import Dataset
from gemel.export.machine import machine
from gemel.matcher import load
from gemel.progress import Progress
from gemel.recipe.files import load_recipe
from gemel.recipe.schema import WORDS, Recipe
from gemel.reproduction.commit import commit
from gemel.run import Run
from gemel.training.request import TrainingRequest
from gemel.training.train import train
from gemel.whole_file import write_text


@final
class Record(BaseModel):
    """Where and when a training was finished; `whole` is false while its matcher is replaced."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: str
    machine: str
    date: str
    seconds: float
    cpu_seconds: float
    whole: bool = True


@final
@dataclass(frozen=True)
class Unit:
    """One training; `source` and `changes` are those of `gemel train`, and `recipe` the result."""

    data: str
    source: str
    changes: tuple[str, ...]
    recipe: Recipe
    path: Path

    @property
    def about(self) -> str:
        """The seed and the fold in words."""
        folds = self.recipe.split.folds
        fold = f", fold {self.recipe.split.fold + 1} of {folds}" if folds else ""
        return f"Seed {self.recipe.seed}{fold}"

    @contextmanager
    def carried_out(self, progress: Progress) -> Iterator[tuple[Run, Record]]:
        """Train, resume or reuse this unit, and lock its folder while the caller measures it."""
        run = Run(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock"):
            record = self._record()
            if record is None:
                record = self._trained(run, progress)
            elif not record.whole or load_recipe(run.recipe).test_time != self.recipe.test_time:
                record = self._exported_again(run, record, progress)
            else:
                progress.say(f"{self.path} is finished and is used as it is")
            yield run, record

    def _trained(self, run: Run, progress: Progress) -> Record:
        own_commit = commit()  # before training, since files may be edited meanwhile
        resume = run.recipe.is_file()
        if not resume:
            shutil.rmtree(self.path, ignore_errors=True)  # killed before its first step
        train(TrainingRequest(self.data, self.source, self.changes, self.path, resume), progress)
        about = load(self.path).file.provenance
        record = Record(
            commit=own_commit,
            machine=machine(),
            date=datetime.now(UTC).date().isoformat(),
            seconds=about["training_seconds"],
            cpu_seconds=about["training_cpu_seconds"],
        )
        return self._keep(record)

    def _exported_again(self, run: Run, record: Record, progress: Progress) -> Record:
        """Export the matcher of a finished training again, for a recipe with other `test_time`."""
        if not run.last_checkpoint.is_file():
            return self._trained(run, progress)
        own_commit = commit()
        self._keep(record.model_copy(update={"whole": False}))
        train(
            TrainingRequest(self.data, self.source, self.changes, self.path, resume=True), progress
        )
        commits = dict.fromkeys([*record.commit.split(", "), own_commit])
        today = datetime.now(UTC).date().isoformat()
        return self._keep(
            record.model_copy(update={"commit": ", ".join(commits), "date": today, "whole": True})
        )

    def _keep(self, record: Record) -> Record:
        write_text(self._record_path, record.model_dump_json(indent=2) + "\n")
        return record

    @property
    def _record_path(self) -> Path:
        return self.path / "reproduction.json"

    def _record(self) -> Record | None:
        try:
            return Record.model_validate_json(self._record_path.read_text("utf-8"))
        except (OSError, ValidationError):
            return None


def digest(recipe: Recipe, dataset: Dataset) -> str:
    """Digest of all that determines a training's weights, except for its seed and fold."""
    tree = recipe.model_dump(mode="json", exclude={*WORDS, "test_time", "seed"}, exclude_none=True)
    tree["split"]["fold"] = 0
    text = json.dumps([tree, dataset.fingerprint()], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:8]
