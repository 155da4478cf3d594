"""A network that says the same of everything is noticed; a healthy one is left in peace."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
import torch
from PIL import Image

import gemel
from gemel.encoders import ENCODERS, PixelStatistics
from gemel.errors import RunError
from gemel.losses import LOSSES
from gemel.memories import MEMORIES
from gemel.metrics import METRICS
from gemel.planning.validation import spread
from gemel.training.collapse import collapse_sentence
from gemel.training.step import MemoryStep, Step, StepTargets
from gemel.twin import SharedTwin

SMALL = "encoder.width=4"
QUICK = ["split.by=item", "training.compile=false", "training.precision=32"]


def test_spread_by_hand():
    # Mean (0, 0); each is 1 from it and 1 long: all directions differ.
    assert spread(torch.tensor([[1.0, 0.0], [-1.0, 0.0]])) == pytest.approx(1)
    # Mean (2, 0); 1 from it; root mean square length is the root of (1 + 9) / 2.
    assert spread(torch.tensor([[1.0, 0.0], [3.0, 0.0]])) == pytest.approx(1 / 5**0.5)
    assert spread(torch.full((5, 3), 7.0)) == 0
    assert spread(torch.zeros(5, 3)) == 0


def test_spread_does_not_depend_on_units():
    embeddings = torch.rand(20, 5, generator=torch.Generator().manual_seed(0))
    assert spread(embeddings * 1000) == pytest.approx(spread(embeddings), rel=1e-4)


def twin_of_vectors():
    encoder = ENCODERS["mlp"]((1, 4, 4), PixelStatistics.untouched(1), widths=(8,))
    return SharedTwin(encoder, METRICS["euclidean"](8))


def test_the_resting_loss_by_hand():
    items = (torch.rand(4, 1, 4, 4),)
    compared = StepTargets(
        rows=torch.tensor([0, 1]),
        columns=torch.tensor([[1, 2], [2, 3]]),
        same=torch.tensor([[True, False], [False, False]]),
        copies=torch.tensor([[False, False], [False, False]]),
    )
    step = Step(twin_of_vectors(), LOSSES["contrastive"](margin=2.0), instances=0.5)
    value, resting = step(items, items, compared)
    # Margin 2: 0 for the matching pair, 2 * 2 for the three others; no pair is of copies.
    assert resting.item() == pytest.approx((0 + 3 * 4) / 4 + 0.5 * 4)
    assert value.requires_grad
    assert not resting.requires_grad


def test_the_resting_loss_of_a_memory_guesses_among_its_classes():
    items, memory = (torch.rand(4, 1, 4, 4),), MEMORIES["mann"](8, 5)
    compared = StepTargets(
        rows=torch.arange(4),
        columns=torch.tensor([[1], [0], [3], [2]]),
        same=torch.tensor([[True], [True], [False], [False]]),
        copies=torch.zeros(4, 1, dtype=torch.bool),
        classes=torch.tensor([0, 0, 0, 1]),
    )
    step = MemoryStep(twin_of_vectors(), memory, LOSSES["contrastive"](margin=2.0), length=2)
    # Half of the pairs match. Of five classes that are all as near, one is right.
    assert step(items, items, compared).resting.item() == pytest.approx((0 + 4) / 2 + log(5))


def test_the_two_signs_each_have_their_sentence():
    assert collapse_sentence(0.5, 0.1, 1.0, 99) is None
    assert "collapse: the embeddings of all items coincide" in str(
        collapse_sentence(0.001, 1, 2, 99)
    )
    assert "no progress: the loss rests at 1" in str(collapse_sentence(0.5, 1.001, 1.0, 99))


def test_a_training_of_a_few_steps_has_hardly_begun():
    told = str(collapse_sentence(0.001, 1, 2, 3))
    assert "after 3 steps" in told
    assert "train longer" in told
    assert "collapse" not in told
    # The loss of unlike items may still be what it was, and nothing is wrong with that.
    assert collapse_sentence(0.5, 1.001, 1.0, 3) is None


def train(data, out, *changes, epochs=4):
    small = [] if "encoder.name=mlp" in changes else [SMALL]
    settings = [*QUICK, *small, *changes]
    return gemel.train(data, out=out, epochs=epochs, settings=settings, quiet=True)


def notices(run):
    return " ".join(str(run.metrics.read_text("utf-8")).split())


def test_a_healthy_training_is_not_warned(drawings, tmp_path):
    told = notices(train(drawings, tmp_path / "run", epochs=10))
    assert "collapse:" not in told
    assert "no progress:" not in told


def test_a_training_that_diverges_ends_at_once_with_the_remedy(drawings, tmp_path):
    changes = ("encoder.name=mlp", "encoder.output=linear", "metric.name=euclidean")
    wild = ("optimizer.name=sgd", "optimizer.learning_rate=1e30")
    with pytest.raises(RunError, match=r"diverged: .* step \d+.* Lower optimizer\.learning_rate"):
        train(drawings, tmp_path / "run", *changes, *wild, epochs=100)
    assert not (tmp_path / "run" / "matcher").exists()


@pytest.fixture(scope="module")
def alike(tmp_path_factory):
    """Pictures that labels say nothing about."""
    folder = tmp_path_factory.mktemp("data") / "alike"
    rng = np.random.default_rng(0)
    for label in range(4):
        (folder / str(label)).mkdir(parents=True)
        for item in range(10):
            Image.fromarray(rng.integers(0, 256, (12, 12)).astype(np.uint8)).save(
                folder / str(label) / f"{item}.png"
            )
    return folder


def test_a_collapsed_training_is_told_with_cause_and_remedy(alike, tmp_path):
    run = train(
        alike,
        tmp_path / "run",
        "loss.name=contrastive",
        "encoder.name=mlp",
        "encoder.widths=[16, 8]",
        "encoder.dropout=0",
        "metric.name=euclidean",
        "loss.margin=1",
        "optimizer.name=sgd",
        "optimizer.learning_rate=30",
        epochs=15,
    )
    told = notices(run)
    assert "collapse: the embeddings of all items coincide" in told
    assert "The cause is nearly always a learning rate that is too high" in told
    assert "lower optimizer.learning_rate tenfold" in told
    assert told.count("collapse:") == 1, "once is enough"
