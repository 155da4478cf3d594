"""Checkpoints without pickle: tensors in one safetensors file, the rest as JSON in its header.

The randomness of a step derives from the seed and the step's number, so weights, optimiser state
and counters suffice for a resumed training to take the same steps as an uninterrupted one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from gemel.errors import RunError
from gemel.whole_file import whole_file


@final
@dataclass
class Counters:
    """The state of a training, beside weights and optimiser."""

    epoch: int = 0
    step: int = 0
    """The next step; an epoch ended early by `training.minutes` counts as complete."""
    taken: int = 0
    """The number of steps actually taken."""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    losses: list[float] = field(default_factory=list)
    resting: list[float] = field(default_factory=list)
    best: float | None = None
    best_epoch: float = 0
    waited: int = 0
    finished: bool = False
    history: list[dict[str, float]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    speed: dict[str, Any] = field(default_factory=dict)


def save_checkpoint(
    path: Path, module: nn.Module, optimizer: torch.optim.Optimizer, counters: Counters
) -> None:
    """Writes a checkpoint atomically: if killed while saving, the previous one remains."""
    tensors = {f"module.{name}": value for name, value in module.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        for key, value in state.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{index}.{key}"] = value
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    with whole_file(path) as temporary:
        save_file(plain, temporary, {"counters": json.dumps(asdict(counters))})


def load_checkpoint(path: Path, module: nn.Module, optimizer: torch.optim.Optimizer) -> Counters:
    """Restores weights and optimiser state in place, and returns the counters."""
    counters = read_counters(path)
    with safe_open(path, "pt") as stored:
        tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    module.load_state_dict(
        {
            name.removeprefix("module."): value
            for name, value in tensors.items()
            if name.startswith("module.")
        }
    )
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, index, key = name.split(".", 2)
            state.setdefault(int(index), {})[key] = _laid_out_like(parameters[int(index)], value)
    optimizer.load_state_dict(
        {"state": state, "param_groups": optimizer.state_dict()["param_groups"]}
    )
    return counters


def read_counters(path: Path) -> Counters:
    """The counters of a checkpoint. Raises `RunError` if it is damaged or of another version."""
    try:
        with safe_open(path, "pt") as stored:
            return Counters(**json.loads(stored.metadata()["counters"]))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"the checkpoint {path} must be whole to resume from it, and it cannot be read: "
            f"{error}. Delete it to start again"
        ) from error


def _laid_out_like(parameter: Tensor, value: Tensor) -> Tensor:
    """The value in the parameter's memory format, so that resumed steps are bitwise the same."""
    if value.shape != parameter.shape:
        return value
    return torch.empty_like(parameter, dtype=value.dtype).copy_(value)
