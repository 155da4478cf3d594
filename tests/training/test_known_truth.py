"""Trainings whose right answer is known beforehand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import gemel
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.matcher import load
from gemel.measure.few_shot import measure_few_shot
from gemel.measure.protocols import measure_retrieval, measure_verification
from gemel.measure.question import Question
from gemel.measure.run_data import own_data
from gemel.measure.subject import Subject
from gemel.progress import Silent

QUICK = ["encoder.width=8", "training.compile=false", "training.precision=32"]


def verification(run):
    return json.loads(run.metrics.read_text("utf-8"))["protocols"]["verification"]["metrics"]


def written(folder, pictures):
    """pictures[label] is (n, h, w[, 3]) of uint8."""
    for label, items in enumerate(pictures):
        (folder / f"label{label:02}").mkdir(parents=True)
        for number, pixels in enumerate(items):
            Image.fromarray(pixels).save(folder / f"label{label:02}" / f"{number:02}.png")
    return folder


def test_labels_that_are_painted_into_the_pixels_are_read_on_labels_never_seen(tmp_path):
    rng = np.random.default_rng(0)
    pictures = []
    for label in range(24):
        # Each label is one of 24 heights and widths of a white corner: a barcode under noise.
        corner = np.zeros((12, 12))
        corner[: 2 + 2 * (label % 5), : 2 + 2 * (label // 5)] = 255
        noise = rng.normal(0, 5, (12, 12, 12))
        pictures.append(np.clip(corner + noise, 0, 255).astype(np.uint8))
    data = written(tmp_path / "painted", pictures)
    plain = [f"augment.{key}=0" for key in ("rotation", "shear", "shift", "stretch", "erase")]
    settings = [*QUICK, *plain, "augment.scale=[1, 1]", "split.by=label"]
    run = gemel.train(data, out=tmp_path / "run", epochs=15, settings=settings, quiet=True)
    assert verification(run)["auc"]["value"] >= 0.99


def test_labels_that_mean_nothing_give_chance_within_the_interval(tmp_path):
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (20, 10, 8, 8)).astype(np.uint8)
    data = written(tmp_path / "noise", noise)
    settings = [*QUICK, "split.by=label"]
    run = gemel.train(data, out=tmp_path / "run", epochs=3, settings=settings, quiet=True)
    auc = verification(run)["auc"]
    assert auc["low"] <= 0.5 <= auc["high"]
    assert auc["value"] == pytest.approx(0.5, abs=0.15)


@pytest.fixture(scope="module")
def constant(tiny_run):
    """The tiny run's matcher on its own test items, as if all embeddings were one."""
    matcher = gemel.load(tiny_run.path)
    prepared = own_data(tiny_run, load(tiny_run.path), Silent())
    items = len(prepared.part("test"))
    embeddings = np.ones((items, matcher.file.embedding_size), np.float32)
    comparer = EmbeddingComparer(embeddings, matcher.networks.distances)
    return Subject(matcher, prepared, lambda: comparer)


def test_a_constant_network_scores_chance_in_verification(constant):
    figures = measure_verification(constant, Question(most_pairs=3_000)).figures
    assert figures["auc"].value == 0.5
    assert figures["eer"].value == 0.5


def test_a_constant_network_names_nobody(constant):
    # Ties count as wrong: not 1/N, and never the 100 % of an argmax that finds index 0.
    assert measure_few_shot(constant, Question(ways=3, shots=1)).figures["accuracy"].value == 0


def test_a_constant_network_retrieves_no_more_than_chance(constant):
    figures = measure_retrieval(constant, Question()).figures
    labels = constant.prepared.labels(constant.prepared.part("test"))
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    assert figures["recall@1"].value <= (shares**2).sum() + 0.1


def test_an_oracle_scores_everything(constant):
    labels = constant.prepared.labels(constant.prepared.part("test"))
    one_hot = np.eye(labels.max() + 1, constant.matcher.file.embedding_size, dtype=np.float32)
    comparer = EmbeddingComparer(one_hot[labels], constant.matcher.networks.distances)
    oracle = Subject(constant.matcher, constant.prepared, lambda: comparer)
    verified = measure_verification(oracle, Question(most_pairs=3_000))
    assert verified.figures["auc"].value == 1
    assert measure_few_shot(oracle, Question()).figures["accuracy"].value == 1
    figures = measure_retrieval(oracle, Question()).figures
    assert (figures["recall@1"].value, figures["map@r"].value) == (1, 1)
