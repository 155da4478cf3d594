"""The contract of all losses. A new loss joins by one line in LOSSES."""

from __future__ import annotations

import pytest
import torch

from gemel.losses import LOSSES

SAME = torch.tensor([[True, False, False], [True, True, False], [False, True, False]])


@pytest.fixture(params=sorted(LOSSES))
def loss(request):
    return LOSSES[request.param]()


def distances() -> torch.Tensor:
    return torch.rand(3, 3, generator=torch.Generator().manual_seed(3)) * 2


def test_is_one_finite_number(loss):
    value = loss(distances(), SAME)
    assert value.shape == ()
    assert torch.isfinite(value)


def test_order_of_rows_and_columns_does_not_matter(loss):
    rows, columns = torch.tensor([2, 0, 1]), torch.tensor([1, 2, 0])
    turned = loss(distances()[rows][:, columns], SAME[rows][:, columns])
    torch.testing.assert_close(turned, loss(distances(), SAME))


def test_nearer_partners_and_farther_strangers_make_it_smaller(loss):
    better = torch.where(SAME, distances() * 0.5, distances() + 0.5)
    assert loss(better, SAME) < loss(distances(), SAME)


def test_exchanged_labels_make_it_larger_on_a_good_network(loss):
    good = torch.where(SAME, 0.1, 0.9)
    assert loss(good, ~SAME) > loss(good, SAME)


def test_gradients_are_finite_when_all_embeddings_coincide(loss):
    zero = torch.zeros(3, 3, requires_grad=True)
    loss(zero, SAME).backward()
    assert torch.isfinite(zero.grad).all()


def test_extreme_distances_give_finite_values_and_gradients(loss):
    far = torch.tensor([[1e4, 0.0, 1e4]] * 3, requires_grad=True)
    value = loss(far, SAME)
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(far.grad).all()


def test_state_survives_saving(loss, tmp_path):
    from safetensors.torch import load_file, save_file

    other = type(loss)()
    with torch.no_grad():
        for parameter in loss.parameters():
            parameter += 0.5  # as trained: new losses are alike anyway
    if loss.state_dict():
        save_file(loss.state_dict(), tmp_path / "loss.safetensors")
        other.load_state_dict(load_file(tmp_path / "loss.safetensors"))
    assert other(distances(), SAME) == loss(distances(), SAME)
