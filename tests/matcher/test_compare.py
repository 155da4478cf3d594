"""Verdicts: symmetric and repeatable to the last bit, and true to what they say."""

from __future__ import annotations

import io
import pickle
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import gemel
from gemel.errors import ItemError, MatcherError, RecipeError
from gemel.inputs import SeriesInput
from gemel.inputs.several import several
from gemel.matcher.file import seal
from gemel.matcher.networks import BATCH_ITEMS


@pytest.fixture(scope="module")
def matcher(tiny_run):
    return gemel.load(tiny_run.path)


@pytest.fixture(scope="module")
def items():
    return list(np.random.default_rng(3).integers(0, 256, (8, 8, 8)).astype(np.uint8))


def test_sides_may_be_exchanged_to_the_last_bit(matcher, items):
    for left, right in combinations(items, 2):
        assert matcher.compare(left, right) == matcher.compare(right, left)


def test_another_loading_gives_the_same_verdict(matcher, items, tiny_run):
    again = gemel.load(tiny_run.path)
    assert again.compare(*items[:2]) == matcher.compare(*items[:2])


def test_an_item_is_the_same_as_itself(matcher, items):
    for item in items:
        verdict = matcher.compare(item, item)
        assert verdict.same
        assert verdict.distance == pytest.approx(0, abs=1e-6)
        assert verdict.probability > 0.5


def test_a_verdict_follows_from_its_distance(matcher, items):
    for left, right in combinations(items, 2):
        verdict = matcher.compare(left, right)
        assert verdict.same == (verdict.distance <= verdict.threshold)
        assert 0 <= verdict.probability <= 1
        first, second = matcher.embed([left, right])
        # The metric of the tiny run is cosine: 1 - a.b / (|a| |b|).
        cosine = 1 - first @ second / np.linalg.norm(first) / np.linalg.norm(second)
        assert verdict.distance == pytest.approx(cosine, abs=1e-5)


def test_nearer_pairs_are_never_less_probable(matcher, items):
    verdicts = [matcher.compare(left, right) for left, right in combinations(items, 2)]
    verdicts.sort(key=lambda verdict: verdict.distance)
    probabilities = [verdict.probability for verdict in verdicts]
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_stricter_target_has_a_lower_threshold(matcher, items):
    targets = [threshold.target for threshold in matcher.file.thresholds]
    assert targets[0] == "eer"
    assert "far=0.1" in targets
    for threshold in matcher.file.thresholds:
        verdict = matcher.compare(*items[:2], target=threshold.target)
        assert verdict.target == threshold.target
        assert verdict.threshold == threshold.distance
        assert (verdict.far, verdict.frr) == (threshold.far, threshold.frr)
    strict, loose = (matcher.threshold(target) for target in ("far=0.01", "far=0.1"))
    assert strict.distance < loose.distance
    assert strict.far <= 0.01 < loose.far <= 0.1


def test_a_rarer_match_is_less_probable_and_the_distance_stays(matcher, items):
    verdicts = [matcher.compare(*items[:2], prior=prior) for prior in (0.9, 0.5, 0.01)]
    assert len({verdict.distance for verdict in verdicts}) == 1
    probabilities = [verdict.probability for verdict in verdicts]
    assert probabilities == sorted(probabilities, reverse=True)
    assert verdicts[1] == matcher.compare(*items[:2])


@pytest.mark.parametrize("written", ["far=.1", "far=0.100", "FAR=1e-1"])
def test_a_target_is_known_by_what_it_means(matcher, written):
    assert matcher.threshold(written) == matcher.threshold("far=0.1")
    assert matcher.threshold("EER") == matcher.threshold()


@pytest.mark.parametrize("prior", [0, 1, -0.5, 2, float("nan"), "0.5"])
def test_a_prior_is_a_share(matcher, items, prior):
    with pytest.raises(RecipeError, match=r"prior must be above 0 and below 1, as 0\.1 is, got"):
        matcher.compare(*items[:2], prior=prior)


