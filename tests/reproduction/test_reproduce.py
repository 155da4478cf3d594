"""`gemel reproduce` as a whole; most trainings here are one that was done beforehand."""

from __future__ import annotations

import json
import os
import re
import shutil
from functools import partial

import numpy as np
import pytest

from gemel.errors import DataError, RecipeError
from gemel.export import make_matcher
from gemel.export.machine import machine
from gemel.matcher import load
from gemel.measure.question import Question
from gemel.measure.runs import measure_run
from gemel.progress import Silent
from gemel.recipe.files import load_recipe, recipe_text
from gemel.reproduction import unit
from gemel.reproduction.commit import commit
from gemel.reproduction.reproduce import ReproductionRequest, reproduce
from gemel.reproduction.results import read_results
from gemel.run import Run
from gemel.training.checkpoint import read_counters
from gemel.training.learner import Learner
from heard import Heard

TINY = """
name = "tiny"
about = "Digits in a second."

[encoder]
name = "mlp"
widths = [16]

[metric]
name = "euclidean"

[loss]
name = "contrastive"

[batch]
kind = "classes"

[training]
epochs = 1
precision = "32"

[evaluation]
most_pairs = 6000

[reproduction]
data = "digits"
minutes = 1

[[reproduction.rows]]
what = "which of three"
protocol = "few-shot"
ways = 3
published = "99 %"
source = "nobody"
"""
MORE = """
[[reproduction.rows]]
what = "same or different"
protocol = "verification"

[[reproduction.rows]]
what = "wider"
protocol = "retrieval"
figure = "recall@1"
changes = ["encoder.widths=[20]"]
"""
FOLDS = """
[split]
by = "label"
folds = 3
validation = 0.4
"""


@pytest.fixture
def requesting(tmp_path):
    def made(text=TINY, **more):
        (tmp_path / "tiny.toml").write_text(text, "utf-8")
        places = {"out": tmp_path / "runs", "results": tmp_path / "docs" / "results.md"}
        own = {"recipe": str(tmp_path / "tiny.toml"), "data": None, "seeds": 1, "changes": ()}
        return ReproductionRequest(**(own | places | more))

    return made


@pytest.fixture
def drawn(requesting, drawings):
    """On data that are measured faster than digits: trainings here are real."""
    return partial(requesting, data=str(drawings))


@pytest.fixture
def trainings(monkeypatch, tiny_run):
    """The requests of all trainings; each leaves the session's run with the recipe it was given."""
    requests = []

    def stand_in(request, progress):
        requests.append(request)
        run = Run(shutil.copytree(tiny_run.path, request.out))
        run.recipe.write_text(recipe_text(load_recipe(request.recipe, request.changes)), "utf-8")

    monkeypatch.setattr(unit, "train", stand_in)
    return requests


def measured(request, protocol="verification", **question):
    """The accuracy of a training, by the command that everybody has."""
    run = Run(request.out)
    asked = Question.of(load_recipe(run.recipe), **question)
    return measure_run(run, None, protocol, asked, Silent()).figures


def test_rows_are_measured_on_as_few_trainings_as_they_need(requesting, trainings, tmp_path):
    entry = reproduce(requesting(TINY + MORE, seeds=2), Silent())
    assert [row.what for row in entry.rows] == ["which of three", "same or different", "wider"]
    # Two rows on one recipe and one on a wider: two trainings for each seed.
    assert [request.changes[-1] for request in trainings] == ["seed=0", "seed=1"] * 2
    assert read_results(tmp_path / "docs" / "results.json").entries == (entry,)
    first = entry.rows[0]
    own = [measured(request, "few-shot", ways=3)["accuracy"].value for request in trainings[:2]]
    assert list(first.seeds) == own
    assert entry.rows[1].seeds[0] == measured(trainings[0])["accuracy"].value
    assert entry.rows[2].seeds[1] == measured(trainings[3], "retrieval")["recall@1"].value
    assert first.ours.value == pytest.approx(np.mean(first.seeds))
    assert (first.published, first.source) == ("99 %", "nobody")
    assert first.cpu_seconds > 0
    assert entry.command == "gemel reproduce tiny.toml --seeds 2"
    assert str(tmp_path) not in (tmp_path / "docs" / "results.json").read_text("utf-8")
    # What is done is not done again, and the words of a recipe decide nothing.
    trainings.clear()
    again = reproduce(requesting((TINY + MORE).replace("99 %", "98 %"), seeds=2), Silent())
    assert trainings == []
    assert again.rows[0].ours == first.ours
    assert again.rows[0].published == "98 %"
    assert len(read_results(tmp_path / "docs" / "results.json").entries) == 1


