"""Any raw item → the text that it is, or one clear sentence."""

from __future__ import annotations

import unicodedata
from os.path import isfile
from pathlib import Path

from gemel.errors import ItemError
from gemel.inputs.decode import PICTURES, Picture
from gemel.inputs.item_file import refuse_endless
from gemel.inputs.series.read import ENDINGS

MOST_CHARACTERS = 100_000
"""Longer ones are books or mistakes; no network here reads so far."""

QUOTED = 40
"""Characters of a text that a sentence quotes."""


def plain_text(raw: Picture) -> str:
    """The text in Unicode's composed form, runs of white space as one space.

    Takes a string, which is the text itself, or the Path of a text file. Raises ItemError.

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
    """A text as a sentence may quote it."""
    return repr(text if len(text) <= QUOTED else f"{text[:QUOTED]}…")


def _without_surrogates(text: str) -> str:
    """Arguments of a command that are no UTF-8 come with lone surrogates, which nothing encodes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _content(path: Path) -> str:
    if path.suffix.lower() in (*PICTURES, *ENDINGS):
        raise _other_file(str(path))
    refuse_endless(path, repr(str(path)), "a text file")
    try:
        return path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        raise ItemError(
            f"{str(path)!r} does not exist: give the path of a text file, or the text itself"
        ) from None
    except (OSError, ValueError) as error:  # a null byte, which no path has
        reason = getattr(error, "strerror", None) or error
        raise ItemError(f"{str(path)!r} cannot be read ({reason})") from error


def _other_file(name: str) -> ItemError:
    what = "a picture" if name.lower().endswith(PICTURES) else "a table or a sequence"
    return ItemError(
        f"{name!r} is the file of {what}, and this matcher compares texts: give the texts "
        "themselves"
    )
