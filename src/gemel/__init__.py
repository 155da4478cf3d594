"""Same or different? Train a twin network on your own examples, get an answer you can trust.

    import gemel
    run = gemel.train("photos/", minutes=5)             # needs the extra `train`
    matcher = gemel.load("runs/photos")                 # needs only the core
    verdict = matcher.compare("a.jpg", "b.jpg")

Names are imported on first use, so that `import gemel` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gemel.api import train
    from gemel.errors import GemelError
    from gemel.matcher import Matcher, load
    from gemel.matcher.verdict import Verdict
    from gemel.run import Run

    __version__: str

_MODULES = {
    "GemelError": "gemel.errors",
    "Matcher": "gemel.matcher",
    "Run": "gemel.run",
    "Verdict": "gemel.matcher.verdict",
    "load": "gemel.matcher",
    "train": "gemel.api",
}

__all__ = ["GemelError", "Matcher", "Run", "Verdict", "__version__", "load", "train"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    if name == "__version__":
        return import_module("importlib.metadata").version("gemel")
    raise AttributeError(f"module 'gemel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
