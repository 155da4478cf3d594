"""The contract of all ties. A new tie joins by a case in `made`."""

from __future__ import annotations

import copy
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from gemel.encoders import ENCODERS, PixelStatistics
from gemel.errors import RecipeError
from gemel.export.networks import export_networks, plain_copy, save_weights
from gemel.export.parity import measure_parity
from gemel.inputs import ImageInput
from gemel.matcher.networks import JointNetworks, Networks, Tie
from gemel.measure.compared import these
from gemel.metrics import METRICS
from gemel.twin import JointTwin, SeparateTwin, SharedTwin, check_margin, stacked

SHAPE = (1, 4, 4)
ALIKE = ["joint", "shared"]
"""Ties whose sides may be exchanged."""


def encoder(shape=SHAPE, size=8):
    statistics = PixelStatistics.untouched(shape[0])
    return ENCODERS["mlp"](shape, statistics, widths=(size,), output="linear")


def made(tie, metric="decision"):
    with torch.random.fork_rng():
        torch.manual_seed(3)
        match tie:
            case "shared":
                return SharedTwin(encoder(), METRICS[metric](8)).eval()
            case "separate":
                return SeparateTwin(encoder(), encoder(), METRICS[metric](8)).eval()
            case "joint":
                together = encoder(stacked(SHAPE, SHAPE))
                return JointTwin(together, (SHAPE, SHAPE), exchangeable=True).eval()
            case other:
                pytest.fail(f"no such tie here: {other}")


def items(count, seed=0):
    return (torch.rand(count, *SHAPE, generator=torch.Generator().manual_seed(seed)),)


def alone(twin, left, right):
    """The distance of two items, in a batch of their own."""
    if isinstance(twin, SharedTwin):  # whose sides are one batch
        both = (torch.stack([left, right]),)
        return twin(both, both, torch.tensor([0]), torch.tensor([[1]]))[0, 0]
    return twin((left[None],), (right[None],), torch.tensor([0]), torch.tensor([[0]]))[0, 0]


@pytest.fixture(params=sorted(get_args(Tie)))
def twin(request):
    return made(request.param)


def each_against_all_others(count):
    rows = torch.tensor([4, 0, 2, 5, 1, 3])[:count]
    others = [[j for j in range(6) if j != i] for i in rows.tolist()]
    return rows, torch.tensor(others)


