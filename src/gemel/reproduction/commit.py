"""The state of the code that a figure came about by."""

from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path

import gemel

SOURCE = Path(gemel.__file__).parent


def commit() -> str:
    """The commit of Gemel's own code, `+changes` where it is not quite that; else the version."""
    tracked = _git("ls-files", "--error-unmatch", "__init__.py")
    head = _git("rev-parse", "--short=10", "HEAD")
    if tracked is None or head is None:
        return f"gemel {version('gemel')}"
    return f"{head}+changes" if _git("status", "--porcelain", "--", ".") else head


def _git(*words: str) -> str | None:
    """What git says of the code; nothing where there is no git, or the code is not in one."""
    try:
        told = subprocess.run(["git", *words], cwd=SOURCE, capture_output=True, text=True)
    except OSError:
        return None
    return told.stdout.strip() if told.returncode == 0 else None
