"""What a training watches: figures of the validation side, and the weights that they keep."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from gemel.data import Dataset, SplitConfig, open_data
from gemel.encoders import PictureEncoder
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.evaluation.episodes import Episodes
from gemel.inputs import ImageInput
from gemel.measure.prepare import prepare
from gemel.memories import Memory
from gemel.metrics import METRICS
from gemel.planning.comparing import twin_read
from gemel.planning.make_plan import make_plan, prepare_and_resolve
from gemel.planning.validation import VALIDATION_ITEMS, build_validation, draw_one_shot, some_items
from gemel.progress import Silent
from gemel.readers import READERS, Reader
from gemel.recipe.files import load_recipe
from gemel.recipe.validation import ValidationSetting
from gemel.run import Run, read_history
from gemel.training.checkpoint import read_counters
from gemel.training.loop import Trainer
from gemel.twin import SharedTwin

LABELS, DRAWERS = 30, 4
VALIDATION_GROUPS = (1, 2)


class Pictures:
    """Item i is a 4x4 picture of one grey: that of its label, so that looking is knowing."""

    def __init__(self, labels):
        self.labels = labels

    def __len__(self):
        return len(self.labels)

    def raw(self, index):
        pixels = np.full((4, 4), 4 * self.labels[index], np.uint8)
        pixels[0, 0] = index  # no two items are copies of one another
        return pixels

    def name(self, index):
        return str(index)

    def fingerprint(self):
        return "greys"


@pytest.fixture(scope="module")
def prepared():
    """30 labels in 3 groups of 10, each drawn by 4 makers; groups 1 and 2 are validation."""
    labels = np.repeat(np.arange(LABELS), DRAWERS)
    groups = labels // 10
    split = np.where(np.isin(groups, VALIDATION_GROUPS), 1, np.where(labels < 5, 0, 2))
    dataset = Dataset(
        "greys",
        Pictures(labels),
        labels=labels,
        label_names=tuple(map(str, range(LABELS))),
        groups=groups,
        group_names=("a", "b", "c"),
        makers=np.tile(np.arange(DRAWERS), LABELS),
        maker_names=tuple("wxyz"),
        split=split,
    )
    reader = ImageInput(height=4, width=4, channels=1)
    readers = (reader, reader)
    return prepare(dataset, readers, SplitConfig(), 0, Silent())


def drawn(prepared, ways=10, trials=40):
    setting = ValidationSetting(figure="one-shot", ways=ways, trials=trials)
    items, episodes = draw_one_shot(prepared, setting, seed=0)
    query = np.concatenate([items[each.query] for each in episodes])
    support = np.concatenate([items[each.support[..., 0]] for each in episodes])
    return query, support, np.concatenate([each.answer for each in episodes])


def test_trials_are_within_a_group_between_two_makers_and_of_validation_items(prepared):
    query, support, answer = drawn(prepared)
    labels, groups, makers = (
        of(np.arange(len(prepared.dataset)))
        for of in (prepared.labels, prepared.groups, prepared.makers)
    )
    assert support.shape == (40, 10)
    assert (labels[support[np.arange(40), answer]] == labels[query]).all()
    assert (groups[support] == groups[query][:, None]).all()
    assert (makers[support] == makers[support][:, :1]).all()
    assert (makers[query] != makers[support[:, 0]]).all()
    assert np.isin(np.append(query, support), prepared.part("validation")).all()


def test_as_many_ways_as_there_are_and_whole_episodes(prepared):
    _, support, _ = drawn(prepared, ways=20, trials=41)
    assert support.shape == (50, 10)  # 5 episodes of 10 queries are the first to reach 41


class Grey(PictureEncoder):
    """Knows a label by its grey; or nothing at all, where `blind`."""

    embedding_size = 1
    output = "linear"

    def __init__(self, blind):
        super().__init__()
        self.blind = blind
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, items):
        return items[:, 0, 1:2, 1] * (0 if self.blind else 1) + self.weight


@pytest.mark.parametrize(("blind", "accuracy"), [(False, 1.0), (True, 0.0)])
def test_an_oracle_is_always_right_and_a_constant_network_never(prepared, blind, accuracy):
    changes = ["validation.figure=one-shot", "validation.ways=10"]
    validate = build_validation(prepared, load_recipe("default", changes))
    figures = validate(SharedTwin(Grey(blind), METRICS["euclidean"](1)))
    assert set(figures) == {"auc", "eer", "spread", "one-shot"}
    assert figures["one-shot"] == accuracy


class Contrary(Reader):
    """Says the farthest of all examples."""

    def forward(self, metric, support, support_labels, query):
        return -metric(query, support) @ support_labels


def test_one_shot_trials_are_answered_by_the_reader(prepared):
    changes = ["validation.figure=one-shot", "validation.ways=10"]
    validate = build_validation(prepared, load_recipe("default", changes))
    twin = SharedTwin(Grey(False), METRICS["euclidean"](1), Contrary(1))
    assert validate(twin)["one-shot"] == 0


class Remembering(Memory):
    """Knows a class again by its grey, and from its second item on: greys here are above 0."""

    ways, state_size = 5, 6

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, items, told, state):
        known = torch.where(told > 0, state[:, 5:], state[:, :5])
        distance = torch.where(known > 0, (items - known).abs(), 1.0)
        return distance, torch.cat([known, items], 1)


@pytest.mark.parametrize(("blind", "accuracy"), [(False, 1.0), (True, 0.0)])
def test_a_memory_is_asked_for_the_second_item_of_a_class(prepared, blind, accuracy):
    validate = build_validation(prepared, load_recipe("santoro-2016"), Remembering())
    assert validate(SharedTwin(Grey(blind), METRICS["euclidean"](1)))["sequence"] == accuracy


def test_a_reader_answers_each_episode_by_its_own_examples():
    torch.manual_seed(0)
    embeddings = torch.randn(12, 3)
    reader, metric = READERS["full-context"](3), METRICS["cosine"](3)
    comparer = EmbeddingComparer(embeddings.numpy(), lambda left, right: left @ right)
    support = np.random.default_rng(0).integers(0, 12, (4, 5, 2))
    read = twin_read(SharedTwin(Grey(False), metric, reader).eval(), comparer)
    answers = read(Episodes(np.arange(4), support, np.zeros(4, int)))
    for query, (examples, answer) in enumerate(zip(support, answers, strict=True)):
        labels = torch.eye(5).repeat_interleave(2, 0)
        one = reader(
            metric, embeddings[examples.ravel()][None], labels[None], embeddings[None, [query]]
        )
        np.testing.assert_allclose(answer, one[0, 0].detach(), rtol=1e-5)


def test_better_is_lower_for_the_error_rate_and_higher_for_the_others():
    assert ValidationSetting(figure="eer").is_better(0.1, than=0.2)
    assert not ValidationSetting(figure="eer").is_better(0.2, than=0.2)
    assert ValidationSetting(figure="one-shot").is_better(0.2, than=0.1)
    assert ValidationSetting().is_better(0.0, than=None)


@pytest.mark.parametrize("figure", ["auc", "eer", "one-shot"])
def test_a_run_that_keeps_the_best_ends_with_the_weights_of_its_best_validation(figure, tmp_path):
    settings = ["encoder.width=4", "training.keep=best", f"validation.figure={figure}"]
    settings += ["optimizer.learning_rate=0.1", "schedule.name=constant"]  # up and down
    recipe = load_recipe("default", [*settings, "training.epochs=6", "training.precision=32"])
    prepared, recipe = prepare_and_resolve(open_data("digits"), recipe, Silent())
    plan, run = make_plan(recipe, prepared), Run(tmp_path / "run")
    counters = Trainer(plan, run, Silent()).train()
    history = read_history(run.history)
    best = (min if figure == "eer" else max)(row[figure] for row in history)
    epoch = next(row["epoch"] for row in history if row[figure] == best)
    assert read_counters(run.best_checkpoint).epoch == epoch
    assert counters.best_epoch == epoch
    assert plan.validate(plan.twin)[figure] == pytest.approx(best, abs=1e-6)


def test_who_has_patience_keeps_the_best_and_who_has_none_the_last():
    assert load_recipe("default", ["training.patience=3"]).training.keeps_best
    assert not load_recipe("default").training.keeps_best
    assert not load_recipe(
        "default", ["training.patience=3", "training.keep=last"]
    ).training.keeps_best


@pytest.mark.parametrize(("labels", "each"), [(20_000, 2), (10, 2000)])
def test_of_many_items_those_are_taken_that_have_partners(labels, each):
    of = np.random.default_rng(1).permutation(np.repeat(np.arange(labels), each))
    taken = of[some_items(of, np.random.default_rng(0))]
    assert len(taken) == VALIDATION_ITEMS
    counts = np.bincount(taken, minlength=labels)
    assert (counts[counts > 0] >= 2).all()
    assert len(counts[counts > 0]) == min(labels, VALIDATION_ITEMS // 2)
