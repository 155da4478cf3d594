"""File endings by the kind of their items, and words for items in messages."""

from __future__ import annotations

from gemel.inputs import Kind
from gemel.inputs.decode import PICTURES
from gemel.inputs.series import ENDINGS

FILES: dict[Kind, frozenset[str]] = {"image": frozenset(PICTURES), "series": frozenset(ENDINGS)}
"""The endings of files of each kind; texts are in tables."""

UNREAD_PICTURES = frozenset({".heic", ".heif", ".avif", ".cr2", ".nef"})
"""The endings of pictures from telephones and cameras that cannot be read."""

PLAIN_FILES = frozenset({".txt", ".dat", ".asc"})
"""The endings of files that may hold a text or a sequence, which their names do not say."""

WORDS: dict[Kind, str] = {"image": "pictures", "text": "texts", "series": "sequences"}
"""The plural of each kind in messages."""

WORD: dict[Kind, str] = {kind: words.removesuffix("s") for kind, words in WORDS.items()}
"""The singular of each kind in messages."""
