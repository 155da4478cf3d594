"""Raw items in files, in memory, inside zip archives, or a selection of others."""

from __future__ import annotations

from gemel.data.sources.chosen import ChosenItems
from gemel.data.sources.files import FileItems
from gemel.data.sources.memory import ArrayItems, MemoryItems, content_digest
from gemel.data.sources.zips import BAD_MEMBER, ZipItems, open_zip

__all__ = [
    "BAD_MEMBER",
    "ArrayItems",
    "ChosenItems",
    "FileItems",
    "MemoryItems",
    "ZipItems",
    "content_digest",
    "open_zip",
]
