"""One training of a reproduction: a recipe with its seed and fold, in a folder of its own.

The folder is named for what decides the training, so that a finished one is used again for an
identical recipe on identical data, and never for another.
"""

from __future__ import annotations

import json
import shutil
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
from gemel.recipe.schema import AFTERWARDS, WORDS
from gemel.reproduction.circumstances import commit, machine
from gemel.run import Run
from gemel.training.train import Order, train
from gemel.whole_file import write_text


@final
class Record(BaseModel):
    """How a finished training came about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: str
    machine: str
    date: str
    seconds: float
    cpu_seconds: float


@final
@dataclass(frozen=True)
class Unit:
    """`source` and `changes` are as `gemel train` takes them; `recipe` is what they come to."""

    data: str
    source: str
    changes: tuple[str, ...]
    recipe: Recipe
    path: Path

    def carried_out(self, progress: Progress) -> tuple[Run, Record]:
        """Trained to its end, by this call or by an earlier one that this one goes on with."""
        run = Run(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock"):
            record = self._record()
            if record is None:
                record = self._trained(run, progress)
            elif load_recipe(run.recipe).test_time != self.recipe.test_time:
                record = self._made_anew(record, progress)
            else:
                progress.say(f"{self.path} is finished already and is used as it is")
        return run, record

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
        write_text(self._record_path, record.model_dump_json(indent=2) + "\n")
        return record

    def _made_anew(self, record: Record, progress: Progress) -> Record:
        """The matcher of a finished training, for a recipe that looks at pictures otherwise."""
        made_by = commit()
        self._record_path.unlink()  # killed from here on, it is no longer finished
        train(Order(self.data, self.source, self.changes, self.path, resume=True), progress)
        record = record.model_copy(update={"commit": f"{record.commit}, {made_by}"})
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
    tree = recipe.model_dump(mode="json", exclude={*WORDS, *AFTERWARDS, "seed"}, exclude_none=True)
    tree["split"]["fold"] = 0
    told = json.dumps([tree, dataset.fingerprint()], sort_keys=True)
    return sha256(told.encode()).hexdigest()[:8]
