"""The optimiser of a recipe, and the schedule of its learning rate and momentum."""

from __future__ import annotations

import math
from typing import Any, final

import torch
from torch import nn

from gemel.encoders.stem import TokenVectors
from gemel.errors import RecipeError
from gemel.recipe.schedule import LayerSetting, OptimizerSetting, ScheduleSetting
from gemel.recipe.schema import Recipe
from gemel.training.muon import Muon


def build_optimizer(setting: OptimizerSetting, module: nn.Module) -> torch.optim.Optimizer:
    """The optimiser, with a parameter group for each distinct set of rates.

    AdamW and Muon do not decay biases and norms. Raises `RecipeError` for rates of a layer that the
    network does not have.
    """
    _check_layers(setting, module)
    tables = {id(table) for part in module.modules() for table in _tables(part)}
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for name, parameter in module.named_parameters():
        if not parameter.requires_grad:
            continue
        rates = _rates(setting, name, parameter)
        if setting.name == "muon":
            rates["matrix"] = parameter.ndim > 1 and id(parameter) not in tables
        group = groups.setdefault(tuple(rates.values()), {"params": [], **rates})
        group["params"].append(parameter)
    each = list(groups.values())
    match setting.name:
        case "adamw":
            return torch.optim.AdamW(each)
        case "muon":
            return Muon(each)
        case "adam":
            return torch.optim.Adam(each)
        case "rmsprop":
            # Keras's defaults, which the reproduced Keras notes used.
            return torch.optim.RMSprop(each, alpha=0.9, eps=1e-7)
        case "sgd":
            return torch.optim.SGD(each)


def _tables(module: nn.Module) -> tuple[torch.Tensor, ...]:
    """Embedding tables, which are looked up rather than multiplied by: not for Muon."""
    if isinstance(module, TokenVectors):
        return (module.vectors,)
    return (module.weight,) if isinstance(module, nn.Embedding) else ()


def _check_layers(setting: OptimizerSetting, module: nn.Module) -> None:
    known = dict.fromkeys(
        part for name, _ in module.named_parameters() for part in name.split(".")[:-1]
    )
    for layer in setting.layers:
        if layer not in known:
            raise RecipeError(
                f"optimizer.layers.{layer} must name a layer of this network: choose one of "
                f"{', '.join(known)}"
            )


def _rates(setting: OptimizerSetting, name: str, parameter: nn.Parameter) -> dict[str, Any]:
    own = next(
        (layer for key, layer in setting.layers.items() if key in name.split(".")), LayerSetting()
    )
    decay = setting.weight_decay if own.weight_decay is None else own.weight_decay
    if setting.name in {"adamw", "muon"} and parameter.ndim < 2:
        decay = 0.0
    momentum = setting.momentum if own.momentum is None else own.momentum
    return {
        "lr": own.learning_rate or setting.learning_rate,
        "weight_decay": decay,
        "momentum": momentum,
    }


@final
class Scheduler:
    """Sets the learning rate and momentum of each group by the progress of training."""

    def __init__(self, recipe: Recipe, optimizer: torch.optim.Optimizer) -> None:
        self.schedule = recipe.schedule
        self.momentum_start = recipe.optimizer.momentum_start
        self.optimizer = optimizer
        self.full = [(group["lr"], group["momentum"]) for group in optimizer.param_groups]

    def set(self, share: float, epoch: int) -> None:
        """Sets the rates for when a `share` (0–1) of the training and `epoch` epochs are done."""
        factor = rate_factor(self.schedule, share, epoch)
        for group, (rate, momentum) in zip(self.optimizer.param_groups, self.full, strict=True):
            group["lr"] = rate * factor
            if self.momentum_start is not None:
                start = self.momentum_start
                group["momentum"] = start + (momentum - start) * share

    @property
    def learning_rate(self) -> float:
        rate: float = self.optimizer.param_groups[0]["lr"]
        return rate


def rate_factor(schedule: ScheduleSetting, share: float, epoch: int) -> float:
    """The factor of the learning rate.

    >>> rate_factor(ScheduleSetting(name="exponential", factor=0.5), 0.1, epoch=2)
    0.25
    """
    if share < schedule.warmup:
        return max(share / schedule.warmup, 1e-3)
    match schedule.name:
        case "constant":
            return 1.0
        case "exponential":
            return float(schedule.factor**epoch)
        case "cosine":
            rest = (share - schedule.warmup) / (1 - schedule.warmup)
            return 0.5 * (1 + math.cos(math.pi * min(rest, 1.0)))
