"""Normalise a text, given as a string or as the path of a text file."""

from __future__ import annotations

import unicodedata
from os.path import isfile
from pathlib import Path

from gemel.errors import ItemError
from gemel.inputs.decode import PICTURES
from gemel.inputs.item_file import item_bytes, text_encoding
from gemel.inputs.raw import Raw
from gemel.inputs.series.read import ENDINGS

MOST_CHARACTERS = 100_000
"""The longest text that is accepted; no network here reads that much."""

QUOTED = 40
"""Characters of a text that a message quotes."""


def plain_text(raw: Raw) -> str:
    """The text in Unicode's composed form (NFC), with each run of white space as one space.

    `raw` is a string, which is the text itself, or the Path of a text file. Raises ItemError for
    anything else, and for a text that is empty or has more than `MOST_CHARACTERS`.

    >>> plain_text("  two\\n words ")
    'two words'
    """
    text = _content(raw) if isinstance(raw, Path) else raw
    if not isinstance(text, str):
        raise ItemError(
            f"this matcher compares texts, and a text is a string or the Path of a text file: got "
            f"{type(raw).__name__}"
        )
    if len(text) > MOST_CHARACTERS:
        raise ItemError(
            f"{quoted(text)} has {len(text):,} characters, and at most {MOST_CHARACTERS:,} are "
            "read: pass a shorter part of it"
        )
    if text.lower().endswith((*PICTURES, *ENDINGS)) and isfile(text):
        raise _other_file(text)
    plain = " ".join(unicodedata.normalize("NFC", _without_surrogates(text)).split())
    if not plain:
        raise ItemError("a text must hold more than white space, and this one is empty")
    return plain


def quoted(text: str) -> str:
    """The text in quotes, shortened for a message."""
    return repr(text if len(text) <= QUOTED else f"{text[:QUOTED]}…")


def _without_surrogates(text: str) -> str:
    """Replace lone surrogates, by which Python passes command-line arguments that are not UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _content(path: Path) -> str:
    if path.suffix.lower() in (*PICTURES, *ENDINGS):
        raise _other_file(str(path))
    content = item_bytes(path, repr(str(path)), "a text file")
    return content.decode(text_encoding(content), errors="replace")


def _other_file(name: str) -> ItemError:
    what = "a picture" if name.lower().endswith(PICTURES) else "a table or a sequence"
    return ItemError(
        f"{name!r} is the file of {what}, and this matcher compares texts: give the texts "
        "themselves"
    )
