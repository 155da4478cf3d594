"""What scripts depend on: JSON alone on standard output, its fields, files, and exit status 0."""

from __future__ import annotations

import json
import os
import pty
import shutil
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest
from bad_pictures import picture
from command import QUICK, Gemel

from gemel.cli.compare import sentences
from gemel.cli.evaluate import evaluate
from gemel.cli.output import print_figures
from gemel.cli.recipes import YOURS
from gemel.errors import RunError
from gemel.evaluation.pairs import PairSource
from gemel.evaluation.protocol import PROTOCOLS, ProtocolName
from gemel.matcher import load
from gemel.recipe.files import load_recipe
from gemel.run import Run

ANSWER = {"protocol", "data", "seed", "metrics"}


def figures_are_whole(metrics: dict[str, dict[str, object]]) -> bool:
    fields = ({"value", "low", "high", "n"}, {"value", "missing"})
    return bool(metrics) and all(set(figure) in fields for figure in metrics.values())


def test_train(gemel: Gemel, tmp_path: Path, drawings: Path) -> None:
    outcome = gemel("train", drawings, *QUICK, "--json")

    assert outcome.status == 0
    told = json.loads(outcome.out)
    assert set(told) >= {*ANSWER, "run", "protocols", "notices"}
    assert (told["protocol"], told["seed"]) == ("verification", 0)
    assert told["run"] == "runs/drawings"
    assert figures_are_whole(told["metrics"])
    assert set(told["protocols"]) == {"verification", "few-shot", "retrieval"}
    assert "Split by item" in outcome.err
    assert Run(tmp_path / "runs" / "drawings").report.is_file()


