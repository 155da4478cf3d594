"""The search loop: run trials until the study has enough of them or the time is over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from filelock import FileLock
from optuna import TrialPruned
from optuna.trial import FrozenTrial, Trial, TrialState

from gemel.data import open_data
from gemel.errors import GemelError, RecipeError, RunError
from gemel.measure.prepared import Prepared
from gemel.planning.make_plan import prepare_and_resolve
from gemel.progress import Progress, quiet
from gemel.recipe.files import load_recipe, recipe_text
from gemel.recipe.ranges import Value
from gemel.recipe.schema import Recipe
from gemel.tuning.space import check_space, own_values, with_values
from gemel.tuning.study import SharedStudy, open_study
from gemel.tuning.trial import carry_out, plan_of
from gemel.whole_file import write_text

REDRAWN = 300
"""Consecutive invalid suggestions after which a search gives up."""
POLL_SECONDS = 1.0
"""Seconds between two checks of the trials of other processes."""


@final
@dataclass(frozen=True)
class SearchRequest:
    """The request of a search.

    `trials` is the total of the study, over all processes. `minutes` limits this process; a trial
    under way at the end is still finished.
    """

    data: str
    recipe: str
    out: Path
    study: Path
    changes: Sequence[str] = ()
    trials: int | None = None
    minutes: float | None = None


@final
@dataclass(frozen=True)
class SearchResult:
    """The result of a study: the number of trials by outcome, and the best trial."""

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
    """A study, and what all of its trials share."""

    study: SharedStudy
    recipe: Recipe
    prepared: Prepared
    request: SearchRequest
    progress: Progress

    def run(self) -> SearchResult:
        """Run trials until the study has enough of them, or the time is over."""
        with self.study.alone():
            if not self.study.optuna.get_trials(deepcopy=False):
                self.study.optuna.enqueue_trial(own_values(self.recipe))
        until = time.monotonic() + 60 * (self.request.minutes or float("inf"))
        most = self.request.trials or float("inf")
        told = False
        while time.monotonic() < until and len(self.study.finished()) < most:
            begun = self._begin_trial(most)
            if begun is not None:
                self._run_locked(*begun)
                continue
            if not told:  # wait, since a trial whose process is killed is to be replaced
                self.progress.say("waiting for the last trials, which other processes are running")
                told = True
            time.sleep(POLL_SECONDS)
        return self.result()

    def _begin_trial(self, most: float) -> tuple[Trial, FileLock] | None:
        """A new trial and its lock, held; None while other processes run the last trials."""
        with self.study.alone():
            others = self.study.running()
            if len(self.study.finished()) + len(others) >= most:
                return None
            trial = self.study.next_trial(self.recipe)
            lock = self.study.lock_of(trial.number)
            lock.acquire()
            return trial, lock

    def _run_locked(self, trial: Trial, lock: FileLock) -> None:
        """Run a trial and release its lock; a trial that is interrupted does not count."""
        try:
            self._run_trial(trial)
        finally:
            lock.release()
            Path(lock.lock_file).unlink(missing_ok=True)

    def _run_trial(self, trial: Trial) -> None:
        """Run one trial and tell the study its outcome.

        Suggestions that make no valid network do not count as trials: within Koch's ranges nine in
        ten do not. Raises `RecipeError` after `REDRAWN` such suggestions in a row.
        """
        folder = self.request.out / "trials" / f"{trial.number:05}"
        try:
            plan = plan_of(trial, self.recipe, self.prepared)
        except GemelError as error:
            trial.set_user_attr("refused", str(error))
            self.study.optuna.tell(trial, state=TrialState.FAIL)
            self._refuse_hopeless()
            return
        try:
            value = carry_out(trial, plan, self.prepared, folder, self.progress)
        except TrialPruned:
            self.study.optuna.tell(trial, state=TrialState.PRUNED)
        except GemelError as error:
            trial.set_user_attr("failure", str(error))
            self.study.optuna.tell(trial, state=TrialState.FAIL)
        else:
            self.study.optuna.tell(trial, value)
            self._keep_best()
        self.progress.say(self._outcome(trial.number))

    def _refuse_hopeless(self) -> None:
        latest = self.study.optuna.get_trials(deepcopy=False)[-REDRAWN:]
        if len(latest) == REDRAWN and all("refused" in trial.user_attrs for trial in latest):
            raise RecipeError(
                f"[tune] must allow settings that can be trained, and none of {REDRAWN:,} draws "
                "can be: change its ranges or the recipe. The last one failed: "
                f"{latest[-1].user_attrs['refused']}"
            )

    def _keep_best(self) -> None:
        """Write best.toml, the best recipe so far, ready for `gemel train --recipe`.

        A trial is scored by its best validation, so the recipe keeps the weights of that one.
        """
        best = with_values(self.recipe, self.study.optuna.best_trial.params)
        name = f"{self.recipe.name}-tuned"
        kept = best.training.keep if best.training.keep != "auto" else "best"
        training = best.training.model_copy(update={"keep": kept})
        own: dict[str, Any] = {"name": name, "tune": {}, "reproduction": None, "training": training}
        best = best.model_copy(update=own)
        write_text(self.request.out / "best.toml", recipe_text(best))

    def _outcome(self, number: int) -> str:
        trial = self.study.optuna.trials[number]
        match trial.state:
            case TrialState.COMPLETE:
                best = self.study.optuna.best_trial
                end = f"{self._figure} {trial.value:.4f}, best {best.value:.4f} ({best.number})"
            case TrialState.PRUNED:
                end = "pruned, worse than the median of the others"
            case _:
                end = f"failed: {trial.user_attrs['failure']}"
        return f"trial {number}: {end}"

    @property
    def _figure(self) -> str:
        return self.recipe.validation.figure

    def result(self) -> SearchResult:
        """The result so far. Raises `RunError` where no trial has completed."""
        ended = self.study.finished()
        complete = _in_state(ended, TrialState.COMPLETE)
        failed = _in_state(ended, TrialState.FAIL)
        if not complete:
            raise RunError(
                f"none of {len(ended)} trials was completed"
                + (f"; the last one failed: {failed[-1].user_attrs['failure']}" if failed else "")
                + ". Ask for more --trials or --minutes, or change the ranges in [tune]"
            )
        best = self.study.optuna.best_trial
        assert best.value is not None
        self._keep_best()  # the best may be of another process, with another --out
        return SearchResult(
            study=self.request.study,
            recipe=self.request.out / "best.toml",
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


@quiet("optuna")
def tune(request: SearchRequest, progress: Progress) -> SearchResult:
    """Create or continue the study of a recipe on data, and search.

    Raises `RecipeError` for a recipe without ranges or a study of another recipe, `RunError` for a
    file that is not a study or is in the way of the trials, `DataError` for unsuitable data.
    """
    recipe = load_recipe(request.recipe, request.changes)
    check_space(recipe)
    alike = request.out.resolve() == request.study.resolve()
    if alike or request.out.is_file():
        ending = (
            f"give the study an ending, as in --study {request.study.with_suffix('.jsonl')}, or "
        )
        raise RunError(
            f"the trials of a search need a folder, and {request.out} is a file: "
            f"{ending if alike else ''}name another folder with --out"
        )
    dataset = open_data(request.data)
    data = {"name": dataset.name, "fingerprint": dataset.fingerprint()}
    study = open_study(request.study, recipe, data)
    prepared, _ = prepare_and_resolve(dataset, recipe, progress)
    return Search(study, recipe, prepared, request, progress).run()
