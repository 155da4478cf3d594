"""Requests that cannot be served: slips in settings, runs in the way, altered matchers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bad_pictures import picture
from command import DATA_ONLY, Gemel

from gemel.run import Run


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--set", "loss.temprature=1"], "did you mean 'temperature'?"),
        (["--set", "los.margin=1"], "did you mean 'loss'?"),
        (["--set", "encoder.name=resnet"], "'resnet'"),
        (["--set", "encoder.width=-4"], "encoder.width"),
        (["--set", "novalue"], "written key=value, as in loss.temperature=0.2; got 'novalue'"),
        (["--recipe", "defualt"], "did you mean 'default'?"),
        (["--kind", "text"], "digits holds items of the kind image, and --kind text does not"),
        (["--devices", "2"], "a training runs on one device so far, got 2"),
        (DATA_ONLY, "this metric reaches at most 2"),
    ],
)
def test_a_setting_that_cannot_be(gemel: Gemel, words: list[str], sentence: str) -> None:
    assert sentence in gemel("train", "digits", *words).refusal


def test_an_empty_name_of_a_recipe_is_not_the_usual_recipe(gemel: Gemel, own_run: Run) -> None:
    sentence = "a recipe is a name or a TOML file, and none is named"
    assert sentence in gemel("train", "digits", "--recipe", "").refusal
    again = gemel("train", "--resume", "--out", own_run.path, "--recipe", "")
    assert sentence in again.refusal


def test_a_run_in_the_way_is_left_alone(gemel: Gemel, own_run: Run) -> None:
    before = own_run.metrics.read_bytes()

    sentence = gemel("train", "digits", "--out", own_run.path).refusal

    assert "choose another --out, or continue an unfinished run with --resume" in sentence
    assert own_run.metrics.read_bytes() == before


def test_a_network_beyond_the_memory(gemel: Gemel) -> None:
    huge = "encoder.embedding_size=20_000_000_000_000"

    sentence = gemel("train", "digits", "--set", huge).refusal

    assert "must fit into memory, got: no room for" in sentence
    assert "GB more. Make input.size, the encoder or the batch smaller" in sentence


def test_nothing_to_resume(gemel: Gemel) -> None:
    assert "leave out --resume" in gemel("train", "digits", "--resume").refusal
    assert "nowhere is not one" in gemel("train", "--resume", "--out", "nowhere").refusal


@pytest.mark.parametrize("command", [["evaluate"], ["report"]])
def test_what_is_no_run(gemel: Gemel, command: list[str]) -> None:
    assert "a run is a folder with recipe.toml" in gemel(*command, "nowhere").refusal


def test_interrupted_before_it_begins_a_training_promises_nothing(
    gemel: Gemel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gemel.training.requested_data.open_data", stopped)

    outcome = gemel("train", "digits")

    assert outcome.status == 130
    assert outcome.err.endswith("is complete. It has not begun: give the same command again\n")


def test_what_is_no_matcher(gemel: Gemel, tmp_path: Path) -> None:
    pair = picture(tmp_path / "a.png"), picture(tmp_path / "b.png")

    for nothing in ("nowhere", pair[0]):
        refusal = gemel("compare", nothing, *pair).refusal
        assert "give a run that has finished training" in refusal


def test_a_run_that_was_interrupted_says_how_it_is_finished(gemel: Gemel, tmp_path: Path) -> None:
    (tmp_path / "my run").mkdir()
    (tmp_path / "my run" / "recipe.toml").touch()

    refusal = gemel("compare", "my run", "a.png", "b.png").refusal

    assert refusal.endswith("finish it with gemel train --resume --out 'my run'")


@pytest.mark.parametrize(
    ("target", "remedy"),
    [
        ("far=0.05", "train with --set calibration.target=far=0.05; with --resume --out"),
        ("fra=0.1", "one of `eer`, `far=0.01`"),
        ("cost=10:1", "calibration.target=cost=10:1"),
    ],
)
def test_a_target_that_the_matcher_lacks(
    gemel: Gemel, own_run: Run, tmp_path: Path, target: str, remedy: str
) -> None:
    words = ("compare", own_run.path, *pair_in(tmp_path), "--target", target)

    assert remedy in gemel(*words).refusal


def test_a_neighbour_of_a_name_is_told_without_the_list_of_all(gemel: Gemel) -> None:
    refusal = gemel("train", "digit").refusal

    assert refusal.endswith("did you mean 'digits'?")
    assert "omniglot" not in refusal


@pytest.mark.parametrize(
    "name", ["encoder.onnx", "metric.onnx", "weights.safetensors", "matcher.json"]
)
@pytest.mark.parametrize("damage", ["truncated", "altered", "missing"])
def test_a_damaged_matcher_never_answers(
    gemel: Gemel, own_run: Run, tmp_path: Path, name: str, damage: str
) -> None:
    file = own_run.matcher / name
    content = file.read_bytes()
    middle = len(content) // 2
    if damage == "missing":
        file.unlink()
    elif damage == "truncated":
        file.write_bytes(content[:middle])
    else:
        file.write_bytes(content[:middle] + b"\0" + content[middle + 1 :])

    sentence = gemel("compare", own_run.path, *pair_in(tmp_path)).refusal

    if (name, damage) == ("matcher.json", "missing"):
        assert "a matcher is a folder with matcher.json" in sentence
    else:
        assert name in sentence
        assert "damaged or altered" in sentence
        assert "copy the matcher folder again, or train again" in sentence


def test_a_matcher_of_a_newer_format(gemel: Gemel, own_run: Run, tmp_path: Path) -> None:
    file = own_run.matcher / "matcher.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"format": 99}), "utf-8")

    sentence = gemel("compare", own_run.path, *pair_in(tmp_path)).refusal

    assert "a matcher of format 99" in sentence
    assert "pip install --upgrade gemel" in sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--target", "far=0.123"], "this matcher has thresholds for eer, far=0.1"),
        (["--prior", "2"], "must be above 0 and below 1, as 0.1 is, got 2.0"),
    ],
)
def test_a_verdict_that_cannot_be_given(
    gemel: Gemel, tiny_run: Run, tmp_path: Path, words: list[str], sentence: str
) -> None:
    assert sentence in gemel("compare", tiny_run.path, *pair_in(tmp_path), *words).refusal


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--protocol", "few-shot", "--ways", "50"], "50-way 1-shot needs 50 labels"),
        (["--protocol", "few-shot", "--within-group"], "needs data with groups"),
        (["digitz"], "did you mean 'digits'?"),
    ],
)
def test_a_measurement_that_cannot_be_made(
    gemel: Gemel, tiny_run: Run, words: list[str], sentence: str
) -> None:
    assert sentence in gemel("evaluate", tiny_run.path, *words).refusal


def test_a_run_whose_files_are_damaged(gemel: Gemel, own_run: Run) -> None:
    own_run.metrics.write_text("{")
    assert "gemel train --resume --out" in gemel("report", own_run.path).refusal
    own_run.data.write_text("{")
    assert "data.json must be as training wrote it" in gemel("evaluate", own_run.path).refusal
    own_run.recipe.write_text("?")
    assert "is not a TOML file" in gemel("evaluate", own_run.path).refusal


def test_a_folder_where_a_file_should_be_is_one_sentence(
    gemel: Gemel, tiny_run: Run, tmp_path: Path
) -> None:
    for name in ("taken.npz", "taken.md"):
        (tmp_path / name).mkdir()

    outcome = gemel("embed", tiny_run.path, "digits", "--out", "taken.npz")
    assert "go into a file, and taken.npz is a folder: name another --out" in outcome.refusal
    assert "encoding" not in outcome.err
    reproduced = gemel("reproduce", "hadsell-2006", "--results", "taken.md")
    assert "taken.md must be a file, and it is a folder" in reproduced.refusal


def test_embeddings_go_into_a_known_kind_of_file(gemel: Gemel, tiny_run: Run) -> None:
    sentence = gemel("embed", tiny_run.path, "digits", "--out", "all.txt").refusal

    assert "a .parquet or .npz file, got --out all.txt" in sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--threshold", "nan"], "must be a finite distance, as in --threshold 0.5, got nan"),
        (["--threshold", "inf"], "must be a finite distance, as in --threshold 0.5, got inf"),
        (["--prior", "2"], "must be above 0 and below 1, as 0.1 is, got 2.0"),
        (["--target", "far=0.123"], "this matcher has thresholds for eer, far=0.1"),
    ],
)
def test_an_operating_point_that_cannot_be_is_refused_before_items_are_encoded(
    gemel: Gemel, tiny_run: Run, words: list[str], sentence: str
) -> None:
    outcome = gemel("evaluate", tiny_run.path, *words)

    assert sentence in outcome.refusal
    assert "encoding" not in outcome.err


def test_a_recipe_that_does_not_exist(gemel: Gemel) -> None:
    assert "did you mean 'default'?" in gemel("recipes", "defualt").refusal


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["hadsell-2007"], "did you mean 'hadsell-2006'?"),
        (["default"], "default has none; these have one: "),
        (["five-classes-mlp"], "gemel reproduce five-classes-mlp DATA"),
        (["hadsell-2006", "--set", "loss.margn=1"], "did you mean 'margin'?"),
        (["hadsell-2006", "nothing/here"], "neither a folder or table that exists"),
    ],
)
def test_a_reproduction_that_cannot_be(
    gemel: Gemel, tmp_path: Path, words: list[str], sentence: str
) -> None:
    assert sentence in gemel("reproduce", *words, "--results", tmp_path / "r.md").refusal
    assert "ends in .md" in gemel("reproduce", *words, "--results", tmp_path / "r.csv").err


def pair_in(folder: Path) -> tuple[Path, Path]:
    return picture(folder / "a.png", 1), picture(folder / "b.png", 2)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("data.json", "data.json must be as training wrote it"), ("metrics.json", "metrics.json")],
)
def test_a_file_of_a_run_that_says_nothing_is_one_sentence(
    gemel: Gemel, own_run: Run, name: str, sentence: str
) -> None:
    (own_run.path / name).write_text("{}", "utf-8")
    assert sentence in gemel("report", own_run.path).refusal


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["train", ""], "no data are named"), (["train", "digits", "--devices", "²"], "devices")],
)
def test_an_empty_name_and_a_number_that_is_none(
    gemel: Gemel, words: list[str], sentence: str
) -> None:
    outcome = gemel(*words)
    assert outcome.status in {1, 2}
    assert sentence in outcome.err
