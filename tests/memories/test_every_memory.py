"""The contract of all memories. A new one joins by one line in MEMORIES."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from gemel.errors import ExportError, RecipeError
from gemel.evaluation.episodes import Episodes
from gemel.evaluation.sequences import Sequences
from gemel.export.memory import check_memory, export_memory
from gemel.matcher.recall import MEMORY, Recall
from gemel.memories import MEMORIES, remember

SIZE, WAYS, LENGTH = 6, 3, 7


def made(name, seed=1):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return MEMORIES[name](SIZE, WAYS).eval()


@pytest.fixture(params=sorted(MEMORIES))
def memory(request):
    return made(request.param)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The folder of a memory, each exported once."""

    @cache
    def folder_of(kind):
        (name,) = (name for name, each in MEMORIES.items() if each is kind)
        folder = tmp_path_factory.mktemp(name)
        export_memory(made(name), SIZE, folder)
        return folder

    return lambda memory: folder_of(type(memory))


def sequences(count=2, seed=0):
    items = torch.randn(count, LENGTH, SIZE, generator=torch.Generator().manual_seed(seed))
    classes = torch.from_numpy(np.random.default_rng(seed).integers(WAYS, size=(count, LENGTH)))
    return items, torch.eye(WAYS)[classes]


def test_every_item_gets_a_distance_to_every_class(memory):
    assert remember(memory, *sequences()).shape == (2, LENGTH, WAYS)


def test_a_sequence_is_answered_alike_whatever_stands_beside_it(memory):
    items, told = sequences()
    torch.testing.assert_close(
        remember(memory, items[1:], told[1:])[0], remember(memory, items, told)[1]
    )


def test_an_answer_depends_on_what_was_told_before_and_never_on_what_is_told_after(memory):
    items, told = sequences(1)
    answers = remember(memory, items, told)
    other = told.clone()
    other[:, 3] = told[:, 3].roll(1, -1)
    changed = (remember(memory, items, other) != answers)[0].any(1)
    assert changed.tolist() == [False] * 4 + [True] * 3


def test_every_weight_learns(memory):
    remember(memory.train(), *sequences()).square().sum().backward()
    for key, parameter in memory.named_parameters():
        assert parameter.grad.any(), key
        assert torch.isfinite(parameter.grad).all(), key


def test_gradients_are_finite_when_all_embeddings_coincide(memory):
    items, told = sequences()
    items = torch.zeros_like(items, requires_grad=True)
    remember(memory, items, told).sum().backward()
    assert torch.isfinite(items.grad).all()


def test_its_state_survives_saving(memory, tmp_path):
    save_file(memory.state_dict(), tmp_path / "memory.safetensors")
    other = type(memory)(SIZE, WAYS).eval()
    other.load_state_dict(load_file(tmp_path / "memory.safetensors"))
    assert torch.equal(remember(other, *sequences()), remember(memory, *sequences()))


def test_exported_it_answers_alike_in_sequences_and_in_episodes(memory, exported):
    embeddings = torch.randn(30, SIZE, generator=torch.Generator().manual_seed(3))
    check_memory(memory, exported(memory), embeddings.numpy())
    recall = Recall(exported(memory) / MEMORY, embeddings.numpy())
    rng = np.random.default_rng(0)
    drawn = Sequences(rng.integers(30, size=(4, 9)), rng.integers(WAYS, size=(4, 9)))
    told = torch.eye(WAYS)[torch.from_numpy(drawn.classes)]
    theirs = remember(memory, embeddings[torch.from_numpy(drawn.items)], told).detach()
    np.testing.assert_allclose(recall.sequences(drawn), theirs.numpy(), rtol=1e-3, atol=1e-4)

    one_way = Episodes(np.array([7]), np.array([[[5], [5], [5]]]), np.array([0]))
    # All three examples are the same item, so their order says nothing but whose came last.
    assert recall.episodes(one_way).shape == (1, 3)
    with pytest.raises(RecipeError, match="tell 3 classes apart, and 4 were asked for"):
        recall.episodes(Episodes(np.array([7]), np.zeros((1, 4, 1), int), np.array([0])))
    with pytest.raises(RecipeError, match="tell 3 classes apart, and 6 were asked for"):
        recall.sequences(Sequences(np.array([[1, 2]]), np.array([[0, 5]])))


def test_an_episode_is_the_sequence_of_its_examples_and_then_the_query(memory, exported):
    embeddings = np.random.default_rng(0).normal(size=(10, SIZE)).astype(np.float32)
    recall = Recall(exported(memory) / MEMORY, embeddings)
    support = np.array([[[3], [1]]])
    asked = Episodes(np.array([7]), support, np.array([0]))
    answers = [recall.episodes(asked, seed)[0] for seed in range(8)]
    told_first = [
        recall.sequences(
            Sequences(np.array([[*support[0, order, 0], 7]]), np.array([[*order, 0]]))
        )[0, -1, :2]
        for order in ([0, 1], [1, 0])
    ]
    alike = np.array([[np.allclose(a, t, atol=1e-5) for t in told_first] for a in answers])
    assert alike.any(1).all()
    assert alike.any(0).all()  # either order comes first, by the seed


def test_in_chunks_the_answers_are_the_same(memory, exported, monkeypatch):
    embeddings = np.random.default_rng(0).normal(size=(10, SIZE)).astype(np.float32)
    recall, rng = Recall(exported(memory) / MEMORY, embeddings), np.random.default_rng(1)
    drawn = Sequences(rng.integers(10, size=(5, 4)), rng.integers(WAYS, size=(5, 4)))
    whole = recall.sequences(drawn)
    monkeypatch.setattr("gemel.matcher.recall.AT_ONCE", 2)
    np.testing.assert_allclose(recall.sequences(drawn), whole, atol=1e-5)


def test_an_exported_memory_that_answers_otherwise_is_refused(memory, exported):
    embeddings = np.random.default_rng(0).normal(size=(10, SIZE)).astype(np.float32)
    other = made(next(name for name, kind in MEMORIES.items() if isinstance(memory, kind)), seed=2)
    with pytest.raises(ExportError, match=r"memory must answer as the trained one.*differ by"):
        check_memory(other, exported(memory), embeddings)
