"""A study: all trials of one search, in one file that several processes may write to.

The file is Optuna's journal, one line of JSON per event, so a killed process loses only its own
trial.
"""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, final

import optuna
from filelock import FileLock, Timeout
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from gemel.errors import DataError, RecipeError, RunError
from gemel.recipe.schema import WORDS, Recipe

NAME = "gemel"
STARTUP_TRIALS = 5
"""Completed trials before pruning starts."""
FIRST_PRUNED = 3
"""The first validation at which a trial may be pruned: good ones may start slowly."""

Belonging: TypeAlias = dict[str, str]
"""Name and fingerprint of the data of a study."""


@final
@dataclass(frozen=True)
class SharedStudy:
    """A study, and the file that processes on any machine write it to."""

    optuna: Study
    path: Path

    def alone(self) -> FileLock:
        """The lock to hold while beginning a trial."""
        return _alone(self.path)

    def lock_of(self, number: int) -> FileLock:
        """The lock that a process holds while it runs a trial."""
        return FileLock(f"{self.path}.{number}.lock", timeout=0)

    def next_trial(self, recipe: Recipe) -> Trial:
        """Begin a trial; its suggestions depend on the seed, its number and the earlier trials."""
        trial = self.optuna.ask()
        trial.set_user_attr("process", os.getpid())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            self.optuna.sampler = optuna.samplers.TPESampler(
                seed=recipe.seed * 1_000_003 + trial.number, constant_liar=True
            )
        return trial

    def running(self) -> list[FrozenTrial]:
        """Trials that other processes are running.

        Trials whose process has died are marked as failed.
        """
        alive = []
        for trial in self.optuna.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            lock = self.lock_of(trial.number)
            try:
                with lock:
                    self.optuna.tell(trial.number, state=TrialState.FAIL)
            except Timeout:
                alive.append(trial)
            else:
                Path(lock.lock_file).unlink(missing_ok=True)
        return alive

    def finished(self) -> list[FrozenTrial]:
        """Trials that were completed, pruned, or failed in training; not those cut off."""
        states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
        trials = self.optuna.get_trials(deepcopy=False, states=states)
        return [
            trial
            for trial in trials
            if trial.state != TrialState.FAIL or "failure" in trial.user_attrs
        ]


def open_study(path: Path, recipe: Recipe, data: Belonging) -> SharedStudy:
    """Open the study in a file, or create it.

    Raises `RunError` for a file that is not a study, `DataError` where it cannot be written, and
    `RecipeError` for a study of another recipe or other data, whose figures are not comparable.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            return SharedStudy(_opened(path, recipe, data), path)
    except OSError as error:
        raise DataError(f"the study {path} must be writable, got: {error.strerror}") from error


def _alone(path: Path) -> FileLock:
    """The lock to hold while opening the study at `path`."""
    return FileLock(f"{path}.opening")  # Optuna uses .lock itself


def _opened(path: Path, recipe: Recipe, data: Belonging) -> Study:
    try:
        _check_is_study(path)
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(path))),
            study_name=NAME,
            load_if_exists=True,
            direction="minimize" if recipe.validation.figure == "eer" else "maximize",
            pruner=optuna.pruners.MedianPruner(STARTUP_TRIALS, FIRST_PRUNED),
        )
        about = study.user_attrs
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(
            f"{path} must be a study as `gemel tune` writes it, and cannot be read as one: choose "
            "another --study"
        ) from error
    if not about:
        study.set_user_attr("recipe", trial_settings(recipe))
        study.set_user_attr("data", data)
    else:
        _check_belongs(path, about, recipe, data)
    return study


def _check_is_study(path: Path) -> None:
    """Raise `ValueError` or `KeyError` for any other file, before Optuna writes to it."""
    if path.exists() and path.stat().st_size:
        with path.open(encoding="utf-8") as file:
            json.loads(file.readline())["op_code"]


def trial_settings(recipe: Recipe) -> dict[str, object]:
    """The parts of a recipe that affect its trials, as JSON values."""
    return recipe.model_dump(mode="json", exclude_none=True, exclude=set(WORDS))


def _check_belongs(path: Path, about: dict[str, object], recipe: Recipe, data: Belonging) -> None:
    begun, now = about["recipe"], trial_settings(recipe)
    assert isinstance(begun, dict)
    changed = sorted(key for key in begun.keys() | now.keys() if begun.get(key) != now.get(key))
    if changed:
        raise RecipeError(
            f"the study {path} is of recipe {begun.get('name')}, and recipe {recipe.name} differs "
            f"from it in {', '.join(changed)}: choose another --study, or repeat the command with "
            "the recipe and --set that began it"
        )
    if about["data"] != data:
        raise RecipeError(
            f"the study {path} was made on other data than {data['name']} is now: choose another "
            "--study"
        )