def test_all_pairs_at_once_are_the_pairs_each_alone(twin):
    both = items(6)
    rows, columns = each_against_all_others(6)
    dense = twin(both, both, rows, columns)
    assert dense.shape == (6, 5)
    for row, number in enumerate(rows):
        for place, other in enumerate(columns[row]):
            torch.testing.assert_close(
                dense[row, place],
                alone(twin, both[0][number], both[0][other]),
                atol=1e-5,
                rtol=1e-5,
            )


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_few_pairs_and_many_are_come_by_alike_whatever_the_metric(metric):
    twin, both = made("shared", metric), items(6)
    rows, columns = each_against_all_others(6)
    dense = twin(both, both, rows, columns)
    few = twin(both, both, rows[:2], columns[:2, :1])
    torch.testing.assert_close(few, dense[:2, :1], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("tie", ["joint", "separate"])
def test_sides_may_hold_different_items_and_different_numbers_of_them(tie):
    twin, left, right = made(tie), items(2, seed=1), items(3, seed=2)
    columns = torch.tensor([[2, 0], [1, 1]])
    distance = twin(left, right, torch.tensor([0, 1]), columns)
    for row in range(2):
        for place in range(2):
            there = alone(twin, left[0][row], right[0][columns[row, place]])
            torch.testing.assert_close(distance[row, place], there, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("tie", ALIKE)
def test_sides_may_be_exchanged_to_the_last_bit(tie):
    twin, both = made(tie), items(2)
    there = twin(both, both, torch.tensor([0]), torch.tensor([[1]]))
    back = twin(both, both, torch.tensor([1]), torch.tensor([[0]]))
    assert torch.equal(there, back)


def test_with_an_encoder_for_each_side_the_order_matters():
    twin, (one, other) = made("separate", "euclidean"), items(2)[0]
    assert not torch.isclose(alone(twin, one, other), alone(twin, other, one))


def test_training_moves_all_weights(twin):
    before = copy.deepcopy(twin.state_dict())
    twin = twin.train()
    both = items(6)
    optimizer = torch.optim.SGD(twin.parameters(), lr=1.0)
    twin(both, both, *each_against_all_others(6)).square().sum().backward()
    optimizer.step()
    moved = {name for name, value in twin.state_dict().items() if not value.equal(before[name])}
    assert moved == {name for name, _ in twin.named_parameters()}


def test_encoders_of_separate_sides_share_no_weights():
    twin = made("separate")
    ids = [{id(parameter) for parameter in one.parameters()} for one in twin.encoders]
    assert not ids[0] & ids[1]
    assert not torch.equal(*(next(one.parameters()) for one in twin.encoders))


def test_a_state_survives_saving(twin, tmp_path):
    save_file(twin.state_dict(), tmp_path / "twin.safetensors")
    other = copy.deepcopy(twin)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    other.load_state_dict(load_file(tmp_path / "twin.safetensors"))
    both = items(3)
    asked = (torch.tensor([0]), torch.tensor([[1, 2]]))
    assert torch.equal(other(both, both, *asked), twin(both, both, *asked))


def networks_of(twin, folder):
    reader = ImageInput(height=4, width=4, channels=1)
    export_networks(twin, folder)
    save_weights(twin, folder)
    if isinstance(twin, JointTwin):
        return JointNetworks(folder, reader, reader)
    return Networks(folder, reader, reader if isinstance(twin, SeparateTwin) else None)


def test_exported_it_answers_as_torch_does_and_keeps_its_symmetry(twin, tmp_path):
    networks = networks_of(twin, tmp_path)
    packed = np.random.default_rng(2).integers(0, 256, (6, *SHAPE)).astype(np.uint8)
    those = these(packed, packed)
    pairs = (np.arange(6), np.array([5, 0, 1, 2, 3, 3]))
    parity = measure_parity(twin, networks, those, pairs, threshold=0.5)
    assert parity.largest_distance_difference < 1e-4
    assert (parity.largest_difference is None) == isinstance(twin, JointTwin)
    for one, other in [(0, 1), (2, 3), (4, 5)]:
        there = networks.distance(packed[one, 0], packed[other, 0])
        back = networks.distance(packed[other, 0], packed[one, 0])
        assert (there == back) == (not isinstance(twin, SeparateTwin))
    assert set(load_file(tmp_path / "weights.safetensors")) == set(plain_copy(twin).state_dict())


@pytest.mark.parametrize("name", ["alignment", "relation", "second-look"])
def test_exported_metrics_that_round_by_order_are_asked_in_one_order(name, tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(5)
        metric = METRICS[name](64, (4, 4))
        twin = SharedTwin(encoder(size=64), metric).eval()
    export_networks(twin, tmp_path)
    networks = Networks(tmp_path, ImageInput(height=4, width=4, channels=1))
    pictures = np.random.default_rng(4).integers(0, 256, (24, 4, 4)).astype(np.uint8)
    for one, other in combinations(pictures, 2):
        assert networks.distance(one, other) == networks.distance(other, one)


def test_joint_sides_of_two_kinds_are_asked_in_one_order_alone():
    shape = (3, 4, 4)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        twin = JointTwin(encoder(stacked(SHAPE, shape)), (SHAPE, shape), exchangeable=False)
    left, right = items(2)[0], torch.rand(2, *shape)
    distance = twin.eval().pairs((left,), (right,))
    assert torch.equal(distance, -twin.score(twin.encoder(torch.cat([left, right], 1)))[:, 0])


def test_items_that_do_not_lie_on_one_another_are_refused():
    with pytest.raises(RecipeError, match=r"must be of one size, got 4x4 on the left and 8x4"):
        stacked((1, 4, 4), (1, 8, 4))


def test_embeddings_of_two_sizes_are_refused():
    with pytest.raises(RecipeError, match=r"one size .* got 8 on the left and 5 on the right"):
        SeparateTwin(encoder(), encoder(size=5), METRICS["cosine"](8))


def test_a_margin_beyond_reach_is_refused():
    made_of = ENCODERS["compact"]((1, 8, 8), PixelStatistics.untouched(1))
    twin = SharedTwin(made_of, METRICS["cosine"](128))
    check_margin(2.0, twin)
    check_margin(None, twin)
    check_margin(99.0, made("joint"))
    with pytest.raises(RecipeError, match=r"pairs 2\.5 apart, but this metric reaches at most 2"):
        check_margin(2.5, twin)


def test_maps_that_a_metric_reads_have_as_many_places_on_both_sides():
    still = PixelStatistics.untouched(1)
    tall, wide = (ENCODERS["conv4"]((1, *size), still, maps=4) for size in ((32, 16), (16, 32)))
    assert tall.embedding_size == wide.embedding_size
    assert SeparateTwin(tall, wide, METRICS["euclidean"](8, tall.map_size))
    with pytest.raises(RecipeError, match=r"places on both sides, got 2x1 .* and 1x2 on the right"):
        SeparateTwin(tall, wide, METRICS["views"](8, tall.map_size))


def test_the_2_channel_network_has_the_papers_layers():
    # 96·(2·7² + 1), 192·(96·5² + 1), 256·(192·3² + 1), then 256 to 256 to 1.
    shape = (1, 64, 64)
    both = ENCODERS["zagoruyko"](stacked(shape, shape), PixelStatistics.untouched(2))
    twin = JointTwin(both, (shape, shape), exchangeable=True)
    layers = [9_504, 460_992, 442_624, 256 * 256 + 256, 256 + 1]
    assert sum(weights.numel() for weights in twin.parameters()) == sum(layers)
