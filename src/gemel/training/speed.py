"""What makes a training fast on this machine, chosen before it starts: precision and compiler."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, final

import torch

from gemel.recipe.schedule import TrainingSetting

COMPILE_MINUTES = 2.5
"""A run must last this long for compilation (up to half a minute) to pay."""

Precision = Literal["32-true", "bf16-mixed"]


@final
@dataclass(frozen=True)
class Speed:
    """How the loop runs. Part of a run's state: a resumed training keeps it."""

    precision: Precision
    compiled: bool


@contextmanager
def flushed_denormals() -> Iterator[None]:
    """Numbers below 1e-38 count as zero inside: a processor takes a hundred times as long for them.

    Moving averages of gradients that have become zero fade into such numbers, and a training then
    slows down tenfold towards its end. Threads take the setting over when they are started, so
    this comes before the first computation; afterwards the caller's thread is as it was.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def choose_speed(setting: TrainingSetting) -> Speed:
    """bf16 wherever the processor computes in it; the compiler on GPUs, for long runs.

    On CPUs bf16 with channels-last memory is fastest uncompiled (docs/lab-notes.md), so there the
    compiler is for those who ask. Nothing is timed: the same recipe on the same machine always
    chooses alike.
    """
    compiled = _compiler_pays(setting) if setting.compile == "auto" else setting.compile
    low = has_bf16() if setting.precision == "auto" else setting.precision == "bf16"
    return Speed("bf16-mixed" if low else "32-true", compiled)


def _compiler_pays(setting: TrainingSetting) -> bool:
    long_run = setting.minutes is None or setting.minutes >= COMPILE_MINUTES
    return torch.cuda.is_available() and long_run and has_compiler()


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
