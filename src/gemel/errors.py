"""Every error that Gemel raises on purpose.

    GemelError
    ├── DataError        ValueError          a folder, table or archive that cannot be used
    │   ├── ItemError    ValueError          one item that cannot be read
    │   └── MissingData  FileNotFoundError   a file that should exist and does not
    ├── RecipeError      ValueError          settings that contradict each other or do not exist
    ├── RunError         ValueError          a run folder already in use, unfinished or not a run
    ├── MatcherError     ValueError          a matcher that is damaged, altered or too new
    ├── ExportError      RuntimeError        ONNX and torch disagree: nothing is exported
    └── MissingExtra     ImportError         a package that is not installed

Each message says what must hold, what was got and what to do, in one or two sentences.
"""

from __future__ import annotations


class GemelError(Exception):
    """Base of all errors that the caller can fix; the message says how."""


class DataError(GemelError, ValueError):
    """The data cannot be used as they are."""


class ItemError(DataError):
    """One item cannot be read."""


class MissingData(DataError, FileNotFoundError):
    """A file that should exist does not."""


class RecipeError(GemelError, ValueError):
    """A recipe whose settings do not exist or contradict each other."""


class RunError(GemelError, ValueError):
    """A run folder that is already in use, unfinished, or not a run."""


class MatcherError(GemelError, ValueError):
    """A matcher that is damaged, altered, or newer than this Gemel."""


class ExportError(GemelError, RuntimeError):
    """The exported network's outputs differ from those of the trained one."""


class MissingExtra(GemelError, ImportError):
    """A package of an extra is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package}, which is not installed: "
            f"pip install 'gemel[{extra}]'"
        )
