"""The version of the code that a figure was measured with."""

from __future__ import annotations

import subprocess
from pathlib import Path

import gemel

SOURCE = Path(gemel.__file__).parent


def commit() -> str:
    """The commit of Gemel's code, with `+changes` if modified; outside a clone, the version."""
    tracked = _git("ls-files", "--error-unmatch", "__init__.py")
    head = _git("rev-parse", "--short=10", "HEAD")
    if tracked is None or head is None:
        return f"gemel {gemel.__version__}"
    return f"{head}+changes" if _git("status", "--porcelain", "--", ".") else head


def _git(*words: str) -> str | None:
    """The output of a git command in the source folder; None where it fails or git is missing."""
    try:
        done = subprocess.run(["git", *words], cwd=SOURCE, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
