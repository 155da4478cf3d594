"""What makes a training fast on this machine, chosen before it starts: precision and compiler."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, final

import torch
from torch import nn

from gemel.recipe.schedule import TrainingSetting

COMPILE_MINUTES = 2.5
"""A run must last this long for compilation (up to half a minute) to pay."""

BF16_GAIN = 1.25
"""How much faster a convolution must be in bf16 for it to be chosen: well above any noise."""
MMAP_MAX, TRIM_THRESHOLD, TOP_PAD = -4, -1, -2
"""Names of glibc's settings (`man mallopt`)."""

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
    before = float(torch.tensor([1e-38]) * 1e-2) == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


@contextmanager
def fast_arithmetic() -> Iterator[None]:
    """What a training computes in: denormals count as zero, freed memory is kept."""
    keep_memory()
    with flushed_denormals():
        yield


def keep_memory() -> None:
    """From now on this process keeps what it frees, for the next step to use again.

    glibc gives large blocks back to the system at once, and the system clears each page anew when
    the next step asks for them: up to half of the time of a small convnet's step. Other systems
    have other allocators and are left as they are.
    """
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):  # a C library without such settings
        settings = ctypes.CDLL(None).mallopt
        settings(MMAP_MAX, 0)
        settings(TRIM_THRESHOLD, 2**31 - 1)
        settings(TOP_PAD, 2**28)


def choose_speed(setting: TrainingSetting) -> Speed:
    """bf16 wherever the processor gains by it; the compiler on GPUs, for long runs.

    On CPUs the compiler gains nothing with channels-last memory (docs/lab-notes.md), so there it is
    for those who ask. The same recipe on the same machine chooses alike, unless other work disturbs
    the measuring.
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
    """True where bf16 is computed by the processor itself, not emulated."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags: Mapping[str, Any] = torch.cpu.get_capabilities()
    except AttributeError:  # torch before 2.9
        return False
    return bool(flags.get("avx512_bf16") or flags.get("amx_bf16"))


@cache
def gains_by_bf16() -> bool:
    """True where a convolution is clearly faster in bf16.

    Having the instructions says little: of two processors that have them, one computed twice as
    fast with them and one half as fast (docs/lab-notes.md). So a CPU is asked, once a process.
    """
    if not has_bf16() or torch.cuda.is_available():
        return has_bf16()
    convolution = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    items = torch.ones(8, 64, 16, 16).contiguous(memory_format=torch.channels_last)

    def low() -> None:
        with torch.autocast("cpu", torch.bfloat16):
            convolution(items)

    return _best_time(lambda: convolution(items)) > BF16_GAIN * _best_time(low)


@torch.no_grad()
def _best_time(work: Callable[[], object], times: int = 7) -> float:
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)
