"""Checkpoints without pickle: tensors in one safetensors file, the rest as JSON in its header.

A step's randomness is drawn from the seed and the step's number, so weights, optimiser state and
counters are all there is to remember: a resumed training takes the very steps that an
uninterrupted one takes.
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
    """Where a training is; what a checkpoint remembers beside the weights."""

    epoch: int = 0
    step: int = 0
    """Which one is next; an epoch that the clock has ended counts as whole."""
    taken: int = 0
    """How many steps there were in fact."""
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
    """Whole or not at all: a training killed while saving finds the checkpoint before."""
    tensors = {f"module.{name}": value for name, value in module.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        for key, value in state.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{index}.{key}"] = value
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    with whole_file(path) as temporary:
        save_file(plain, temporary, {"counters": json.dumps(asdict(counters))})


def load_checkpoint(path: Path, module: nn.Module, optimizer: torch.optim.Optimizer) -> Counters:
    """Puts weights and optimiser state back; the counters it returns say where training was."""
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
    """Where training was. Raises `RunError` for a file that is no whole checkpoint of today's."""
    try:
        with safe_open(path, "pt") as stored:
            return Counters(**json.loads(stored.metadata()["counters"]))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"the checkpoint {path} must be whole to resume from it, and it cannot be read: "
            f"{error}. Delete it to start again"
        ) from error


def _laid_out_like(parameter: Tensor, value: Tensor) -> Tensor:
    """In the parameter's memory format, so that the next step adds in the same order."""
    if value.shape != parameter.shape:
        return value
    return torch.empty_like(parameter, dtype=value.dtype).copy_(value)