def test_train_for_a_person(gemel: Gemel, drawings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = gemel("train", drawings, "--out", "my run", *QUICK)

    assert outcome.status == 0
    text = " ".join(outcome.out.split())
    assert "items never seen in training, Gemel tells same from different with" in text
    assert "report my run/report.html" in text
    assert "Try next: gemel compare 'my run' A B the verdict" in text
    assert max(map(len, outcome.out.splitlines())) <= 80
    assert "exists already" not in outcome.err

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gemel.training.train.train_plan", stopped)
    assert "Resuming my run." in gemel("train", "--resume", "--out", "my run").err


@pytest.mark.parametrize(
    ("words", "protocol", "figure"),
    [
        ([], "verification", "tar@far=0.01"),
        (["--protocol", "few-shot"], "few-shot", "accuracy@3-way-1-shot"),
        (["--protocol", "retrieval"], "retrieval", "map@r"),
    ],
)
def test_evaluate_measures_the_runs_own_test_items(
    gemel: Gemel, tiny_run: Run, words: list[str], protocol: str, figure: str
) -> None:
    outcome = gemel("evaluate", tiny_run.path, *words, "--json")

    assert outcome.status == 0
    told = json.loads(outcome.out)
    assert set(told) == ANSWER
    assert (told["protocol"], told["data"]) == (protocol, "digits (test)")
    assert figures_are_whole(told["metrics"])
    trained = json.loads(tiny_run.metrics.read_text("utf-8"))["protocols"][protocol]
    assert told["metrics"][figure] == trained["metrics"][figure]


def test_evaluate_for_a_person(gemel: Gemel, tiny_run: Run) -> None:
    out = gemel("evaluate", tiny_run.path).out
    value = json.loads(tiny_run.metrics.read_text("utf-8"))["protocols"]["verification"]
    accuracy = value["metrics"]["accuracy"]["value"]

    assert "Verification on digits (test): are two the same?" in out
    line = next(line for line in out.splitlines() if line.startswith(" Accuracy"))
    assert f"{100 * accuracy:.1f}" in line
    assert "%" in line
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("columns", ["30", "40", "80"])
def test_figures_keep_their_columns_on_any_terminal(
    capsys: pytest.CaptureFixture[str],
    tiny_run: Run,
    monkeypatch: pytest.MonkeyPatch,
    columns: str,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    measured = json.loads(tiny_run.metrics.read_text("utf-8"))["protocols"]["verification"]

    print_figures(measured)

    told = capsys.readouterr().out
    for row in ("figure", "Accuracy"):
        (line,) = [line for line in told.splitlines() if line.strip().startswith(row)]
        assert len(line.split()) >= 4, "a name, a value, an interval and trials"
    assert "…" not in told


def test_evaluate_tells_once_what_is_left_out(gemel: Gemel, tiny_run: Run, written: str) -> None:
    words = ("--protocol", "few-shot", "--within-group", "--ways", "4", "--json")
    outcome = gemel("evaluate", tiny_run.path, written, *words)

    assert outcome.err.count("1 of 2 groups has fewer than 4 labels and is left out: 1.") == 1


def test_names_of_data_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures({"protocol": "retrieval", "data": "my [old] :cat: photos (test)", "metrics": {}})

    assert "Retrieval on my [old] :cat: photos (test): " in capsys.readouterr().out


def test_evaluate_on_other_data(gemel: Gemel, tiny_run: Run, drawings: Path) -> None:
    outcome = gemel("evaluate", tiny_run.path, drawings, "--seed", "5", "--json")

    told = json.loads(outcome.out)
    assert told["data"].startswith("drawings")
    assert told["seed"] == 5


def test_evaluate_a_matcher_that_was_copied_alone(
    gemel: Gemel, tiny_run: Run, tmp_path: Path, drawings: Path
) -> None:
    alone = shutil.copytree(tiny_run.matcher, tmp_path / "deployed")

    outcome = gemel("evaluate", alone, drawings, "--json")
    whole = gemel("evaluate", tiny_run.path, drawings, "--json")

    assert json.loads(outcome.out) == json.loads(whole.out)  # it has learned from none of these
    assert "items of drawings that it has learned from cannot be left out" in outcome.err
    assert "is a matcher without its run and its test items: name DATA" in (
        gemel("evaluate", alone).refusal
    )
    assert "measure the run" in (
        gemel("evaluate", alone, drawings, "--protocol", "nearest").refusal
    )
    within = gemel("evaluate", tiny_run.matcher, "--json")
    assert within.out == gemel("evaluate", tiny_run.path, "--json").out


def test_compare(gemel: Gemel, tiny_run: Run, tmp_path: Path) -> None:
    pair = picture(tmp_path / "a.png", 1), picture(tmp_path / "b.png", 2)

    outcome = gemel("compare", tiny_run.path, *pair, "--json")
    told = json.loads(outcome.out)

    assert (outcome.status, outcome.err) == (0, "")
    assert set(told) == {
        *("same", "probability", "distance", "threshold", "far", "matcher"),
        *("target", "frr", "impostors", "genuine", "prior"),
        *("far_interval", "frr_interval", "labels"),
    }
    assert told["same"] is (told["distance"] <= told["threshold"])
    assert gemel("compare", tiny_run.matcher, *pair, "--json").out == outcome.out


def test_compare_for_a_person(gemel: Gemel, tiny_run: Run, tmp_path: Path) -> None:
    one = picture(tmp_path / "a.png", 1)

    first, second, *rest = gemel("compare", tiny_run.path, one, one).out.splitlines()

    assert first.startswith("same   p(same) = ")
    assert first.endswith(" % where half of all pairs are")
    assert second.startswith("distance 0.0000 ≤ threshold")
    assert "set for equal error rates" in " ".join(rest)
    threshold = load(tiny_run.path).threshold()
    assert (
        f"(95 % interval {threshold.far_interval[0] * 100:.1f}–"
        f"{threshold.far_interval[1] * 100:.1f}) of different pairs are accepted"
    ) in " ".join(rest)
    assert (
        f"measured on {threshold.impostors:,} different and {threshold.genuine:,} matching pairs "
        f"of {threshold.labels} validation labels"
    ) in " ".join(rest)
    rare = gemel("compare", tiny_run.path, one, one, "--prior", "0.01").out
    assert rare.splitlines()[0].endswith(" % where 1.0 % of all pairs are")


def test_compare_tells_of_skilled_forgeries_where_it_was_calibrated_on_some(
    gemel: Gemel, tiny_run: Run, tmp_path: Path
) -> None:
    one = picture(tmp_path / "a.png", 1)
    verdict = load(tiny_run.path).compare(one, one)
    forged = {"far_skilled": 0.283, "far_skilled_interval": (0.1, 0.5)}

    (_, _, third, *_), (_, _, plain, *_) = (
        sentences(each) for each in (verdict.model_copy(update=forged), verdict)
    )

    told = ", and 28.3 % (95 % interval 10.0–50.0) of the skilled forgeries among them, are"
    assert told in third
    assert "forgeries" not in plain


def test_compare_never_says_that_a_verdict_cannot_be_wrong(tiny_run: Run, tmp_path: Path) -> None:
    one = picture(tmp_path / "a.png", 1)
    verdict = load(tiny_run.path).compare(one, one)
    rarely = {"far": 0.0, "far_interval": (0.0, 0.000193)}

    _, _, rates, *_ = sentences(verdict.model_copy(update=rarely))

    assert "0.0 % (95 % interval 0.0–0.02) of different pairs" in rates


def test_compare_writes_a_distance_and_a_threshold_so_that_they_differ_if_they_do(
    tiny_run: Run, tmp_path: Path
) -> None:
    one = picture(tmp_path / "a.png", 1)
    verdict = load(tiny_run.path).compare(one, one)
    near = {"same": False, "distance": 0.000235881, "threshold": 0.000192}

    (_, apart, *_), (_, alike, *_) = (
        sentences(verdict.model_copy(update=each)) for each in (near, near | {"distance": 0.000192})
    )

    assert apart == "distance 0.000235881 > threshold 0.000192"
    assert alike == "distance 0.0002 > threshold 0.0002"


def test_embed(gemel: Gemel, tiny_run: Run, tmp_path: Path, drawings: Path) -> None:
    for name in ("all.npz", "all.parquet"):
        outcome = gemel("embed", tiny_run.path, drawings, "--out", tmp_path / name)
        assert (outcome.status, outcome.out) == (0, "")
        assert "72 embeddings" in outcome.err
        assert "with the metric cosine, as Matcher.distances does" in outcome.err
    kept = np.load(tmp_path / "all.npz", allow_pickle=False)
    assert kept["embedding"].shape[0] == len(kept["item"]) == 72
    assert set(kept["label"]) == {f"label{n}" for n in range(6)}

    from pyarrow import parquet

    told = parquet.read_schema(tmp_path / "all.parquet").metadata
    assert told == {
        name.encode(): str(kept[name]).encode()
        for name in ("metric", "threshold", "target", "matcher")
    }
    matcher = load(tiny_run.path)
    assert float(kept["threshold"]) == pytest.approx(matcher.threshold().distance)
    assert str(kept["matcher"]) == matcher.file.sha256["matcher.json"]
    table = parquet.read_table(tmp_path / "all.parquet").to_pydict()
    assert table["item"] == kept["item"].tolist()
    np.testing.assert_array_equal(np.array(table["embedding"], np.float32), kept["embedding"])


def test_report(gemel: Gemel, own_drawings_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    own_run = own_drawings_run
    own_run.report.unlink()
    opened = []
    monkeypatch.setattr("typer.launch", opened.append)

    outcome = gemel("report", own_run.path)
    assert outcome.out.strip() == str(own_run.report)
    assert own_run.report.is_file()
    assert opened == []

    monkeypatch.setattr("gemel.report.write_report", lambda run, _: run.report)
    gemel("report", own_run.path, "--open")
    assert opened == [str(own_run.report)]


def test_a_page_that_cannot_be_made_anew_is_opened_as_it_is(
    gemel: Gemel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def changed(*_: object) -> None:
        raise RunError("the photos have changed")

    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recipe.toml").touch()
    opened: list[str] = []
    monkeypatch.setattr("typer.launch", opened.append)
    monkeypatch.setattr("gemel.report.write_report", changed)

    assert gemel("report", "run", "--open").refusal == "the photos have changed"
    (tmp_path / "run" / "report.html").touch()
    assert gemel("report", "run").refusal == "the photos have changed"
    assert opened == []

    outcome = gemel("report", "run", "--open")
    assert outcome.status == 0
    assert (
        outcome.err
        == "The report could not be written again and is unchanged: the photos have changed\n"
    )
    assert opened == ["run/report.html"]


def test_recipes_can_be_listed_printed_and_used(gemel: Gemel, tmp_path: Path) -> None:
    listed = gemel("recipes").out
    assert {"default", "hadsell-2006", "koch-2015"} <= {line.split()[0] for line in lines(listed)}
    assert "published. 1 min on 2 cores.\n" in listed
    own, papers = listed.split("Of papers")
    assert {line.split()[0] for line in own.splitlines()[1:]} == YOURS
    assert "  hadsell-2006" in papers

    own = tmp_path / "own.toml"
    own.write_text(gemel("recipes", "default").out, "utf-8")
    assert load_recipe(str(own)) == load_recipe("default")


def test_every_protocol_may_be_asked_for_and_says_what_it_asks() -> None:
    offered = get_type_hints(evaluate)

    assert offered["protocol"] == ProtocolName
    assert tuple(PROTOCOLS) == get_args(ProtocolName)
    assert get_args(offered["pairs"])[0] == PairSource


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


COMMANDS = ["train", "evaluate", "compare", "embed", "report", "recipes", "reproduce"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(gemel: Gemel, command: str) -> None:
    outcome = gemel(command, "--help")

    assert outcome.status == 0
    assert f"Example: gemel {command} " in outcome.out
    assert command in gemel("--help").out


def test_progress_is_a_bar_on_a_terminal(
    gemel: Gemel, tiny_run: Run, drawings: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    terminal, end = pty.openpty()
    with os.fdopen(end, "w") as stderr:
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stderr", stderr)
        gemel("embed", tiny_run.path, drawings, "--out", tmp_path / "all.npz")
        stderr.flush()
        shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)

    assert "━" in shown
    assert "\x1b[" in shown
    assert "100 %" in shown


def test_progress_is_plain_lines_elsewhere(
    gemel: Gemel, tiny_run: Run, drawings: Path, tmp_path: Path
) -> None:
    told = gemel("embed", tiny_run.path, drawings, "--out", tmp_path / "all.npz").err

    assert "\x1b" not in told
    assert "━" not in told
    (encoding,) = (line for line in told.splitlines() if line.startswith("encoding"))
    assert encoding.startswith("encoding items: 100%")
    assert encoding.endswith(" s)")


def test_a_missing_package_is_missed_before_anything_is_encoded(
    gemel: Gemel, tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    refused = gemel("embed", tiny_run.path, "digits", "--out", "e.parquet")

    assert "pip install 'gemel[parquet]'" in refused.refusal
    assert "encoding" not in refused.err