def test_a_target_that_was_never_set_says_which_were(matcher, items):
    with pytest.raises(RecipeError, match=r"thresholds for eer, far=0\.1.*none for 'far=1e-9'"):
        matcher.compare(*items[:2], target="far=1e-9")


def test_all_ways_to_give_a_picture_give_the_same_verdict(matcher, items, tmp_path):
    picture = Image.fromarray(items[0])
    encoded = io.BytesIO()
    picture.save(encoded, "png")
    picture.save(tmp_path / "picture.png")
    verdicts = {
        matcher.compare(form, items[1]).distance
        for form in (
            items[0],
            picture,
            encoded.getvalue(),
            tmp_path / "picture.png",
            str(tmp_path / "picture.png"),
        )
    }
    assert len(verdicts) == 1


def test_what_cannot_be_read_is_one_sentence(matcher, tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(ItemError, match=r"notes\.txt"):
        matcher.compare(tmp_path / "notes.txt", tmp_path / "notes.txt")


@pytest.mark.parametrize("item", [None, 3, [[0] * 8] * 8])
def test_what_is_no_item_says_what_is(matcher, items, item):
    with pytest.raises(ItemError, match="a picture is a path, the bytes of a file, an array or"):
        matcher.compare(items[0], item)


@pytest.mark.parametrize(
    ("channels", "shape", "one"),
    [
        (("1", "2"), (9, 2), True),
        (("1", "2"), (3, 9, 2), False),
        (("1",), (), True),
        (("1",), (9,), True),
        (("1",), (9, 1), True),
        (("1", "velocity:1"), (3, 9), False),
    ],
)
def test_one_sequence_in_place_of_several_is_told_by_its_columns(channels, shape, one):
    items = np.zeros(shape)
    if one:
        with pytest.raises(ItemError, match="takes several items"):
            several(items, SeriesInput(channels=channels))
    else:
        assert several(items, SeriesInput(channels=channels)) is items


@pytest.mark.parametrize(
    "one",
    [
        *("a.png", Path("a.png"), b"bytes", Image.new("L", (9, 9))),
        *(np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3), np.uint8)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_one_item_in_place_of_several_says_how_it_is_written(matcher, one):
    with pytest.raises(ItemError, match=r"takes several items.* as \[item\]"):
        matcher.embed(one)
    with pytest.raises(ItemError, match=r"takes several items"):
        next(matcher.embed_stream(one))


def test_a_table_in_place_of_several_items_says_what_to_pass(matcher):
    table = {"path": ["a.png", "b.png"]}
    with pytest.raises(ItemError, match="got a table: pass the column that holds them"):
        matcher.embed(table)
    with pytest.raises(ItemError, match=r"got one: write it in brackets"):
        several({"x": [1.0, 2.0]}, SeriesInput(channels=("x",)))


def test_columns_of_a_frame_and_arrays_of_several_shapes_are_several_items(matcher, drawings):
    paths = sorted(drawings.glob("*/*.png"))[:2] or sorted(drawings.rglob("*.png"))[:2]
    expected = matcher.embed(paths)
    for named in (np.array(list(map(str, paths))), np.array(list(map(str, paths)), object)):
        np.testing.assert_array_equal(matcher.embed(named), expected)
    ragged = np.empty(2, object)
    ragged[:] = [np.arange(3.0), np.arange(5.0)]
    assert several(ragged, SeriesInput(channels=("1",))) is ragged
    with pytest.raises(ItemError, match="takes several items"):
        matcher.embed(np.array("a.png"))


@pytest.mark.parametrize("none", [None, 5])
def test_what_is_no_items_at_all_is_one_sentence(matcher, items, none):
    with pytest.raises(ItemError, match=f"takes several items, as a list of them, got {none}"):
        matcher.embed(none)
    with pytest.raises(ItemError, match=f"a picture is a path, .*, got {type(none).__name__}"):
        matcher.compare(none, items[0])


def test_a_stack_of_pictures_is_several(matcher):
    stack = np.random.default_rng(0).integers(0, 256, (5, 8, 8)).astype(np.uint8)
    np.testing.assert_array_equal(matcher.embed(stack), matcher.embed(list(stack)))


def test_distances_of_embeddings_are_those_of_verdicts(matcher, items):
    embeddings = matcher.embed(items)
    distances = matcher.distances(embeddings[:2], embeddings)
    assert distances.shape == (2, len(items))
    for left in range(2):
        for right, other in enumerate(items):
            verdict = matcher.compare(items[left], other)
            assert distances[left, right] == pytest.approx(verdict.distance, abs=1e-5)
    with pytest.raises(ItemError, match=r"must be \(n, \d+\) as embed gives them, got \(\d+,\)"):
        matcher.distances(embeddings[0], embeddings)


def test_probabilities_of_many_distances_are_those_of_verdicts(matcher, items):
    embeddings = matcher.embed(items)
    probabilities = matcher.probability(matcher.distances(embeddings, embeddings), prior=0.1)
    assert probabilities.shape == (len(items), len(items))
    verdict = matcher.compare(items[0], items[1], prior=0.1)
    assert probabilities[0, 1] == pytest.approx(verdict.probability, abs=1e-4)
    with pytest.raises(RecipeError, match=r"above 0 and below 1, as 0\.1 is, got 1"):
        matcher.probability(0.5, prior=1)


def test_a_pickled_matcher_is_loaded_from_its_folder(matcher, items, monkeypatch, tmp_path):
    monkeypatch.chdir(matcher.path.parent)
    pickled = pickle.dumps(gemel.load(matcher.path.name))
    monkeypatch.chdir(tmp_path)
    again = pickle.loads(pickled)
    assert again.compare(*items[:2]) == matcher.compare(*items[:2])


def test_a_pickled_matcher_is_not_another_that_took_its_place(own_run):
    matcher = gemel.load(own_run)
    pickled = pickle.dumps(matcher)
    seal(own_run.matcher, matcher.file.model_copy(update={"name": "another"}))
    with pytest.raises(MatcherError, match=r"must hold the matcher that was pickled, .*: load"):
        pickle.loads(pickled)


def test_a_verdict_asked_for_its_truth_is_whether_the_two_are_the_same(matcher, items):
    verdicts = [matcher.compare(items[0], other) for other in items]
    assert [bool(verdict) for verdict in verdicts] == [verdict.same for verdict in verdicts]
    assert {verdict.same for verdict in verdicts} == {True, False}


def test_a_side_and_a_target_are_words(matcher, items):
    with pytest.raises(RecipeError, match="side must be left or right, got 'middle'"):
        matcher.embed(items, side="middle")
    with pytest.raises(RecipeError, match="one encoder for both sides, got side=left: leave it"):
        matcher.embed(items, side="left")
    with pytest.raises(RecipeError, match=r"a threshold target must be one of .* got `0.01`"):
        matcher.compare(*items[:2], target=0.01)


def test_many_items_are_embedded_in_their_order_whatever_the_batch(matcher):
    many = np.random.default_rng(1).integers(0, 256, (BATCH_ITEMS + 3, 8, 8)).astype(np.uint8)
    embeddings = matcher.embed(iter(many))
    assert embeddings.shape == (len(many), matcher.file.embedding_size)
    for index in (0, BATCH_ITEMS - 1, BATCH_ITEMS, -1):
        np.testing.assert_allclose(matcher.embed([many[index]])[0], embeddings[index], atol=1e-5)


def test_no_items_have_no_embeddings(matcher):
    assert matcher.embed([]).shape == (0, matcher.file.embedding_size)


def test_embeddings_that_are_no_numbers_are_the_trainings_fault(matcher, items, monkeypatch):
    networks = gemel.load(matcher.path).networks
    no_numbers = SimpleNamespace(run=lambda *_: [np.full((1, 4), np.nan, np.float32)])
    monkeypatch.setattr("gemel.matcher.networks.open_session", lambda _: no_numbers)
    with pytest.raises(MatcherError, match=r"training diverged.*lower optimizer\.learning_rate"):
        networks.left.embed(items[:1])
