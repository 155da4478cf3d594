"""Whole searches: what they leave behind, how they go on, and what they survive."""

from __future__ import annotations

import logging

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from searches import QUICK, START, one_process, searched

from gemel.data import open_data
from gemel.errors import RecipeError, RunError
from gemel.progress import Silent
from gemel.recipe.files import load_recipe
from gemel.run import read_history
from gemel.tuning.search import SearchRequest, tune
from gemel.tuning.space import own_values, with_values
from gemel.tuning.study import SharedStudy, open_study
from gemel.tuning.trial import TrialWatch, suggested

DATA = {"name": "made up", "fingerprint": "1"}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Two trials, then the same command with three: one more."""
    out = tmp_path_factory.mktemp("tune")
    searched(out, 2)
    searched(out, 3)
    return out


def digits():
    data = open_data("digits")
    return {"name": data.name, "fingerprint": data.fingerprint()}


def study_in(out, changes=QUICK):
    return open_study(out / "study.jsonl", load_recipe("default", changes), digits())


def test_a_search_goes_on_until_the_study_has_its_trials(out):
    trials = study_in(out).finished()
    assert [trial.number for trial in trials] == [0, 1, 2]
    assert {trial.state for trial in trials} <= {TrialState.COMPLETE, TrialState.PRUNED}


def test_the_first_trial_is_the_recipe_itself_and_others_differ(out):
    rates = [trial.params["optimizer.learning_rate"] for trial in study_in(out).finished()]
    assert rates[0] == 2e-3
    assert len(set(rates)) == 3
    assert all(1e-4 <= rate <= 1e-2 for rate in rates)


def test_what_is_searched_beside_one_choice_alone_is_drawn_again_and_again(tmp_path):
    tune = {
        "schedule.name": {"choices": ["cosine", "exponential"]},
        "schedule.factor": {"low": 0.9, "high": 0.99, "when": {"schedule.name": "exponential"}},
    }
    recipe = load_recipe("default", [("tune", tune)])
    study = open_study(tmp_path / "study.jsonl", recipe, DATA)
    study.optuna.enqueue_trial(own_values(recipe))
    for _ in range(30):
        trial = study.next_trial(recipe)
        values = suggested(recipe, trial)
        assert ("schedule.factor" in values) == (values["schedule.name"] == "exponential")
        study.optuna.tell(trial, values.get("schedule.factor", 0.5))
    assert study.optuna.trials[0].params == {"schedule.name": "cosine"}
    assert (
        with_values(recipe, study.optuna.best_params).schedule.factor
        == study.optuna.best_value
        > 0.95
    )


def test_a_trials_score_is_its_best_validation_figure(out):
    for trial in study_in(out).finished():
        if trial.state == TrialState.COMPLETE:
            history = read_history(out / "trials" / f"{trial.number:05}" / "history.csv")
            assert trial.value == max(row["auc"] for row in history)


def test_the_best_recipe_is_ready_to_train_with(out):
    best = load_recipe(out / "best.toml")
    assert best.name == "default-tuned"
    assert (
        best.optimizer.learning_rate == study_in(out).optuna.best_params["optimizer.learning_rate"]
    )
    assert best.tune == {}
    assert best.training.keeps_best, "a trial is worth its best validation"
    asked = load_recipe("default", QUICK)
    same = {key: getattr(asked, key) for key in ("optimizer", "tune", "name", "training")}
    assert best.model_copy(update=same) == asked


def test_a_search_that_has_its_trials_writes_the_best_wherever_it_is_asked_to(out, tmp_path):
    study = out / "study.jsonl"
    found = tune(SearchRequest("digits", "default", tmp_path, study, QUICK, trials=1), Silent())
    assert found.recipe == tmp_path / "best.toml"
    assert found.recipe.read_text() == (out / "best.toml").read_text()


def test_a_search_leaves_the_loggers_of_its_libraries_as_they_were(out):
    assert study_in(out).finished()
    # As these libraries set them when they are imported.
    assert logging.getLogger("optuna").level == logging.INFO
    assert logging.getLogger("lightning_fabric").level == logging.INFO


def test_no_trial_leaves_its_checkpoints(out):
    assert not list(out.glob("trials/*/checkpoints"))


def test_a_study_of_another_recipe_or_of_other_data_is_refused(out):
    with pytest.raises(RecipeError, match=r"is of recipe default, .* from it in encoder"):
        study_in(out, [*QUICK, "encoder.width=5"])
    with pytest.raises(RecipeError, match="was made on other data than made up is now"):
        open_study(out / "study.jsonl", load_recipe("default", QUICK), DATA)
    assert study_in(out, [*QUICK, "about=other words"])


def test_a_file_that_is_no_study_is_refused_and_kept(tmp_path):
    (tmp_path / "study.jsonl").write_text("a letter\n", "utf-8")
    with pytest.raises(RunError, match="must be a study as `gemel tune` writes it"):
        study_in(tmp_path)
    assert (tmp_path / "study.jsonl").read_text("utf-8") == "a letter\n"


def test_trials_that_fail_are_counted_and_survived(tmp_path):
    rates = 'tune={"optimizer.learning_rate" = {choices = [1e-3, 1e30]}}'
    found = searched(tmp_path, 4, [*QUICK[:-1], "optimizer.learning_rate=1e30", rates])
    failed = [t for t in study_in_of(tmp_path).finished() if t.state == TrialState.FAIL]
    assert found.failed == len(failed) >= 1
    assert found.complete + found.pruned + found.failed == 4
    assert found.settings == {"optimizer.learning_rate": 1e-3}
    assert "diverged" in failed[0].user_attrs["failure"]


def test_settings_that_make_no_network_are_drawn_again_and_count_as_no_trial(tmp_path):
    """On pictures of 24x24, which are pooled three times, a kernel of 18 leaves nothing."""
    kernels = 'tune={"encoder.kernels.0" = {low = 3, high = 60}}'
    koch = (
        *("input.size=[24, 24]", "encoder.name=koch", "encoder.kernels=[3, 1, 1, 1]"),
        "encoder.maps=[2, 2, 2, 2]",
        *("encoder.embedding_size=4", "training.epochs=1", "batch.size=256", kernels),
    )
    found = searched(tmp_path, 4, koch)
    assert found.complete + found.pruned == 4
    assert found.failed == 0
    drawn = study_in_of(tmp_path).optuna.trials
    assert any(trial.params["encoder.kernels.0"] > 17 for trial in drawn)
    assert all(
        trial.params["encoder.kernels.0"] <= 17 for trial in study_in_of(tmp_path).finished()
    )


def test_ranges_that_make_no_network_at_all_end_the_search(tmp_path, monkeypatch):
    monkeypatch.setattr("gemel.tuning.search.REDRAWN", 5)
    koch = (
        *("encoder.name=koch", "encoder.kernels=[3, 9, 1, 1]", "training.epochs=1"),
        'tune={"encoder.kernels.0" = {low = 3, high = 60}}',
    )
    with pytest.raises(
        RecipeError, match=r"\[tune\] must allow .* none of 5 draws can be: .* koch"
    ):
        searched(tmp_path, 4, koch)


def study_in_of(out):
    path = out / "study.jsonl"
    storage = JournalStorage(JournalFileBackend(str(path)))
    return SharedStudy(optuna.load_study(study_name="gemel", storage=storage), path)


def test_where_every_trial_fails_the_last_reason_is_told(tmp_path):
    rates = 'tune={"optimizer.learning_rate" = {choices = [1e29, 1e30]}}'
    with pytest.raises(RunError, match="none of 2 trials was completed; the last one failed: "):
        searched(tmp_path, 2, [*QUICK[:-1], rates])


def test_a_trial_behind_half_of_its_elders_is_given_up(tmp_path):
    recipe = load_recipe("default", QUICK)
    study = open_study(tmp_path / "study.jsonl", recipe, DATA)
    for value in (0.7, 0.75, 0.8, 0.85, 0.9):
        trial = study.optuna.ask()
        for step in range(1, 6):
            trial.report(value, step)
        study.optuna.tell(trial, value)

    class Counters:
        warnings: tuple[str, ...] = ()
        history: tuple[dict[str, float], ...] = ()

    def reported(auc, validations):
        watch, counters = TrialWatch(study.next_trial(recipe), recipe), Counters()
        for _ in range(validations):
            counters.history = (*counters.history, {"auc": auc})
            watch(counters)

    Counters.warnings = ("no progress: the loss rests at 11.5",)
    reported(0.86, validations=5)
    reported(0.5, validations=2)  # everyone may begin slowly
    with pytest.raises(optuna.TrialPruned):
        reported(0.5, validations=3)
    Counters.warnings = ("collapse: the embeddings of all items coincide. Lower",)
    with pytest.raises(RunError, match="collapse: the embeddings of all items coincide"):
        reported(0.9, validations=1)


def test_a_trial_of_a_process_that_is_gone_does_not_count(tmp_path):
    recipe = load_recipe("default", QUICK)
    study = open_study(tmp_path / "study.jsonl", recipe, DATA)
    for _ in range(2):
        study.optuna.ask()
    with study.lock_of(1):
        assert [trial.number for trial in study.running()] == [1]
    states = [trial.state for trial in study.optuna.trials]
    assert states == [TrialState.FAIL, TrialState.RUNNING]
    assert study.finished() == []


def test_a_search_that_is_killed_at_its_last_trial_is_stood_in_for(tmp_path):
    """Its trial is of nobody then: no lock is held, whatever process has its number today."""
    recipe = load_recipe("default", QUICK)
    open_study(tmp_path / "study.jsonl", recipe, digits()).optuna.ask()
    assert searched(tmp_path, 1).complete == 1


def test_a_trial_that_is_stopped_counts_as_none(tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("gemel.tuning.search.carry_out", stopped)
        with pytest.raises(KeyboardInterrupt):
            searched(tmp_path, 1)
    found = searched(tmp_path, 1)
    assert (found.complete, found.failed) == (1, 0)
    assert not list(tmp_path.glob("*.lock"))


def test_two_processes_share_one_study(tmp_path):
    workers = [START.Process(target=one_process, args=(str(tmp_path), 4)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    trials = study_in(tmp_path).finished()
    assert len(trials) == 4
    assert sorted(trial.number for trial in trials) == list(range(len(trials)))
    by = {trial.user_attrs["process"] for trial in trials}
    assert by == {worker.pid for worker in workers}
    rates = [trial.params["optimizer.learning_rate"] for trial in trials]
    assert len(set(rates)) == len(trials)
    assert load_recipe(tmp_path / "best.toml")


def test_a_study_without_an_ending_leaves_the_trials_no_folder(tmp_path):
    for study in ("mine", "other"):
        (tmp_path / "other").write_text("")
        request = SearchRequest("digits", "default", tmp_path / study, tmp_path / study, QUICK, 1)
        with pytest.raises(RunError, match=rf"is a file: give the study .*{study}\.jsonl, or"):
            tune(request, Silent())


def test_a_file_in_the_way_of_the_trials_is_not_blamed_on_the_study(tmp_path):
    (tmp_path / "mine").write_text("a letter")
    request = SearchRequest(
        "digits", "default", tmp_path / "mine", tmp_path / "study.jsonl", QUICK, 1
    )
    with pytest.raises(RunError, match="mine is a file: name another folder with --out"):
        tune(request, Silent())
