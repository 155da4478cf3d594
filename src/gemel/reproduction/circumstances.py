"""Under what circumstances a figure came about: the machine and the state of the code."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import gemel

SOURCE = Path(gemel.__file__).parent
CPU_TABLE = Path("/proc/cpuinfo")


def machine() -> str:
    """Cores, processor and GPU, as in `2 cores, 1 thread, AMD EPYC`; no name of any host."""
    import torch

    threads = torch.get_num_threads()
    parts = [_count(os.cpu_count() or 1, "core"), _count(threads, "thread"), _processor()]
    if torch.cuda.is_available():
        parts.append(torch.cuda.get_device_name())
    return ", ".join(parts)


def has_gpu() -> bool:
    import torch

    return torch.cuda.is_available() or torch.backends.mps.is_available()


def commit() -> str:
    """The commit of Gemel's own code, `+changes` where it is not quite that; else the version."""
    tracked = _git("ls-files", "--error-unmatch", "__init__.py")
    head = _git("rev-parse", "--short=10", "HEAD")
    if tracked is None or head is None:
        return f"gemel {version('gemel')}"
    return f"{head}+changes" if _git("status", "--porcelain", "--", ".") else head


def _processor() -> str:
    if CPU_TABLE.is_file():
        for line in CPU_TABLE.read_text("utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _git(*words: str) -> str | None:
    """What git says of the code; nothing where there is no git, or the code is not in one."""
    try:
        told = subprocess.run(["git", *words], cwd=SOURCE, capture_output=True, text=True)
    except OSError:
        return None
    return told.stdout.strip() if told.returncode == 0 else None
