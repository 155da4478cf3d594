"""The contract of all metrics. A new metric joins by one line in METRICS."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from gemel.encoders.output import output_layer
from gemel.metrics import METRICS

SIZE = 6
OUTPUTS = ["linear", "relu", "sigmoid", "softmax", "unit"]


def made(name):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return METRICS[name](SIZE).eval()


@pytest.fixture(params=sorted(METRICS))
def metric(request):
    return made(request.param)


def sets(seed: int, sets: int, items: int) -> torch.Tensor:
    return torch.randn(sets, items, SIZE, generator=torch.Generator().manual_seed(seed))


def test_compares_every_item_of_one_set_with_every_one_of_the_other(metric):
    left, right = sets(1, 2, 3), sets(2, 2, 4)
    distance = metric(left, right)
    assert distance.shape == (2, 3, 4)
    for b in range(2):
        for i in range(3):
            for j in range(4):
                alone = metric(left[b, i].view(1, 1, -1), right[b, j].view(1, 1, -1))
                torch.testing.assert_close(alone.squeeze(), distance[b, i, j])


def test_sides_may_be_exchanged_to_the_last_bit(metric):
    left, right = sets(1, 1, 1), sets(2, 1, 1)
    assert metric(left, right).item() == metric(right, left).item()


FIXED = sorted(name for name in METRICS if not made(name).learned)
"""A learned score may be below zero, and need not be least at zero difference."""


@pytest.mark.parametrize("name", FIXED)
def test_nothing_is_nearer_to_an_item_than_itself(name):
    metric, items = made(name), sets(1, 1, 5)
    own = metric(items, items)[0].diagonal()
    assert (metric(items, items)[0] >= own[:, None] - 1e-6).all()
    torch.testing.assert_close(own, torch.zeros(5), atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", FIXED)
def test_no_distance_is_below_zero(name):
    metric = made(name)
    items = torch.nn.functional.normalize(sets(3, 1, 200), dim=-1)
    assert float(metric(items, items).min()) >= 0


@pytest.mark.parametrize("training", [True, False])
def test_gradients_are_finite_when_embeddings_coincide(metric, training):
    for value in (0.0, 1.0):
        items = torch.full((1, 3, SIZE), value, requires_grad=True)
        metric.train(training)(items, items).sum().backward()
        assert torch.isfinite(items.grad).all()


@pytest.mark.parametrize("output", OUTPUTS)
def test_no_two_embeddings_are_farther_apart_than_it_can_reach(metric, output):
    wild = sets(1, 1, 200) * 20
    embeddings = output_layer(output)(wild[0])[None]
    farthest = metric(embeddings, embeddings).max().item()
    assert farthest <= metric.reach(output) + 1e-5


def test_a_state_survives_saving(metric, tmp_path):
    if metric.state_dict():
        save_file(metric.state_dict(), tmp_path / "m.safetensors")
        other = type(metric)(SIZE).eval()
        other.load_state_dict(load_file(tmp_path / "m.safetensors"))
    else:
        other = type(metric)(SIZE)
    assert torch.equal(other(sets(1, 1, 2), sets(2, 1, 2)), metric(sets(1, 1, 2), sets(2, 1, 2)))


@given(st.lists(st.floats(-100, 100, width=32), min_size=3 * SIZE, max_size=3 * SIZE))
@pytest.mark.parametrize("name", ["euclidean", "manhattan"])
def test_the_way_round_is_never_shorter(name, numbers):
    a, b, c = torch.tensor(numbers).view(3, 1, 1, SIZE)
    metric = made(name)
    assert metric(a, c).item() <= metric(a, b).item() + metric(b, c).item() + 1e-3


def test_by_hand():
    a, b = torch.tensor([[[0.0, 3.0]]]), torch.tensor([[[4.0, 0.0]]])
    assert METRICS["euclidean"](2)(a, b).item() == 5  # √(4² + 3²)
    assert METRICS["squared-euclidean"](2)(a, b).item() == 25  # 4² + 3²
    assert METRICS["manhattan"](2)(a, b).item() == 7  # 4 + 3
    assert METRICS["cosine"](2)(a, b).item() == 1  # at right angles
    learned = METRICS["weighted-l1"](2)
    with torch.no_grad():
        learned.score.weight.copy_(torch.tensor([[-1.0, 2.0]]))
        learned.score.bias.fill_(0.5)
    assert learned(a, b).item() == -(-1 * 4 + 2 * 3 + 0.5)


def test_a_near_zero_euclidean_distance_is_not_rounded_away():
    a = torch.full((1, 1, 128), 100.0)
    b = a.clone()
    b[0, 0, 0] += 0.001
    assert METRICS["euclidean"](128)(a, b).item() == pytest.approx(0.001, rel=0.01)


def test_koch_metric_starts_as_the_paper_says():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        score = METRICS["weighted-l1"](4096).score
    assert score.weight.std().item() == pytest.approx(0.2, rel=0.05)
    assert score.bias.item() == pytest.approx(0.5, abs=0.06)


def test_the_decision_is_a_dense_network_over_both_in_both_orders():
    metric = METRICS["decision"](3)
    a, b = torch.randn(3), torch.randn(3)

    def one_order(first, second):
        weights = torch.cat([metric.first.weight, metric.second.weight], 1)
        hidden = (weights @ torch.cat([first, second]) + metric.first.bias).relu()
        return metric.score.weight[0] @ hidden + metric.score.bias[0]

    expected = -(one_order(a, b) + one_order(b, a)) / 2
    torch.testing.assert_close(metric(a.view(1, 1, 3), b.view(1, 1, 3))[0, 0, 0], expected)


def test_an_embedding_of_zeros_makes_no_leap_of_a_step(metric):
    left = torch.zeros(1, 1, SIZE, requires_grad=True)
    metric.train()(left, sets(3, 1, 4)).sum().backward()
    assert left.grad.abs().max() < 1e6