def test_what_was_published_was_of_the_papers_data(requesting, trainings, drawings):
    text = TINY.replace('what = "which of three"', 'what = "{data}: which of three"')
    assert "{data}" in text
    row = reproduce(requesting(text), Silent()).rows[0]
    assert (row.what, row.published) == ("digits: which of three", "99 %")
    row = reproduce(requesting(text, data=str(drawings)), Silent()).rows[0]
    assert (row.what, row.published, row.source) == ("drawings/: which of three", None, "")


def test_another_recipe_is_another_training(requesting, trainings):
    reproduce(requesting(), Silent())
    reproduce(requesting(changes=("loss.margin=2.0",)), Silent())
    assert len({request.out.parent for request in trainings}) == 2


def killed(*given):
    raise KeyboardInterrupt


def test_a_finished_training_is_given_other_views_and_not_trained_anew(
    drawn, tmp_path, monkeypatch
):
    first = reproduce(drawn(), Silent())
    (path,) = (tmp_path / "runs").glob("tiny-*/seed-0")
    matcher = load(path)
    monkeypatch.setattr(Learner, "learn", killed)
    for mirror, times in [("sideways", 2), ("both-ways", 4), ("", 1)]:
        changes = (f"test_time.mirror={mirror}",) if mirror else ()
        entry = reproduce(drawn(changes=changes), Silent())
        viewing = load(path)
        assert viewing.file.embedding_size == times * matcher.file.embedding_size
        assert viewing.file.provenance["views"] == times
        assert (f"in {times} views" in (path / "report.html").read_text("utf-8")) == (times > 1)
        metrics = json.loads((path / "metrics.json").read_text("utf-8"))
        assert metrics["seconds"] >= viewing.file.provenance["training_seconds"]
        asked = Question.of(load_recipe(Run(path).recipe), ways=3)
        own = measure_run(Run(path), None, "few-shot", asked, Silent()).figures["accuracy"]
        assert entry.rows[0].seeds == (own.value,)
    assert len(list((tmp_path / "runs").glob("tiny-*/seed-0"))) == 1
    assert entry.rows == first.rows


def test_killed_while_it_is_given_other_views_it_is_not_taken_for_finished(
    drawn, tmp_path, monkeypatch
):
    trained = reproduce(drawn(), Silent())
    (path,) = (tmp_path / "runs").glob("tiny-*/seed-0")
    one_view = load(path).file.embedding_size
    monkeypatch.setattr(Learner, "learn", killed)
    other = drawn(changes=("test_time.mirror=sideways",))
    with monkeypatch.context() as patch:
        patch.setattr(make_matcher, "export_networks", killed)
        with pytest.raises(KeyboardInterrupt):
            reproduce(other, Silent())
    assert load(path).file.embedding_size == one_view
    entry = reproduce(other, Silent())
    assert load(path).file.embedding_size == 2 * one_view
    assert entry.commit.startswith(trained.commit)


def test_without_its_checkpoint_it_is_trained_anew(drawn, tmp_path):
    reproduce(drawn(), Silent())
    (path,) = (tmp_path / "runs").glob("tiny-*/seed-0")
    Run(path).last_checkpoint.unlink()
    reproduce(drawn(changes=("test_time.mirror=sideways",)), Silent())
    assert load(path).file.provenance["views"] == 2
    assert Run(path).last_checkpoint.is_file()


