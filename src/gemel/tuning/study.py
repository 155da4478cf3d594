"""A study: all trials of one search, in one file that several processes may write to.

Optuna's journal: a line of JSON for each thing that happens, so a killed process loses its own
trial and nothing else.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import TypeAlias

import optuna
from filelock import FileLock, Timeout
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from gemel.errors import DataError, RecipeError, RunError
from gemel.recipe import Recipe

NAME = "gemel"
STARTUP_TRIALS = 5
"""Before anything is called hopeless."""
FIRST_DOUBT = 3
"""The validation from which on a trial may be given up: everyone may begin slowly."""

Belonging: TypeAlias = dict[str, str]
"""What a study is about: the data's name and fingerprint."""


def open_study(path: Path, recipe: Recipe, data: Belonging) -> Study:
    """The study in a file, new or begun before.

    Raises `RunError` for a file that is no study, and `RecipeError` for a study of another recipe
    or of other data: their figures cannot be compared.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with alone(path):
            return _opened(path, recipe, data)
    except OSError as error:
        raise DataError(f"the study {path} must be writable, got: {error.strerror}") from error


def _opened(path: Path, recipe: Recipe, data: Belonging) -> Study:
    try:
        _check_is_study(path)
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(path))),
            study_name=NAME,
            load_if_exists=True,
            direction="minimize" if recipe.validation.figure == "eer" else "maximize",
            pruner=optuna.pruners.MedianPruner(STARTUP_TRIALS, FIRST_DOUBT),
        )
        about = study.user_attrs
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(
            f"{path} must be a study as `gemel tune` writes it, and cannot be read as one: choose "
            "another --study"
        ) from error
    if not about:
        study.set_user_attr("recipe", told(recipe))
        study.set_user_attr("data", data)
    else:
        _check_belongs(path, about, recipe, data)
    return study


def _check_is_study(path: Path) -> None:
    """Before Optuna writes to it: raises `ValueError` or `KeyError` for any other file."""
    if path.exists() and path.stat().st_size:
        with path.open(encoding="utf-8") as file:
            json.loads(file.readline())["op_code"]


def told(recipe: Recipe) -> dict[str, object]:
    """All of a recipe that decides what its trials give."""
    return recipe.model_dump(
        mode="json", exclude_none=True, exclude={"about", "small", "reproduction"}
    )


def _check_belongs(path: Path, about: dict[str, object], recipe: Recipe, data: Belonging) -> None:
    begun, now = about["recipe"], told(recipe)
    assert isinstance(begun, dict)
    changed = sorted(key for key in begun.keys() | now.keys() if begun.get(key) != now.get(key))
    if changed:
        raise RecipeError(
            f"the study {path} is of recipe {begun.get('name')}, and recipe {recipe.name} differs "
            f"from it in {', '.join(changed)}: choose another --study, or give the recipe and "
            "--set as they were"
        )
    if about["data"] != data:
        raise RecipeError(
            f"the study {path} was made on other data than {data['name']} is now: choose another "
            "--study"
        )


def alone(path: Path) -> FileLock:
    """The lock that is held while the study at `path` is opened, or a trial of it begun."""
    return FileLock(f"{path}.opening")  # Optuna has a .lock of its own


def lock_of(path: Path, number: int) -> FileLock:
    """The lock that a process holds while it runs a trial of the study at `path`, until it ends."""
    return FileLock(f"{path}.{number}.lock", timeout=0)


def next_trial(study: Study, recipe: Recipe) -> Trial:
    """A trial of this process: what it tries depends on the seed, its number, those before it."""
    trial = study.ask()
    trial.set_user_attr("process", os.getpid())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.sampler = optuna.samplers.TPESampler(
            seed=recipe.seed * 1_000_003 + trial.number, constant_liar=True
        )
    return trial


def running(study: Study, path: Path) -> list[FrozenTrial]:
    """The trials that other processes are running, on any machine that shares the file.

    Those of processes that are gone are marked as failed.
    """
    alive = []
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        lock = lock_of(path, trial.number)
        try:
            with lock:
                study.tell(trial.number, state=TrialState.FAIL)
        except Timeout:
            alive.append(trial)
        else:
            Path(lock.lock_file).unlink(missing_ok=True)
    return alive


def finished(study: Study) -> list[FrozenTrial]:
    """Trials that came to an end of their own: with a figure, as hopeless, or by failing."""
    states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
    trials = study.get_trials(deepcopy=False, states=states)
    return [
        trial for trial in trials if trial.state != TrialState.FAIL or "failure" in trial.user_attrs
    ]
