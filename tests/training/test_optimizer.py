"""Rates by hand: which parameters they fall on, and how they move while a training goes on."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import nn

from gemel.encoders import PixelStatistics
from gemel.errors import RecipeError
from gemel.inputs import ImageInput
from gemel.planning.build_encoder import InputStatistics
from gemel.planning.build_network import build_loss, build_twin
from gemel.recipe.files import load_recipe
from gemel.recipe.schedule import OptimizerSetting, ScheduleSetting
from gemel.training.muon import Muon
from gemel.training.optimizer import Scheduler, build_optimizer, rate_factor
from gemel.training.step import Step


@pytest.fixture(scope="module")
def koch():
    changes = ["encoder.embedding_size=4", "encoder.kernels=[3, 3, 3, 2]"]
    recipe = load_recipe("koch-2015", changes)
    reader = ImageInput(height=35, width=35, channels=1)
    twin = build_twin(recipe, InputStatistics(reader, PixelStatistics([0.5], [0.2])))
    step = Step(twin, build_loss(recipe, twin))
    return recipe, step, build_optimizer(recipe.optimizer, step)


def group_of(optimizer, parameter):
    (group,) = [
        group
        for group in optimizer.param_groups
        if any(parameter is other for other in group["params"])
    ]
    return group


def test_koch_has_its_rates_layer_by_layer(koch):
    _, step, optimizer = koch
    encoder, metric = step.twin.encoder, step.twin.metric
    for conv in (encoder.conv1, encoder.conv2, encoder.conv3, encoder.conv4):
        for parameter in (conv.weight, conv.bias):
            group = group_of(optimizer, parameter)
            # The gradient of the paper's λ w² is 2 λ w: twice its 2e-4, and below twice its 1e-3.
            assert (group["lr"], group["weight_decay"], group["momentum"]) == (1e-2, 4e-4, 0.9)
    for dense in (encoder.dense, metric.score):
        for parameter in (dense.weight, dense.bias):
            group = group_of(optimizer, parameter)
            assert (group["lr"], group["weight_decay"], group["momentum"]) == (1e-3, 2e-3, 0.9)


def test_every_parameter_that_learns_is_in_one_group(koch):
    _, step, optimizer = koch
    grouped = [id(p) for group in optimizer.param_groups for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in step.parameters() if p.requires_grad)


def test_kochs_momentum_grows_and_rates_shrink(koch):
    recipe, _, optimizer = koch
    scheduler = Scheduler(recipe, optimizer)
    for share, epoch, momentum in [(0.0, 0, 0.5), (0.25, 50, 0.6), (1.0, 200, 0.9)]:
        scheduler.set(share, epoch)
        # From 0.5 to 0.9, linearly: a quarter of the way is 0.5 + 0.4/4 = 0.6.
        assert [group["momentum"] for group in optimizer.param_groups] == pytest.approx(
            [momentum] * len(optimizer.param_groups)
        )
        rates = sorted({group["lr"] for group in optimizer.param_groups})
        assert rates == pytest.approx([1e-3 * 0.99**epoch, 1e-2 * 0.99**epoch])
    scheduler.set(0.0, 0)
    assert scheduler.learning_rate == pytest.approx(1e-2)


def test_one_step_of_sgd_with_momentum_by_hand():
    layer = nn.Linear(1, 1, bias=False)
    layer.weight.data.fill_(2.0)
    setting = OptimizerSetting(name="sgd", learning_rate=0.1, momentum=0.5, weight_decay=0.01)
    optimizer = build_optimizer(setting, layer)
    for expected in (2 - 0.1 * 3.02, 1.698 - 0.1 * (0.5 * 3.02 + 3.01698)):
        # gradient 3, decay 0.01 * 2: velocity 3.02; then 0.5 * 3.02 + 3 + 0.01 * 1.698
        layer.weight.grad = torch.full((1, 1), 3.0)
        optimizer.step()
        assert layer.weight.item() == pytest.approx(expected)


def test_adamw_leaves_biases_and_norms_undecayed():
    module = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    optimizer = build_optimizer(OptimizerSetting(name="adamw", weight_decay=0.5), module)
    decays = {
        name: group_of(optimizer, parameter)["weight_decay"]
        for name, parameter in module.named_parameters()
    }
    assert decays == {"0.weight": 0.5, "0.bias": 0.0, "1.weight": 0.0, "1.bias": 0.0}


@pytest.mark.parametrize("name", ["adam", "rmsprop", "sgd"])
def test_other_optimizers_decay_whatever_learns(name):
    layer = nn.Linear(2, 2)
    optimizer = build_optimizer(OptimizerSetting(name=name, weight_decay=0.5), layer)
    assert group_of(optimizer, layer.bias)["weight_decay"] == 0.5


def test_a_layers_own_rate_of_zero_is_no_rate_left_out():
    none = {"momentum": 0.0, "weight_decay": 0.0}
    setting = OptimizerSetting.model_validate(
        {"name": "sgd", "momentum": 0.9, "weight_decay": 0.5, "layers": {"0": none}}
    )
    module = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    optimizer = build_optimizer(setting, module)
    rates = [group_of(optimizer, layer.weight) for layer in module]
    assert [(group["momentum"], group["weight_decay"]) for group in rates] == [(0, 0), (0.9, 0.5)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adamw", torch.optim.AdamW),
        ("muon", Muon),
        ("adam", torch.optim.Adam),
        ("rmsprop", torch.optim.RMSprop),
        ("sgd", torch.optim.SGD),
    ],
)
def test_every_name_is_an_optimizer(name, kind):
    optimizer = build_optimizer(OptimizerSetting(name=name, learning_rate=0.3), nn.Linear(1, 1))
    assert type(optimizer) is kind
    assert optimizer.param_groups[0]["lr"] == 0.3


def test_rmsprop_has_keras_constants():
    (group,) = build_optimizer(OptimizerSetting(name="rmsprop"), nn.Linear(1, 1)).param_groups
    assert (group["alpha"], group["eps"]) == (0.9, 1e-7)


def test_rates_for_a_layer_that_is_not_there_are_refused():
    setting = OptimizerSetting.model_validate({"layers": {"conv9": {"learning_rate": 1}}})
    with pytest.raises(RecipeError, match=r"layers\.conv9 must name a layer .* one of 0, 1"):
        build_optimizer(setting, nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1)))


def test_cosine_begins_whole_is_half_in_the_middle_and_ends_at_zero():
    cosine = ScheduleSetting(name="cosine")
    assert [rate_factor(cosine, share, 0) for share in (0, 0.5, 1)] == pytest.approx([1, 0.5, 0])
    # A third of the way: (1 + cos 60 degrees) / 2 = 0.75.
    assert rate_factor(cosine, 1 / 3, 0) == pytest.approx(0.75)


@pytest.mark.parametrize("name", ["constant", "cosine", "exponential"])
def test_warm_up_rises_linearly_to_where_the_schedule_begins(name):
    schedule = ScheduleSetting(name=name, warmup=0.2)
    assert rate_factor(schedule, 0.05, 0) == pytest.approx(0.25)
    assert rate_factor(schedule, 0.1, 0) == pytest.approx(0.5)
    assert rate_factor(schedule, 0.2, 0) == pytest.approx(1)
    assert 0 < rate_factor(schedule, 0.0, 0) < 0.01


@pytest.mark.parametrize("warmup", [0.0, 0.3])
def test_after_warm_up_cosine_only_falls(warmup):
    schedule = ScheduleSetting(name="cosine", warmup=warmup)
    factors = [rate_factor(schedule, warmup + n / 100 * (1 - warmup), 0) for n in range(101)]
    assert all(later < earlier for earlier, later in pairwise(factors))
    assert math.isclose(factors[-1], 0, abs_tol=1e-12)


def test_constant_stays_and_exponential_counts_epochs_not_shares():
    assert rate_factor(ScheduleSetting(name="constant"), 0.9, 7) == 1
    assert rate_factor(ScheduleSetting(name="exponential", factor=0.5), 0.9, 3) == 0.125