def test_killed_it_goes_on_where_it_stood(drawn, monkeypatch):
    """A real training, killed twice: before its first step, and before its matcher."""
    from gemel.training import train as room

    requests = []
    carry_out = unit.train

    def counted(request, progress):
        requests.append(request)
        return carry_out(request, progress)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(unit, "train", counted)
    for piece in ("write_learned", "make_matcher"):
        with monkeypatch.context() as patch:
            patch.setattr(room, piece, killed)
            with pytest.raises(KeyboardInterrupt):
                reproduce(drawn(), Silent())
    seconds = read_counters(requests[0].out / "checkpoints" / "last.safetensors").cpu_seconds
    (row,) = reproduce(drawn(), Silent()).rows
    assert [request.resume for request in requests] == [False, False, True]
    # What was spent before the kill counts, and the epoch was not done again.
    assert row.cpu_seconds == pytest.approx(seconds, abs=0.06)


def test_folds_test_every_label_and_are_one_row(requesting, trainings):
    heard = Heard()
    entry = reproduce(requesting(TINY + FOLDS), heard)
    assert [each for each in heard.sentences if ", training " in each] == [
        f"Seed 0, fold {n} of 3, training {n} of 3:" for n in (1, 2, 3)
    ]
    assert [request.changes[-1] for request in trainings] == [f"split.fold={n}" for n in range(3)]
    assert entry.folds == 3
    figures = [measured(request, "few-shot", ways=3)["accuracy"] for request in trainings]
    (row,) = entry.rows
    assert row.ours.value == pytest.approx(np.mean([figure.value for figure in figures]))
    assert row.ours.n == sum(figure.n for figure in figures)
    assert len(row.seeds) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (TINY.partition("[reproduction]")[0], "has none; these have one: .*hadsell-2006"),
        (
            TINY.replace("minutes = 1", 'minutes = 1\nmachine = "gpu"\ninstead = "tinier"'),
            "needs a GPU, and there is none here: use gemel reproduce tinier",
        ),
        (TINY.replace("minutes = 1", 'minutes = 1\nmachine = "gpu"'), "set reproduction.instead"),
        (TINY.replace('"tiny"', '"hadsell-2006"'), "of a built-in recipe and differs from it"),
        (TINY.replace("few-shot", "fewshot"), "no reproduction.rows.0 'fewshot'; did"),
        (
            TINY + MORE.replace('verification"', 'verification"\nfigure = "accuracy@distance=0.5"'),
            "measured at evaluation.fixed_threshold, which is None: set it to 0.5",
        ),
        (
            TINY + FOLDS + '[[reproduction.rows]]\nwhat = "runs"\nprotocol = "lake-runs"\n',
            "'runs' is not about these: leave out split.folds or the row",
        ),
        (
            TINY + '[[reproduction.rows]]\nwhat = "which of three"\nprotocol = "retrieval"\n',
            "'which of three' occurs twice",
        ),
    ],
)
def test_what_cannot_be_reproduced_is_one_sentence(requesting, trainings, text, sentence):
    with pytest.raises(RecipeError, match=sentence):
        reproduce(requesting(text), Silent())
    assert trainings == []


def test_an_unknown_recipe_says_which_was_meant(requesting):
    with pytest.raises(RecipeError, match=r"did you mean 'hadsell-2006'\?"):
        reproduce(requesting(recipe="hadsell-2005"), Silent())


def test_data_of_ones_own_must_be_named(requesting):
    with pytest.raises(DataError, match=r"got none: name the folder .*tiny\.toml DATA"):
        reproduce(requesting(TINY.replace('data = "digits"\n', "")), Silent())


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ({"results": "file/results.md"}, "file must be a folder that results can be written to"),
        ({"results": "folder"}, "folder must be a file, and it is a folder; choose another --res"),
        ({"out": "file/runs"}, "runs must be a folder that trainings can be written to"),
        ({"data": "nothing"}, "neither a folder or table that exists nor"),
    ],
)
def test_what_cannot_be_written_is_known_before_the_training(
    requesting, trainings, tmp_path, places, sentence
):
    (tmp_path / "file").write_text("in the way", "utf-8")
    (tmp_path / "folder").mkdir()
    asked = requesting(**{name: tmp_path / place for name, place in places.items()})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match=sentence):
        reproduce(asked, Silent())
    assert trainings == []
    assert sorted(tmp_path.rglob("*")) == before


def test_the_circumstances_name_no_host():
    assert re.fullmatch(r"\d+ cores?, \d+ threads?, .+", machine())
    assert os.uname().nodename not in machine()
    assert re.fullmatch(r"[0-9a-f]{10}(\+changes)?|gemel .+", commit())
