"""What makes a training fast on this machine, chosen before it starts: precision and compiler."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, final

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from gemel.recipe.schedule import TrainingSetting

COMPILE_SECONDS = 150.0
"""A run must be expected to last this long for compilation (about half a minute) to pay."""
PLAIN_FLOPS = 6e10
"""Operations a second of an uncompiled network on two cores: only compared with the bound above."""

Precision = Literal["32-true", "bf16-mixed"]


@final
@dataclass(frozen=True)
class Speed:
    """How the loop runs. Part of a run's state: a resumed training keeps it."""

    precision: Precision
    compiled: bool


def choose_speed(
    setting: TrainingSetting, twin: nn.Module, items: torch.Tensor, steps: int
) -> Speed:
    """`steps` batches like `items` are expected in all; nothing is timed, so that the same recipe
    on the same machine always chooses alike."""
    long_run = (
        setting.minutes * 60 if setting.minutes else _expected_seconds(twin, items, steps)
    ) >= COMPILE_SECONDS
    compiled = setting.compile if setting.compile != "auto" else long_run and has_compiler()
    if setting.precision == "auto":
        # Casting costs more than it gains where nothing fuses it.
        low = has_bf16() and (compiled or torch.cuda.is_available())
        return Speed("bf16-mixed" if low else "32-true", compiled)
    return Speed("bf16-mixed" if setting.precision == "bf16" else "32-true", compiled)


def has_compiler() -> bool:
    return shutil.which(os.environ.get("CXX", "g++")) is not None


def has_bf16() -> bool:
    """True where bf16 is computed by the processor itself, not emulated."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags: Mapping[str, Any] = torch.cpu.get_capabilities()
    except AttributeError:  # torch before 2.9
        return False
    return bool(flags.get("avx512_bf16") or flags.get("amx_bf16"))


def _expected_seconds(twin: nn.Module, items: torch.Tensor, steps: int) -> float:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        twin.encoder(items)  # type: ignore[operator]
    forward_and_backward = 3 * counter.get_total_flops()
    return float(steps * forward_and_backward / PLAIN_FLOPS)
