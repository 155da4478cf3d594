"""The contract of all readers. A new reader joins by one line in READERS."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from gemel.errors import ExportError
from gemel.evaluation.episodes import Episodes
from gemel.export.reader import ReaderNetwork, check_reader, export_reader
from gemel.matcher.episode_reader import READER, EpisodeReader
from gemel.metrics import METRICS
from gemel.readers import READERS

SIZE, WAYS, SHOTS = 6, 3, 2
COSINE = METRICS["cosine"](SIZE)


def made(name, **settings):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return READERS[name](SIZE, **settings).eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The folder of a reader with the cosine, each exported once."""

    @cache
    def folder_of(name):
        folder = tmp_path_factory.mktemp(name)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what the exporter says is for nobody
            export_reader(ReaderNetwork(made(name), COSINE), folder)
        return folder

    return folder_of


@pytest.fixture(params=sorted(READERS))
def reader(request):
    return made(request.param)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def told(episodes=2):
    return torch.eye(WAYS).repeat_interleave(SHOTS, 0).repeat(episodes, 1, 1)


def episodes(seed=0):
    return normal(2, WAYS * SHOTS, SIZE, seed=seed), told(), normal(2, 4, SIZE, seed=seed + 1)


def test_every_query_has_a_distance_to_every_class(reader):
    assert reader(COSINE, *episodes()).shape == (2, 4, WAYS)


def test_a_query_is_answered_alike_whoever_is_asked_beside_it(reader):
    support, classes, query = episodes()
    alone = reader(COSINE, support[1:], classes[1:], query[1:, 2:3])
    torch.testing.assert_close(alone[0, 0], reader(COSINE, support, classes, query)[1, 2])


def test_classes_may_be_named_in_any_order(reader):
    support, classes, query = episodes()
    turned = torch.tensor([2, 0, 1])
    torch.testing.assert_close(
        reader(COSINE, support, classes[..., turned], query),
        reader(COSINE, support, classes, query)[..., turned],
    )


def test_an_example_of_a_class_is_nearest_to_it(reader):
    support = 3 * torch.eye(SIZE)[None, [0, 0, 1, 1, 2, 2]]
    distance = reader(METRICS["euclidean"](SIZE), support, told(1), support / 2)
    assert distance[0].argmin(1).tolist() == [0, 0, 1, 1, 2, 2]


def test_gradients_are_finite_when_all_embeddings_coincide(reader):
    support = torch.zeros(2, WAYS * SHOTS, SIZE, requires_grad=True)
    query = torch.zeros(2, 4, SIZE, requires_grad=True)
    reader(COSINE, support, told(), query).sum().backward()
    assert torch.isfinite(support.grad).all()
    assert torch.isfinite(query.grad).all()


def test_its_state_survives_saving(reader, tmp_path):
    save_file(reader.state_dict(), tmp_path / "reader.safetensors")
    other = type(reader)(SIZE).eval()
    other.load_state_dict(load_file(tmp_path / "reader.safetensors"))
    assert torch.equal(other(COSINE, *episodes()), reader(COSINE, *episodes()))


@pytest.mark.parametrize("name", sorted(READERS))
def test_exported_it_answers_alike_in_episodes_of_any_shape(name, exported):
    network = ReaderNetwork(made(name), COSINE)
    embeddings = normal(40, SIZE, seed=5)
    check_reader(network, exported(name), embeddings)
    asked = EpisodeReader(exported(name) / READER, embeddings.numpy())
    rng = np.random.default_rng(0)
    for trials, ways, shots in [(1, 2, 1), (7, 5, 3), (3, 20, 1)]:
        drawn = Episodes(
            query=rng.integers(40, size=trials),
            support=rng.integers(40, size=(trials, ways, shots)),
            answer=np.zeros(trials, np.int64),
        )
        classes = torch.eye(ways).repeat_interleave(shots, 0).expand(trials, -1, -1)
        support = embeddings[torch.from_numpy(drawn.support).flatten(1)]
        theirs = network(support, classes, embeddings[torch.from_numpy(drawn.query)][:, None])
        ours = asked(drawn)
        np.testing.assert_allclose(ours, theirs[:, 0].detach().numpy(), rtol=1e-3, atol=1e-4)


def test_a_second_export_in_one_process_takes_any_number_of_examples(exported, tmp_path):
    network = ReaderNetwork(made("full-context"), COSINE)
    assert exported("full-context")
    export_reader(network, tmp_path)  # again, as for the next seed of a reproduction
    check_reader(network, tmp_path, normal(40, SIZE))


def test_an_exported_reader_that_answers_otherwise_is_refused(exported):
    other = ReaderNetwork(made("attention", temperature=0.2), COSINE)
    with pytest.raises(ExportError, match=r"reader must answer as the trained one.*differ by"):
        check_reader(other, exported("attention"), normal(40, SIZE))


def test_in_chunks_the_answers_are_the_same(exported, monkeypatch):
    asked = EpisodeReader(exported("prototype") / READER, normal(40, SIZE).numpy())
    rng = np.random.default_rng(0)
    drawn = Episodes(rng.integers(40, size=9), rng.integers(40, size=(9, 4, 2)), np.zeros(9, int))
    whole = asked(drawn)
    monkeypatch.setattr("gemel.matcher.episode_reader.CHUNK_FLOATS", 100)
    np.testing.assert_allclose(asked(drawn), whole, atol=1e-6)
