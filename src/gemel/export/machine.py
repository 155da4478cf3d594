"""Describes the machine that training runs on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from gemel.counting import count

CPU_TABLE = Path("/proc/cpuinfo")


def machine() -> str:
    """Cores, processor and GPU, as in `2 cores, 1 thread, AMD EPYC`; never a host name."""
    import torch

    threads = torch.get_num_threads()
    parts = [count(os.cpu_count() or 1, "core"), count(threads, "thread"), _processor()]
    if torch.cuda.is_available():
        parts.append(torch.cuda.get_device_name())
    return ", ".join(parts)


def has_gpu() -> bool:
    import torch

    return torch.cuda.is_available() or torch.backends.mps.is_available()


def _processor() -> str:
    if CPU_TABLE.is_file():
        for line in CPU_TABLE.read_text("utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
