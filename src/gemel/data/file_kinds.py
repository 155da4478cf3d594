"""Which files hold items of which kind, by their endings."""

from __future__ import annotations

from gemel.inputs import Kind
from gemel.inputs.decode import PICTURES
from gemel.inputs.series import ENDINGS

FILES: dict[Kind, frozenset[str]] = {"image": frozenset(PICTURES), "series": frozenset(ENDINGS)}
"""Texts come in tables."""

UNREAD_PICTURES = frozenset({".heic", ".heif", ".avif", ".cr2", ".nef"})
"""As telephones and cameras save them."""

WORDS: dict[Kind, str] = {"image": "pictures", "text": "texts", "series": "sequences"}
"""What a person calls several of them."""

WORD: dict[Kind, str] = {kind: words.removesuffix("s") for kind, words in WORDS.items()}
"""What a person calls one of them."""
