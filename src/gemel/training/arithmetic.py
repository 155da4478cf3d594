"""The arithmetic of training: tiny numbers are zero, and freed memory is kept for the next step."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import torch

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD, MMAP_MAX = -1, -2, -3, -4
"""glibc's parameter numbers (`man mallopt`)."""
KEEPING = {MMAP_MAX: 0, TRIM_THRESHOLD: 2**31 - 1, TOP_PAD: 2**28}
USUAL = {MMAP_MAX: 2**16, TRIM_THRESHOLD: 2**26, TOP_PAD: 2**17, MMAP_THRESHOLD: 2**25}
"""glibc's defaults; its thresholds grow up to these, and stay fixed once any has been set."""


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
