"""The precision and compilation that make training fast on this machine."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, final

import torch
from torch import nn

from gemel.recipe.schedule import TrainingSetting

COMPILE_MINUTES = 2.5
"""The shortest run for which compilation, of up to half a minute, pays off."""

BF16_GAIN = 1.25
"""The speed-up of a convolution from which bf16 is chosen, well above measurement noise."""

Precision = Literal["32-true", "bf16-mixed"]


@final
@dataclass(frozen=True)
class Speed:
    """Precision and compilation of the loop; a resumed training keeps them."""

    precision: Precision
    compiled: bool


def choose_speed(setting: TrainingSetting) -> Speed:
    """Precision and compilation; `auto` means bf16 if it is faster, and compilation on GPUs.

    Compilation is for long runs only; on CPUs it gains nothing with channels-last memory
    (docs/lab-notes.md). Whether bf16 is faster is measured, so other load may change the choice.
    """
    compiled = _compiler_pays(setting) if setting.compile == "auto" else setting.compile
    low = gains_by_bf16() if setting.precision == "auto" else setting.precision == "bf16"
    return Speed("bf16-mixed" if low else "32-true", compiled)


def _compiler_pays(setting: TrainingSetting) -> bool:
    long_run = setting.minutes is None or setting.minutes >= COMPILE_MINUTES
    return torch.cuda.is_available() and long_run and has_compiler()


def has_compiler() -> bool:
    return shutil.which(os.environ.get("CXX", "g++")) is not None


def has_bf16() -> bool:
    """Whether the processor has bf16 instructions, rather than emulating them."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags: Mapping[str, Any] = torch.cpu.get_capabilities()
    except AttributeError:  # torch before 2.9
        return False
    return bool(flags.get("avx512_bf16") or flags.get("amx_bf16"))


@cache
def gains_by_bf16() -> bool:
    """Whether a convolution is clearly faster in bf16.

    The instructions alone do not tell: of two processors with them, one was twice as fast in bf16
    and one half as fast (docs/lab-notes.md). On CPUs it is measured, once per process.
    """
    if not has_bf16() or torch.cuda.is_available():
        return has_bf16()
    convolution = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    items = torch.ones(8, 64, 16, 16).contiguous(memory_format=torch.channels_last)

    def low() -> None:
        with torch.autocast("cpu", torch.bfloat16):
            convolution(items)

    return best_time(lambda: convolution(items)) > BF16_GAIN * best_time(low)


@torch.no_grad()
def best_time(work: Callable[[], object]) -> float:
    """The shortest of several durations, in seconds."""
    seconds = []
    for _ in range(7):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)
