"""Settings that make training fast on this machine: precision, compilation, memory, denormals."""

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
"""The shortest run for which compilation, of up to half a minute, pays off."""

BF16_GAIN = 1.25
"""The speed-up of a convolution from which bf16 is chosen, well above measurement noise."""

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD, MMAP_MAX = -1, -2, -3, -4
"""glibc's parameter numbers (`man mallopt`)."""
KEEPING = {MMAP_MAX: 0, TRIM_THRESHOLD: 2**31 - 1, TOP_PAD: 2**28}
USUAL = {MMAP_MAX: 2**16, TRIM_THRESHOLD: 2**26, TOP_PAD: 2**17, MMAP_THRESHOLD: 2**25}
"""glibc's defaults; its thresholds grow up to these, and stay fixed once any has been set."""

Precision = Literal["32-true", "bf16-mixed"]


@final
@dataclass(frozen=True)
class Speed:
    """Precision and compilation of the loop; a resumed training keeps them."""

    precision: Precision
    compiled: bool


@contextmanager
def flushed_denormals() -> Iterator[None]:
    """Treats denormal numbers (below about 1e-38), which are a hundred times slower, as zero.

    Moving averages of gradients that have become zero decay into denormals, and training would slow
    down tenfold. Threads inherit the setting when they start, so enter this before the first
    computation. On exit the setting of the calling thread is restored.
    """
    before = float(torch.tensor([1e-38]) * 1e-2) == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


@contextmanager
def fast_arithmetic() -> Iterator[None]:
    """The arithmetic of training: denormals are flushed to zero and freed memory is kept."""
    with kept_memory(), flushed_denormals():
        yield


@contextmanager
def kept_memory() -> Iterator[None]:
    """Makes this process keep freed memory for reuse.

    By default glibc returns large blocks to the system at once, and the system clears their pages
    when the next step allocates them: up to half the time of a small convnet's step. On exit the
    memory is returned. Only Linux is affected.
    """
    _set_allocator(KEEPING)
    try:
        yield
    finally:
        _set_allocator(USUAL)


def _set_allocator(settings: Mapping[int, int]) -> None:
    """Set glibc's parameters, and return the memory that is not to be kept under them."""
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):  # a C library without such settings
        library = ctypes.CDLL(None)
        for parameter, value in settings.items():
            library.mallopt(parameter, value)
        library.malloc_trim(0)


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

    return _best_time(lambda: convolution(items)) > BF16_GAIN * _best_time(low)


@torch.no_grad()
def _best_time(work: Callable[[], object], times: int = 7) -> float:
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)
