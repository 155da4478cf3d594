"""A run with a reader: few-shot is answered by what was trained, out of one folder."""

from __future__ import annotations

import numpy as np
import pytest

import gemel
from gemel.errors import MatcherError
from gemel.evaluation.episodes import FewShotTask, draw_episodes
from gemel.measure.few_shot import measure_few_shot
from gemel.measure.question import Question
from gemel.measure.run_data import own_data
from gemel.measure.subject import Subject
from gemel.progress import Silent
from gemel.recipe.files import load_recipe


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "prototypes"
    settings = [*load_recipe("snell-2017").small, "training.epochs=1"]
    return gemel.train("digits", recipe="snell-2017", out=out, settings=settings, quiet=True)


def test_few_shot_asks_the_reader(run):
    matcher = gemel.load(run.path)
    assert matcher.file.reader == "prototype"
    subject = Subject.of(matcher, own_data(run, matcher, Silent()), Silent())
    question = Question(ways=2, shots=5)
    measured = measure_few_shot(subject, question).figures["accuracy"].value

    # The same trials by hand: the nearer of the means of five embeddings, by squared distance.
    items = subject.prepared.part("test")
    labels = subject.prepared.labels(items)
    embeddings = matcher.networks.left.encode(subject.prepared.packed.left[items])
    (drawn,) = draw_episodes(labels, FewShotTask(2, 5))
    prototypes = embeddings[drawn.support].mean(2)
    distance = ((embeddings[drawn.query][:, None] - prototypes) ** 2).sum(-1)
    right = distance.argmin(1) == drawn.answer
    assert measured == pytest.approx(right.mean(), abs=1e-3)
    assert measured > 0.7


def test_two_items_are_compared_without_it(run):
    matcher = gemel.load(run.path)
    picture = np.zeros((8, 8), np.uint8)
    assert matcher.compare(picture, picture).distance == pytest.approx(0, abs=1e-4)


def test_a_matcher_without_its_reader_is_damaged(run):
    (run.matcher / "reader.onnx").rename(run.path / "elsewhere")
    with pytest.raises(MatcherError, match=r"reader\.onnx must be as training wrote it.*missing"):
        gemel.load(run.path)
    (run.path / "elsewhere").rename(run.matcher / "reader.onnx")
