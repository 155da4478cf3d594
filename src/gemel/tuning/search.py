"""The search itself: trial after trial, until there are enough or the time is over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from filelock import FileLock
from optuna import TrialPruned
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from gemel.data import open_data
from gemel.errors import GemelError, RecipeError, RunError
from gemel.measure.prepared import Prepared
from gemel.progress import Progress
from gemel.recipe import Recipe, load_recipe, recipe_text
from gemel.recipe.ranges import Value
from gemel.training.train import prepare_for
from gemel.tuning.space import check_space, own_values, with_values
from gemel.tuning.study import alone, finished, lock_of, next_trial, open_study, running
from gemel.tuning.trial import carry_out, plan_of
from gemel.whole_file import write_text

REDRAWN = 300
"""Draws that make no network before a search is given up."""
PATIENCE = 1.0
"""Seconds between two looks at how other processes are getting on."""


@final
@dataclass(frozen=True)
class Order:
    """What the caller asked for. `trials` counts those of the whole study, `minutes` this search;
    a trial that is under way when the time is over is finished."""

    data: str
    recipe: str
    out: Path
    study: Path
    changes: Sequence[str] = ()
    trials: int | None = None
    minutes: float | None = None


@final
@dataclass(frozen=True)
class Found:
    """What a study has come to: how many trials ended how, and the best of them."""

    study: Path
    recipe: Path
    figure: str
    complete: int
    pruned: int
    failed: int
    trial: int
    value: float
    settings: dict[str, Value]


@final
@dataclass(frozen=True)
class Search:
    """A study and all that its trials have in common."""

    study: Study
    recipe: Recipe
    prepared: Prepared
    order: Order
    progress: Progress

    def run(self) -> Found:
        """Goes on until the study has its trials, or the time is over."""
        with alone(self.order.study):
            if not self.study.get_trials(deepcopy=False):
                self.study.enqueue_trial(own_values(self.recipe))
        until = time.monotonic() + 60 * (self.order.minutes or float("inf"))
        most = self.order.trials or float("inf")
        told = False
        while time.monotonic() < until and len(finished(self.study)) < most:
            begun = self._begun(most)
            if begun is not None:
                self._one(*begun)
                continue
            if not told:  # they may be killed yet, and are stood in for then
                self.progress.say("waiting for the last trials, which other processes are running")
                told = True
            time.sleep(PATIENCE)
        return self.found()

    def _begun(self, most: float) -> tuple[Trial, FileLock] | None:
        """The next trial and its lock; None while other processes are running the last ones."""
        with alone(self.order.study):
            others = running(self.study, self.order.study)
            if len(finished(self.study)) + len(others) >= most:
                return None
            trial = next_trial(self.study, self.recipe)
            lock = lock_of(self.order.study, trial.number)
            lock.acquire()
            return trial, lock

    def _one(self, trial: Trial, lock: FileLock) -> None:
        """Runs a trial and frees its lock: one that was stopped halfway does not count."""
        try:
            self._tried(trial)
        finally:
            lock.release()
            Path(lock.lock_file).unlink(missing_ok=True)

    def _tried(self, trial: Trial) -> None:
        """Settings that make no network count as no trial: of Koch's ranges these are nine in ten.

        Raises `RecipeError` where `REDRAWN` draws have made none.
        """
        folder = self.order.out / "trials" / f"{trial.number:05}"
        try:
            plan = plan_of(trial, self.recipe, self.prepared)
        except GemelError as error:
            trial.set_user_attr("refused", str(error))
            self.study.tell(trial, state=TrialState.FAIL)
            self._refuse_hopeless()
            return
        try:
            value = carry_out(trial, plan, self.prepared, folder, self.progress)
        except TrialPruned:
            self.study.tell(trial, state=TrialState.PRUNED)
        except GemelError as error:
            trial.set_user_attr("failure", str(error))
            self.study.tell(trial, state=TrialState.FAIL)
        else:
            self.study.tell(trial, value)
            self._keep_best()
        self.progress.say(self._told(trial.number))

    def _refuse_hopeless(self) -> None:
        latest = self.study.get_trials(deepcopy=False)[-REDRAWN:]
        if len(latest) == REDRAWN and all("refused" in trial.user_attrs for trial in latest):
            raise RecipeError(
                f"of {REDRAWN:,} draws from [tune] none can be trained: mend its ranges, or the "
                f"recipe. The last: {latest[-1].user_attrs['refused']}"
            )

    def _keep_best(self) -> None:
        """The best recipe as a file, ready for `gemel train --recipe`.

        A trial is worth its best validation, so the recipe keeps the weights of that.
        """
        best = with_values(self.recipe, self.study.best_trial.params)
        name = f"{self.recipe.name}-tuned"
        kept = best.training.keep if best.training.keep != "auto" else "best"
        training = best.training.model_copy(update={"keep": kept})
        own: dict[str, Any] = {"name": name, "tune": {}, "reproduction": None, "training": training}
        best = best.model_copy(update=own)
        write_text(self.order.out / "best.toml", recipe_text(best))

    def _told(self, number: int) -> str:
        trial = self.study.trials[number]
        match trial.state:
            case TrialState.COMPLETE:
                best = self.study.best_trial
                end = f"{self._figure} {trial.value:.4f}, best {best.value:.4f} ({best.number})"
            case TrialState.PRUNED:
                end = "given up, behind half of the others"
            case _:
                end = f"failed: {trial.user_attrs['failure']}"
        return f"trial {number}: {end}"

    @property
    def _figure(self) -> str:
        return self.recipe.validation.figure

    def found(self) -> Found:
        """Raises `RunError` where no trial has come to a figure."""
        ended = finished(self.study)
        complete = _in_state(ended, TrialState.COMPLETE)
        failed = _in_state(ended, TrialState.FAIL)
        if not complete:
            raise RunError(
                f"none of {len(ended)} trials came to a figure"
                + (f"; the last one failed: {failed[-1].user_attrs['failure']}" if failed else "")
                + ". Ask for more --trials or --minutes, or mend the ranges in [tune]"
            )
        best = self.study.best_trial
        assert best.value is not None
        self._keep_best()  # of other processes too, and wherever this one is to write it
        return Found(
            study=self.order.study,
            recipe=self.order.out / "best.toml",
            figure=self._figure,
            complete=len(complete),
            pruned=len(_in_state(ended, TrialState.PRUNED)),
            failed=len(failed),
            trial=best.number,
            value=best.value,
            settings=dict(best.params),
        )


def _in_state(trials: list[FrozenTrial], state: TrialState) -> list[FrozenTrial]:
    return [trial for trial in trials if trial.state == state]


def tune(order: Order, progress: Progress) -> Found:
    """Opens or begins the study of a recipe on data, and searches.

    Raises `RecipeError` for a recipe without ranges or a study of another recipe, `RunError` for a
    file that is no study or is where the trials would be, `DataError` for data that cannot serve.
    """
    recipe = load_recipe(order.recipe, order.changes)
    check_space(recipe)
    if order.out.is_file() or order.out.resolve() == order.study.resolve():
        raise RunError(
            "the trials of a search need a folder beside the file of its study, and "
            f"{order.out} is the file: give the study an ending, as in --study "
            f"{order.study.with_suffix('.jsonl')}, or name another folder with --out"
        )
    dataset = open_data(order.data)
    data = {"name": dataset.name, "fingerprint": dataset.fingerprint()}
    study = open_study(order.study, recipe, data)
    prepared, _ = prepare_for(dataset, recipe, progress)
    return Search(study, recipe, prepared, order, progress).run()
