"""Muon by hand: what is orthogonal, how far a step goes, and who goes by AdamW instead."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gemel.encoders.stem import TokenVectors
from gemel.recipe.schedule import OptimizerSetting
from gemel.training.checkpoint import Counters, load_checkpoint, save_checkpoint
from gemel.training.muon import Muon, orthogonal
from gemel.training.optimizer import build_optimizer


@pytest.mark.parametrize(("rows", "columns"), [(6, 20), (20, 6), (8, 8)])
def test_singular_values_come_to_one_and_directions_stay(rows, columns):
    generator = torch.Generator().manual_seed(3)
    left, _ = torch.linalg.qr(torch.randn(rows, rows, generator=generator))
    right, _ = torch.linalg.qr(torch.randn(columns, columns, generator=generator))
    many = min(rows, columns)
    values = torch.logspace(0, -1.5, many)
    matrix = left[:, :many] * values @ right[:, :many].T
    turned = left[:, :many].T @ orthogonal(matrix) @ right[:, :many]
    assert ((turned.diagonal() > 0.6) & (turned.diagonal() < 1.25)).all()
    assert (turned - torch.diag(turned.diagonal())).abs().max() < 1e-4


def test_nothing_is_orthogonal_to_nothing():
    assert (orthogonal(torch.zeros(3, 4)) == 0).all()


def through_the_iterations(value: float) -> float:
    """What becomes of one singular value: five times a x + b x^3 + c x^5."""
    for _ in range(5):
        value = 3.4445 * value - 4.7750 * value**3 + 2.0315 * value**5
    return value


def test_two_steps_by_hand():
    weights = nn.Parameter(torch.ones(1, 4))
    optimizer = Muon([{"params": [weights], "matrix": True, "lr": 0.1, "weight_decay": 0.5}])
    # A row has one singular value, its length: whatever the gradient, the step has the same one,
    # 0.1 * 0.2 * sqrt(4) = 0.04 times what the iterations make of 1, along its direction.
    far = 0.04 * through_the_iterations(1.0)
    weights.grad = torch.tensor([[0.0, 300.0, 0.0, 0.0]])
    optimizer.step()
    expected = torch.full((1, 4), 0.95)
    expected[0, 1] -= far
    assert torch.allclose(weights, expected)
    # The mean is now (0, 15, 0, 0); with the new gradient (400, 0, 0, 0) it is (20, 14.25, 0, 0),
    # and 0.05 of the gradient beside 0.95 of that: (39, 13.5375, 0, 0).
    weights.grad = torch.tensor([[400.0, 0.0, 0.0, 0.0]])
    optimizer.step()
    ahead = torch.tensor([39.0, 13.5375, 0.0, 0.0])
    assert torch.allclose(weights, expected * 0.95 - far * ahead / ahead.norm(), atol=1e-6)


def test_kernels_move_as_the_matrix_with_a_row_for_each_map():
    generator = torch.Generator().manual_seed(1)
    gradient = torch.randn(5, 3, 2, 2, generator=generator)
    kernels = nn.Parameter(torch.zeros(5, 3, 2, 2).to(memory_format=torch.channels_last))
    flat = nn.Parameter(torch.zeros(5, 12))
    for weights, grad in ((kernels, gradient), (flat, gradient.flatten(1))):
        weights.grad = grad.clone()
        Muon([{"params": [weights], "matrix": True, "lr": 0.1, "weight_decay": 0.0}]).step()
    assert torch.allclose(kernels.flatten(1), flat)
    assert kernels.is_contiguous(memory_format=torch.channels_last)


def after_two_steps(name: str) -> dict[str, torch.Tensor]:
    """The parameters of a small network, moved by gradients that are the same for every name."""
    generator = torch.Generator().manual_seed(2)
    module = nn.Sequential(
        nn.Embedding(7, 3), TokenVectors(torch.rand(7, 3)), nn.Linear(3, 3), nn.BatchNorm1d(3)
    )
    for parameter in module.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator)
    setting = OptimizerSetting(name=name, learning_rate=0.01, weight_decay=0.1)
    optimizer = build_optimizer(setting, module)
    for _ in range(2):
        for parameter in module.parameters():
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        optimizer.step()
        optimizer.zero_grad()
    return dict(module.named_parameters())


def test_biases_norms_and_word_vectors_go_by_adamw():
    muon, adamw = after_two_steps("muon"), after_two_steps("adamw")
    alike = {name for name in muon if torch.equal(muon[name], adamw[name])}
    assert alike == {"0.weight", "1.vectors", "2.bias", "3.weight", "3.bias"}


def test_it_goes_on_from_a_checkpoint_as_if_nothing_had_happened(tmp_path):
    def network() -> tuple[nn.Module, torch.optim.Optimizer]:
        torch.manual_seed(0)
        module = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(16, 2))
        return module, build_optimizer(OptimizerSetting(name="muon", learning_rate=0.01), module)

    def steps(module: nn.Module, optimizer: torch.optim.Optimizer, numbers: range) -> None:
        for number in numbers:
            pictures = torch.randn(5, 1, 4, 4, generator=torch.Generator().manual_seed(number))
            module(pictures).square().sum().backward()
            optimizer.step()
            optimizer.zero_grad()

    straight = network()
    steps(*straight, range(4))
    stopped = network()
    steps(*stopped, range(2))
    save_checkpoint(tmp_path / "half.safetensors", *stopped, Counters())
    resumed = network()
    load_checkpoint(tmp_path / "half.safetensors", *resumed)
    steps(*resumed, range(2, 4))
    for one, other in zip(straight[0].parameters(), resumed[0].parameters(), strict=True):
        assert torch.equal(one, other)
