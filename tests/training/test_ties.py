"""Trainings with each tie, from data to verdicts: what every tie can do, and what it says no to."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import gemel
from gemel.cli.main import main
from gemel.data import open_data
from gemel.errors import DataError, ItemError, RecipeError, RunError
from gemel.measure.embeddings import write_embeddings
from gemel.measure.few_shot import measure_few_shot
from gemel.measure.protocols import measure_retrieval, verify
from gemel.measure.question import Question
from gemel.measure.runs import measure_run, run_subject
from gemel.progress import Silent
from gemel.report.of_run import embeddings_to_map

QUICK = {
    "encoder.width": 4,
    "metric.name": "decision",
    "loss.name": "hinge",
    "batch.kind": "pairs",
    "batch.size": 16,
    "split.by": "item",
    "evaluation.most_pairs": 300,
}
ANGLE = np.linspace(0, 2 * np.pi, 40)


@pytest.fixture(scope="module", params=["separate", "joint"])
def tied(request, drawings, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param) / "run"
    settings = {**QUICK, "tie": request.param}
    return request.param, gemel.train(drawings, out=folder, epochs=1, settings=settings, quiet=True)


def pictures(count=2):
    return list(np.random.default_rng(1).integers(0, 256, (count, 12, 12)).astype(np.uint8))


def test_its_matcher_needs_no_torch_and_repeats_itself(tied):
    tie, run = tied
    one, other = pictures()
    matcher = gemel.load(run.path)
    assert matcher.file.tie == tie
    assert matcher.compare(one, other) == gemel.load(run.path).compare(one, other)
    assert (matcher.compare(one, other) == matcher.compare(other, one)) == (tie == "joint")
    assert ("exchanging them may change the verdict" in matcher.side_notice) == (tie == "separate")


def test_the_order_matters_where_the_sides_of_a_joint_tie_are_read_differently(drawings, tmp_path):
    settings = {**QUICK, "tie": "joint", "right.input.fit": "ink"}
    run = gemel.train(drawings, out=tmp_path / "run", epochs=1, settings=settings, quiet=True)
    assert "each side has a way of reading of its own" in gemel.load(run.path).side_notice
    for number, pixels in enumerate(pictures(8)):
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    rows = [f"{n}.png,{(n + step) % 8}.png,{2 - step}" for n in range(0, 8, 2) for step in (1, 2)]
    (tmp_path / "pairs.csv").write_text("\n".join(["left,right,same", *rows]) + "\n", "utf-8")
    answer = measure_run(run, str(tmp_path / "pairs.csv"), "retrieval", Question(), Silent())
    assert answer.figures["recall@1"].n == 4  # a right item is not read as the left side asks


def test_all_protocols_have_answers_and_the_page_is_made(tied):
    tie, run = tied
    answered = json.loads(run.metrics.read_text("utf-8"))["protocols"]
    assert {"verification", "few-shot", "retrieval"} <= set(answered)
    page = run.report.read_text("utf-8")
    assert "differ from torch" in page
    assert (run.matcher / "encoder.onnx").is_file() == (tie == "separate")
    assert (run.matcher / "pair.onnx").is_file() == (tie == "joint")


def test_a_protocol_looks_at_no_more_pairs_than_asked(tied):
    _, run = tied
    subject = run_subject(run, None, Silent())
    verified = verify(subject, Question(most_pairs=60))
    assert len(verified.pairs) <= 60


def test_embeddings_are_of_a_side_or_there_are_none(tied):
    tie, run = tied
    matcher = gemel.load(run.path)
    if tie == "joint":
        with pytest.raises(RecipeError, match=r"joint tie, which looks at.*no embedding"):
            matcher.embed(pictures())
        return
    with pytest.raises(RecipeError, match=r"say which is wanted: left \(compact\) or right"):
        matcher.embed(pictures())
    left, right = (matcher.embed(pictures(), side) for side in ("left", "right"))
    assert left.shape == right.shape == (2, matcher.file.embedding_size)
    assert not np.allclose(left, right)


def rings(folder, labels=14):
    """Per label two pictures of its ring and two traces of it, with a table of them all."""
    rng = np.random.default_rng(0)
    rows = ["item,label"]
    for label in range(labels):
        radii = rng.uniform(3, 11, 2)
        for number in range(4):
            x, y = (12 + radii[0] * np.cos(ANGLE), 12 + radii[1] * np.sin(ANGLE))
            name = f"{label}_{number}.{'csv' if number % 2 else 'png'}"
            if number % 2:
                text = "x,y\n" + "\n".join(f"{a},{b}" for a, b in zip(x, y, strict=True))
                (folder / name).write_text(text, "utf-8")
            else:
                picture = np.full((24, 24), 255, np.uint8)
                picture[y.astype(int), x.astype(int)] = rng.integers(0, 60)
                Image.fromarray(picture).save(folder / name)
            rows.append(f"{name},{label}")
    (folder / "items.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder / "items.csv"


@pytest.fixture(scope="module")
def unlike(tmp_path_factory):
    """A run whose left side reads pictures and whose right side reads pen traces, and its data."""
    folder = tmp_path_factory.mktemp("unlike")
    table = rings(folder)
    settings = {
        "input.size": [24, 24],
        "encoder.width": 4,
        "encoder.descriptors": 8,
        "right.input.channels": ["x", "y"],
        "right.encoder.side": 24,
        "right.encoder.width": 4,
        "right.encoder.descriptors": 8,
    }
    run = gemel.train(
        table,
        recipe="drawing-to-strokes",
        out=folder / "run",
        epochs=2,
        settings=settings,
        quiet=True,
    )
    return run, folder


def test_each_item_is_put_on_its_side_by_its_kind(unlike):
    run, folder = unlike
    matcher = gemel.load(run.path)
    picture, trace = folder / "0_0.png", folder / "0_1.csv"
    assert matcher.compare(picture, trace) == matcher.compare(trace, picture)
    assert matcher.side_notice.startswith("Of the two, the image was taken as the left item")


def test_two_of_one_kind_are_refused_in_one_sentence(unlike):
    run, folder = unlike
    with pytest.raises(ItemError, match="image with one of the kind series, got "):
        gemel.load(run.path).compare(folder / "0_0.png", folder / "1_0.png")


def test_both_sides_are_embedded_into_one_space(unlike):
    run, folder = unlike
    matcher = gemel.load(run.path)
    drawn = matcher.embed([folder / "0_0.png"], "left")
    traced = matcher.embed([folder / "0_1.csv", folder / "1_1.csv"], "right")
    assert drawn.shape[1] == traced.shape[1]
    with pytest.raises(ItemError):
        matcher.embed([folder / "0_0.png"], "right")
    for side in ("left", "right"):
        out = folder / f"{side}.npz"
        assert write_embeddings(matcher, open_data(folder / "items.csv"), out, Silent(), side) == 28


def test_a_folder_of_the_right_side_alone_can_be_embedded(unlike, tmp_path, monkeypatch):
    run, folder = unlike
    for label in range(2):
        (tmp_path / "traces" / str(label)).mkdir(parents=True)
        for number in (1, 3):
            name = f"{label}_{number}.csv"
            (tmp_path / "traces" / str(label) / name).write_bytes((folder / name).read_bytes())
    words = ["embed", run.path, tmp_path / "traces", "--out", tmp_path / "e.npz", "--side", "right"]
    monkeypatch.setattr("sys.argv", ["gemel", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    with np.load(tmp_path / "e.npz", allow_pickle=False) as saved:
        assert len(saved["item"]) == 4


def test_a_left_item_is_looked_for_among_right_ones(unlike):
    run, _ = unlike
    subject = run_subject(run, None, Silent())
    figures = measure_retrieval(subject, Question()).figures
    labels = subject.prepared.labels(subject.prepared.part("test"))
    assert figures["recall@1"].n == len(labels) // 2  # only pictures ask
    assert 0 <= figures["recall@1"].value <= 1
    assert measure_few_shot(subject, Question(ways=2, shots=1)).figures["accuracy"].n > 0


def test_the_map_has_each_item_by_the_encoder_of_its_side(unlike):
    run, folder = unlike
    subject = run_subject(run, None, Silent())
    mapped = embeddings_to_map(subject, subject.prepared.part("test"))
    names = [subject.prepared.dataset.items.name(int(item)) for item in mapped.shown]
    for side, ending in (("left", ".png"), ("right", ".csv")):
        rows = [row for row, name in enumerate(names) if name.endswith(ending)]
        own = gemel.load(run.path).embed([folder / names[row] for row in rows], side)
        assert np.abs(own).max() > 0
        np.testing.assert_allclose(mapped.embeddings[rows], own, atol=1e-5)


@pytest.mark.parametrize(
    ("protocol", "sentence"),
    [
        ("references", "has different items on the two sides"),
        ("nearest", "has different items on the two sides"),
        ("linear-probe", "has one for each side"),
        ("lake-runs", "reads items of the kind image and series"),
    ],
)
def test_what_compares_items_of_one_side_is_refused(unlike, protocol, sentence):
    run, _ = unlike
    with pytest.raises((DataError, RunError), match=sentence):
        measure_run(run, None, protocol, Question(references=1), Silent())


@pytest.mark.parametrize("pairs", ["consecutive", "by-group"])
def test_pairs_of_one_side_are_not_drawn_where_sides_are_unlike(unlike, pairs):
    run, _ = unlike
    with pytest.raises(DataError, match=f"{pairs} pairs are of items of one kind"):
        measure_run(run, None, "verification", Question(pairs=pairs), Silent())


def test_two_makers_are_no_question_where_sides_are_unlike(unlike, tmp_path):
    run, _ = unlike
    rows = rings(tmp_path, labels=6).read_text("utf-8").splitlines()
    made = [f"{row},{number % 3 if number else 'maker'}" for number, row in enumerate(rows)]
    (tmp_path / "made.csv").write_text("\n".join(made) + "\n", "utf-8")
    question = Question(ways=2, shots=1, makers="two")
    with pytest.raises(DataError, match="has different items on the two sides: leave it out"):
        measure_run(run, str(tmp_path / "made.csv"), "few-shot", question, Silent())


@pytest.mark.parametrize(
    ("settings", "reads"),
    [
        ({}, "a shared tie encodes both sides alike"),
        (
            {"tie": "separate"},
            "this recipe reads the kind image on the left and image on the right",
        ),
    ],
)
def test_sides_that_are_unlike_are_told_the_settings_that_read_them(
    unlike, tmp_path, settings, reads
):
    _, folder = unlike
    told = (
        f"{reads}, and .* --recipe default with tie=separate, right.input.kind=series and "
        "right.encoder.name=resnet1d"
    )
    with pytest.raises(RecipeError, match=told):
        gemel.train(
            folder / "items.csv", out=tmp_path / "run", epochs=1, settings=settings, quiet=True
        )


def test_sides_that_are_unlike_are_read_by_the_settings_that_were_told(unlike, tmp_path):
    _, folder = unlike
    advised = {
        "tie": "separate",
        "right.input.kind": "series",
        "right.encoder.name": "resnet1d",
        "encoder.width": 4,
        "right.encoder.width": 4,
        "split.by": "item",
    }
    run = gemel.train(
        folder / "items.csv", out=tmp_path / "run", epochs=1, settings=advised, quiet=True
    )
    assert gemel.load(run.path).file.right_encoder == "resnet1d"


def test_a_table_of_pairs_has_one_kind_in_each_column(unlike):
    _, folder = unlike
    rows = ["left,right,same"]
    rows += [
        f"{label}_0.png,{(label + step) % 14}_1.csv,{1 - step}"
        for label in range(14)
        for step in (0, 1)
    ]
    (folder / "pairs.csv").write_text("\n".join(rows) + "\n", "utf-8")
    dataset = open_data(folder / "pairs.csv")
    assert (dataset.kind, dataset.unlike.right_kind) == ("image", "series")
    exchanged = [*rows, "3_1.csv,5_0.png,0"]
    (folder / "pairs.csv").write_text("\n".join(exchanged) + "\n", "utf-8")
    with pytest.raises(DataError, match=r"'3_1\.csv' is in the wrong one: exchange the two"):
        open_data(folder / "pairs.csv")
