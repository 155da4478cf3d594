"""Views in use: what is averaged, that weights are shared, and what has no views at all."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from gemel.encoders import ENCODERS, PixelStatistics
from gemel.errors import RecipeError
from gemel.evaluation.episodes import Episodes
from gemel.export.networks import export_networks
from gemel.inputs import ImageInput
from gemel.matcher.episode_reader import READER, EpisodeReader
from gemel.matcher.networks import Networks
from gemel.metrics import METRICS
from gemel.planning.build_encoder import InputStatistics
from gemel.planning.build_network import build_twin, twin_in_use
from gemel.readers import READERS
from gemel.recipe.files import load_recipe
from gemel.twin import SharedTwin, in_use, views_of
from gemel.twin.in_use import softened
from heard import Followed

SHAPE = (1, 6, 6)


def made(mirror="both-ways", metric="euclidean", *, turn=False, soften=False, reader=None):
    torch.manual_seed(1)
    statistics = PixelStatistics.untouched(1)
    encoder = ENCODERS["mlp"](SHAPE, statistics, widths=(8,), output="linear", dropout=0.0)
    made_reader = None if reader is None else READERS[reader](8)
    twin = SharedTwin(encoder, METRICS[metric](8), made_reader).eval()
    return in_use(twin, views_of(mirror, turn=turn), soften=soften), encoder


def pictures(count=5):
    return torch.rand(count, *SHAPE, generator=torch.Generator().manual_seed(0))


def all_pairs(twin, items):
    embeddings = twin.embed((items,))
    return twin.metric(embeddings[None], embeddings[None])[0]


TURNS = [lambda items, k=k: items.rot90(k, (2, 3)) for k in (1, 2, 3)]
FLIPS = [lambda items, axes=axes: items.flip(axes) for axes in ((3,), (2,), (2, 3))]
DIAGONALS = [lambda items: items.transpose(2, 3), lambda items: items.flip((2, 3)).transpose(2, 3)]


@pytest.mark.parametrize(
    ("mirror", "turn", "others"),
    [
        ("no", False, []),
        ("sideways", False, FLIPS[:1]),
        ("both-ways", False, FLIPS),
        ("no", True, TURNS),
        ("both-ways", True, [*TURNS, *FLIPS[:2], *DIAGONALS]),
    ],
)
def test_distances_are_the_mean_over_both_items_seen_alike(mirror, turn, others):
    twin, encoder = made(mirror, turn=turn)
    items = pictures()
    views = [items, *(view(items) for view in others)]
    each = [torch.cdist(encoder(view), encoder(view)) for view in views]
    expected = torch.stack(each).mean(0)
    assert twin.encoder.embedding_size == 8 * len(views)
    torch.testing.assert_close(all_pairs(twin, items), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("reader", sorted(READERS))
def test_an_episode_is_read_in_each_view_and_answered_by_the_mean(reader):
    twin, encoder = made("no", turn=True, reader=reader)
    own, metric = twin.reader.reader, twin.metric.metric
    support, query = pictures(8).reshape(2, 4, *SHAPE), pictures(18)[8:].reshape(2, 5, *SHAPE)
    told = torch.stack([torch.eye(2).repeat(2, 1), torch.eye(2).repeat_interleave(2, 0)])
    found = twin.reader(twin.metric, in_sets(twin, support), told, in_sets(twin, query))
    for episode in range(2):
        each = [
            own(
                metric,
                encoder(support[episode].rot90(turns, (2, 3)))[None],
                told[episode : episode + 1],
                encoder(query[episode].rot90(turns, (2, 3)))[None],
            )[0]
            for turns in range(4)
        ]
        expected = torch.stack(each).mean(0)
        torch.testing.assert_close(found[episode], expected, atol=1e-5, rtol=1e-5)


def in_sets(twin, pictures_of_sets):
    return torch.stack([twin.embed((each,)) for each in pictures_of_sets])


def test_every_set_is_compared_in_its_own_views():
    twin, _ = made("sideways")
    left, right = pictures(6).reshape(2, 3, *SHAPE), pictures(14)[6:].reshape(2, 4, *SHAPE)
    together = twin.metric(in_sets(twin, left), in_sets(twin, right))
    for number in range(2):
        alone = twin.metric(
            in_sets(twin, left[number : number + 1]), in_sets(twin, right[number : number + 1])
        )
        torch.testing.assert_close(together[number], alone[0])


def test_a_mirrored_pair_is_as_far_apart_as_the_pair():
    twin, _ = made()
    items = pictures()
    there, mirrored = all_pairs(twin, items), all_pairs(twin, items.flip(3))
    torch.testing.assert_close(there, mirrored, atol=1e-5, rtol=1e-5)


def test_the_weights_are_those_that_are_trained():
    twin, encoder = made()
    ours, theirs = list(twin.encoder.parameters()), list(encoder.parameters())
    assert ours
    assert all(one is other for one, other in zip(ours, theirs, strict=True))


def test_softening_is_a_blur_that_keeps_flat_pictures_and_the_sum():
    flat = torch.full((1, 1, 5, 5), 0.7)
    torch.testing.assert_close(softened(flat), flat)
    dot = torch.zeros(1, 1, 5, 5)
    dot[0, 0, 2, 2] = 1.0
    rows = softened(dot)[0, 0].sum(1)
    torch.testing.assert_close(rows, torch.tensor([0, 1 / 12, 10 / 12, 1 / 12, 0]))
    variance = (rows * (torch.arange(5) - 2.0) ** 2).sum()
    assert variance == pytest.approx(1 / 6)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A twin with a reader, in four views, and the folder of its networks; and one without."""

    @cache
    def twin_and_folder(metric, reader=None):
        twin, _ = made("no", metric, turn=True, soften=True, reader=reader)
        folder = tmp_path_factory.mktemp(metric)
        export_networks(twin, folder)
        return twin, folder

    return twin_and_folder


