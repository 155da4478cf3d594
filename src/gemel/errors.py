"""Every error that Gemel raises on purpose.

    GemelError
    ├── DataError        ValueError          a folder, table or archive that cannot be served
    │   ├── ItemError    ValueError          one item that cannot be read
    │   └── MissingData  FileNotFoundError   a file that should be there and is not
    ├── RecipeError      ValueError          settings that contradict each other or do not exist
    ├── RunError         ValueError          a run folder that is in the way, unfinished or no run
    ├── MatcherError     ValueError          a matcher that is damaged, altered or too new
    ├── ExportError      RuntimeError        ONNX and torch disagree: nothing is exported
    └── MissingExtra     ImportError         a package that is not installed

Each message says what must hold, what was got and what to do, in one or two sentences.
"""

from __future__ import annotations


class GemelError(Exception):
    """The caller can mend this; the message says how."""


class DataError(GemelError, ValueError):
    """The data cannot be served as they are."""


class ItemError(DataError):
    """One item cannot be read."""


class MissingData(DataError, FileNotFoundError):
    """A file that should be there is not."""


class RecipeError(GemelError, ValueError):
    """A recipe whose settings do not exist or contradict each other."""


class RunError(GemelError, ValueError):
    """A run folder that is in the way, unfinished, or no run at all."""


class MatcherError(GemelError, ValueError):
    """A matcher that is damaged, altered, or newer than this Gemel."""


class ExportError(GemelError, RuntimeError):
    """The exported network does not answer as the trained one does."""


class MissingExtra(GemelError, ImportError):
    """A package of one of the extras is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package}, which is not installed: "
            f"pip install 'gemel[{extra}]'"
        )
