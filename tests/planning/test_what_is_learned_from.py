"""From settings and data to the batches of a training, and the statistics of its items."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from gemel.data import SplitConfig, open_data
from gemel.data.dataset import Unlike
from gemel.errors import RecipeError
from gemel.inputs import ImageInput, TextInput
from gemel.inputs.learn_tokenizer import learn_tokenizer
from gemel.measure.prepare import prepare
from gemel.planning import pixel_statistics
from gemel.planning.batch_numbers import batch_notices, resolve_batch
from gemel.planning.build_batches import build_batches
from gemel.planning.make_plan import prepare_and_resolve
from gemel.planning.pixel_statistics import statistics_of
from gemel.progress import Silent
from gemel.recipe.files import load_recipe
from heard import Heard

GREY = ImageInput(height=12, width=12, channels=1)
READERS = (GREY, GREY)


@pytest.fixture(scope="module")
def prepared(drawings):
    return prepare(open_data(drawings), READERS, SplitConfig(by="item"), 0, Silent())


@pytest.mark.parametrize(
    "changes",
    [
        ["loss.name=contrastive", "batch.kind=pairs"],
        ["loss.name=contrastive", "batch.kind=pairs", "batch.source=consecutive"],
        ["loss.name=triplet", "batch.kind=triplets"],
        ["batch.kind=episodes", "batch.ways=3", "batch.queries=2"],
        [],
        ["batch.labels=3"],
        ["batch.items=3"],
    ],
)
def test_every_kind_of_batch_draws_from_the_training_side_alone(prepared, changes):
    recipe = resolve_batch(load_recipe("default", changes), prepared)
    kind = build_batches(recipe, prepared)
    batches = list(kind.epoch(np.random.default_rng(0)))
    assert len(batches) == kind.steps
    labels = prepared.dataset.labels
    for batch in batches:
        assert np.isin(batch.items, prepared.part("train")).all()
        own = labels[batch.items]
        np.testing.assert_array_equal(
            batch.same, own[batch.rows][:, None] == own[np.asarray(batch.columns)]
        )


def test_what_a_recipe_leaves_open_is_filled_by_the_data(prepared):
    batch = resolve_batch(load_recipe("default"), prepared).batch
    # 6 labels; 128 items a batch come to 21 of each; held out by item, labels are all there is.
    assert (batch.labels, batch.items, batch.instances) == (6, 21, 0)
    asked = resolve_batch(load_recipe("default", ["batch.labels=4", "batch.items=5"]), prepared)
    assert (asked.batch.labels, asked.batch.items) == (4, 5)


def test_pixel_statistics_are_those_of_training_pixels(prepared):
    pixels = prepared.packed.left[prepared.part("train")] / 255
    statistics = statistics_of(prepared)
    assert statistics.mean == pytest.approx([pixels.mean()], abs=1e-5)
    assert statistics.std == pytest.approx([pixels.std()], abs=1e-5)


def test_statistics_are_the_same_however_few_items_are_looked_at_at_once(prepared, monkeypatch):
    one_by_one, at_once = [], []
    for told, many in ((one_by_one, 1), (at_once, 1_000)):
        monkeypatch.setattr(pixel_statistics, "AT_ONCE", many)
        told.append(statistics_of(prepared))
    assert one_by_one[0].mean == pytest.approx(at_once[0].mean, rel=1e-12)
    assert one_by_one[0].std == pytest.approx(at_once[0].std, rel=1e-12)


def test_a_batch_across_sides_has_two_labels_even_where_they_do_not_fit_its_size(prepared):
    left = np.arange(72) % 2 == 0
    unlike = Unlike(left, "image")
    across = replace(prepared, dataset=replace(prepared.dataset, unlike=unlike))
    batch = resolve_batch(load_recipe("default", ["batch.items=65"]), across).batch
    assert batch.labels == 2


def test_kinds_that_are_drawn_by_label_refuse_pairs_and_the_other_way_round(drawings, tmp_path):
    rows = ["left,right,same"]
    for label in range(6):
        for item in range(12):
            here, there = (f"label{one % 6}/{item:02}.png" for one in (label, label + 1))
            rows += [f"{here},label{label}/{(item + 1) % 12:02}.png,yes", f"{here},{there},no"]
    data = shutil.copytree(drawings, tmp_path / "data")
    (data / "pairs.csv").write_text("\n".join(rows) + "\n", "utf-8")
    pairs = prepare(open_data(data / "pairs.csv"), READERS, SplitConfig(), 0, Silent())
    with pytest.raises(RecipeError, match="labelled pairs only: use --recipe pairs"):
        build_batches(resolve_batch(load_recipe("default"), pairs), pairs)
    assert build_batches(load_recipe("pairs"), pairs).steps >= 1


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        ("image", "use --recipe pairs, or set"),
        ("text", "use --recipe text-pairs, or set"),
        ("series", "only: set"),
    ],
)
def test_pairs_without_labels_are_told_the_recipe_of_their_kind(prepared, kind, remedy):
    bare = replace(prepared, dataset=replace(prepared.dataset, kind=kind, labels=None))
    settings = "batch.kind=pairs, batch.source=given and loss.name=contrastive"
    with pytest.raises(RecipeError, match=f"{remedy} {settings}"):
        build_batches(load_recipe("default"), bare)


def test_scored_texts_are_told_the_recipe_of_scores(tmp_path):
    rows = "".join(f"a {n},b {n},{n % 5}\n" for n in range(60))
    (tmp_path / "t.csv").write_text(f"left,right,score\n{rows}", "utf-8")
    read = TextInput(tokenizer=learn_tokenizer(["a b"], "words", 10, 1))
    scored = open_data(tmp_path / "t.csv")
    pairs = prepare(scored, (read, read), SplitConfig(), 0, Silent())
    sentence = "scored pairs only: use --recipe text-scores, or set .* and loss.name=graded"
    with pytest.raises(RecipeError, match=sentence):
        build_batches(load_recipe("text-default"), pairs)


def test_episodes_of_more_labels_than_there_are_have_as_many_as_there_are(drawings):
    heard = Heard()
    recipe = load_recipe("vinyals-2016", ["split.by=item", "batch.ways=50"])
    _, resolved = prepare_and_resolve(open_data(str(drawings)), recipe, heard)
    assert resolved.batch.ways == 6
    assert "Episodes have 6 ways: there are no more labels to learn from." in heard.sentences
    recipe = load_recipe("vinyals-2016", ["split.by=item", "batch.ways=5"])
    assert prepare_and_resolve(open_data(str(drawings)), recipe, Silent())[1].batch.ways == 5


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (["batch.labels=50", "batch.items=4"], "Batches have 6 labels: there are no more to learn"),
        (["batch.kind=trials", "batch.ways=50"], "Trials have 6 ways: no group has more labels"),
    ],
)
def test_an_epoch_sees_about_all_items_however_many_labels_are_asked_for(
    drawings, changes, sentence
):
    heard = Heard()
    recipe = load_recipe("default", ["split.by=item", *changes])
    prepared, resolved = prepare_and_resolve(open_data(str(drawings)), recipe, heard)
    assert any(told.startswith(sentence) for told in heard.sentences)
    batches = list(build_batches(resolved, prepared).epoch(np.random.default_rng(0)))
    seen = sum(len(batch.items) for batch in batches)
    assert seen > len(prepared.part("train")) / 2


def test_a_trial_has_no_more_labels_than_the_largest_group(prepared):
    groups = np.array([0, 0, 0, 0, 1, 1])[prepared.dataset.labels]
    grouped = replace(prepared, dataset=replace(prepared.dataset, groups=groups))
    recipe = load_recipe("default", ["batch.kind=trials", "batch.ways=5"])
    assert resolve_batch(recipe, grouped).batch.ways == 4


def test_a_batch_across_sides_has_no_more_labels_than_have_items_on_both(prepared):
    labels = prepared.labels(np.arange(72))
    left = (labels < 2) | (np.arange(72) % 2 == 0)
    across = replace(prepared, dataset=replace(prepared.dataset, unlike=Unlike(left, "image")))
    assert resolve_batch(load_recipe("default"), across).batch.labels == 4


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("batch.groups=1", "batch.groups=1 does nothing: there are no two groups to learn from."),
        (
            "batch.forged=0.9",
            "batch.forged=0.9 does nothing: there are no forgeries to learn from.",
        ),
    ],
)
def test_batch_settings_that_do_nothing_beside_the_data_are_told(setting, told, drawings, written):
    recipe = load_recipe("default", ["split.by=item", setting])
    neither, both = Heard(), Heard()
    prepare_and_resolve(open_data(str(drawings)), recipe, neither)
    assert told in neither.sentences
    prepare_and_resolve(open_data(written), recipe, both)
    assert not any("does nothing" in sentence for sentence in both.sentences)


@pytest.mark.parametrize(("instances", "told"), [(0, []), ("auto", []), (1.5, ["1.5"])])
def test_copies_that_are_not_told_apart_across_sides_are_told_of(prepared, instances, told):
    left = np.arange(72) % 2 == 0
    across = replace(prepared, dataset=replace(prepared.dataset, unlike=Unlike(left, "image")))
    recipe = load_recipe("default", [("batch.instances", instances)])

    notices = batch_notices(recipe.batch, resolve_batch(recipe, across).batch, across)

    start = "batch.instances={} does nothing: the items of one side have no copies"
    assert len(notices) == len(told)
    assert all(map(str.startswith, notices, map(start.format, told)))


@pytest.mark.parametrize("size", [5, 50, 100])
@pytest.mark.parametrize(
    "changes",
    [
        [],
        ["batch.labels=3"],
        ["batch.labels=200"],
        ["batch.items=5"],
        ["batch.instances=1"],
        ["input.most_pixels=100"],
    ],
)
def test_the_recipe_of_a_run_is_resolved_to_itself(changes, size, drawings):
    recipe = load_recipe("default", ["split.by=item", f"batch.size={size}", *changes])
    data = open_data(str(drawings))
    _, resolved = prepare_and_resolve(data, recipe, Silent())
    _, again = prepare_and_resolve(data, resolved, Silent())
    assert again == resolved