@pytest.mark.parametrize("asked", [("euclidean", "prototype"), ("weighted-l1",)])
def test_exported_networks_see_the_same_views(asked, exported):
    twin, folder = exported(*asked)
    packed = (255 * pictures()).to(torch.uint8)
    networks = Networks(folder, ImageInput(height=6, width=6, channels=1))
    with torch.no_grad():
        expected = all_pairs(twin, packed / 255).numpy()
    encoded = networks.left.encode(packed.numpy())
    found = networks.distances(encoded[None], encoded[None])[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert networks.left.embedding_size == 4 * 8


def test_an_exported_reader_sees_the_same_views(exported):
    twin, folder = exported("euclidean", "prototype")
    support, query = pictures(8).reshape(2, 4, *SHAPE), pictures(18)[8:].reshape(2, 5, *SHAPE)
    told = torch.eye(2).repeat(2, 1)
    with torch.no_grad():
        embedded = in_sets(twin, support), in_sets(twin, query)
        expected = twin.reader(twin.metric, embedded[0], told.expand(2, 4, 2), embedded[1])
    reader = EpisodeReader(folder / READER, embedded[0][0].numpy())
    found = reader.read(embedded[0].numpy(), told.numpy(), embedded[1].numpy())
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


def test_many_episodes_tell_how_far_their_reading_is(exported, monkeypatch):
    twin, folder = exported("euclidean", "prototype")
    followed = Followed()
    told = followed.told

    embeddings = twin.embed((pictures(6),)).detach().numpy()
    reader = EpisodeReader(folder / READER, embeddings, followed)
    support = np.tile(np.arange(4).reshape(1, 2, 2), (60, 1, 1))
    asked = Episodes(np.repeat(5, 60), support, np.zeros(60, np.int64))
    together = reader(asked)
    assert told == []
    monkeypatch.setattr("gemel.matcher.episode_reader.CHUNK_FLOATS", 1)
    np.testing.assert_allclose(reader(asked), together, rtol=1e-5)
    assert told == [("reading episodes", 60), *range(1, 61)]


@pytest.mark.parametrize(
    ("recipe", "changes", "what"),
    [
        ("default", ["tie=separate"], "shared"),
        ("santoro-2016", [], "memory"),
        ("series-default", [], "series"),
    ],
)
def test_what_has_no_views_is_refused_when_the_recipe_is_read(recipe, changes, what):
    with pytest.raises(RecipeError, match=f"test_time .*{what}"):
        load_recipe(recipe, [*changes, "test_time.mirror=sideways"])


def test_an_encoder_with_views_of_its_own_is_refused_before_it_is_trained():
    recipe = load_recipe("faces", ["test_time.mirror=sideways"])
    fed = InputStatistics(ImageInput(height=56, width=46, channels=1), PixelStatistics.untouched(1))
    with pytest.raises(RecipeError, match="leave test_time out"):
        twin_in_use(recipe, build_twin(recipe, fed))


def test_turned_pictures_must_be_square():
    recipe = load_recipe("default", ["test_time.turn=true"])
    fed = InputStatistics(ImageInput(height=16, width=20, channels=1), PixelStatistics.untouched(1))
    with pytest.raises(RecipeError, match=r"16x20: set input\.size to a square"):
        twin_in_use(recipe, build_twin(recipe, fed))
