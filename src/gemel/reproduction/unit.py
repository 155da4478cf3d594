"""One training of a reproduction: a recipe with its seed and fold, in a folder of its own.

The folder is named for what decides its weights, so that a finished training is used again for an
identical recipe on identical data. For a recipe that differs in `test_time` alone the matcher of
these weights is made anew; for any other there is another folder.
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
from gemel.matcher import load
from gemel.progress import Progress
from gemel.recipe import Recipe, load_recipe
from gemel.recipe.schema import WORDS
from gemel.reproduction.commit import commit
from gemel.run import Run
from gemel.training.machine import machine
from gemel.training.order import Order
from gemel.training.train import train
from gemel.whole_file import write_text


@final
class Record(BaseModel):
    """How a finished training came about; `whole` is false while its matcher is made anew."""

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
    """`source` and `changes` are as `gemel train` takes them; `recipe` is what they come to."""

    data: str
    source: str
    changes: tuple[str, ...]
    recipe: Recipe
    path: Path

    @property
    def about(self) -> str:
        """Which of the trainings it is, in words."""
        folds = self.recipe.split.folds
        fold = f", fold {self.recipe.split.fold + 1} of {folds}" if folds else ""
        return f"Seed {self.recipe.seed}{fold}"

    @contextmanager
    def carried_out(self, progress: Progress) -> Iterator[tuple[Run, Record]]:
        """Trained to its end, by this call or by an earlier one that this one goes on with.

        As long as the caller measures it nobody else gives it another matcher.
        """
        run = Run(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock"):
            record = self._record()
            if record is None:
                record = self._trained(run, progress)
            elif not record.whole or load_recipe(run.recipe).test_time != self.recipe.test_time:
                record = self._made_anew(run, record, progress)
            else:
                progress.say(f"{self.path} is finished already and is used as it is")
            yield run, record

    def _trained(self, run: Run, progress: Progress) -> Record:
        own_commit = commit()  # of the code that is running, whatever is edited meanwhile
        resume = run.recipe.is_file()
        if not resume:
            shutil.rmtree(self.path, ignore_errors=True)  # killed before its first step
        train(Order(self.data, self.source, self.changes, self.path, resume), progress)
        about = load(self.path).file.provenance
        record = Record(
            commit=own_commit,
            machine=machine(),
            date=datetime.now(UTC).date().isoformat(),
            seconds=about["training_seconds"],
            cpu_seconds=about["training_cpu_seconds"],
        )
        return self._keep(record)

    def _made_anew(self, run: Run, record: Record, progress: Progress) -> Record:
        """The matcher of a finished training, for a recipe that looks at pictures otherwise."""
        if not run.last_checkpoint.is_file():
            return self._trained(run, progress)
        made_by = commit()
        self._keep(record.model_copy(update={"whole": False}))
        train(Order(self.data, self.source, self.changes, self.path, resume=True), progress)
        commits = dict.fromkeys([*record.commit.split(", "), made_by])
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
    """A short name for all that decides a training's weights, but for its seed and fold."""
    tree = recipe.model_dump(mode="json", exclude={*WORDS, "test_time", "seed"}, exclude_none=True)
    tree["split"]["fold"] = 0
    told = json.dumps([tree, dataset.fingerprint()], sort_keys=True)
    return sha256(told.encode()).hexdigest()[:8]
