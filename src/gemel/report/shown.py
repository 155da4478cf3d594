"""HTML snippets of items for the report, by their kind."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import numpy as np

from gemel.arrays import Padded
from gemel.inputs import plain_text
from gemel.inputs.series import read_recording
from gemel.measure.packed import PackedSide
from gemel.measure.prepared import Prepared
from gemel.report.thumbnail import thumbnail
from gemel.report.trace import trace

MOST_CHARACTERS = 280
"""The most characters of a text that are shown."""


def shown(prepared: Prepared) -> Callable[[int], str]:
    """A function from the position of an item to a self-contained snippet of HTML."""
    packed, unlike = prepared.packed, prepared.dataset.unlike
    if unlike is None:
        return _of_side(prepared, packed.left)
    left, right = (_of_side(prepared, side) for side in (packed.left, packed.right))
    return lambda index: left(index) if unlike.left[index] else right(index)


def _of_side(prepared: Prepared, side: PackedSide) -> Callable[[int], str]:
    match side.input.kind:
        case "image":
            return lambda index: _picture(side, index)
        case "series":
            return lambda index: trace(read_recording(prepared.dataset.items.raw(index)))
        case "text":
            return lambda index: text_snippet(plain_text(prepared.dataset.items.raw(index)))


def text_snippet(text: str) -> str:
    """A text as an escaped HTML quotation, cut to `MOST_CHARACTERS`.

    >>> text_snippet("a < b")
    '<blockquote class="text">a &lt; b</blockquote>'
    """
    cut = text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
    return f'<blockquote class="text">{escape(cut)}</blockquote>'


def is_text(snippet: str) -> bool:
    """Whether a snippet is text, which needs no text alternative."""
    return snippet.startswith("<blockquote")


def _picture(side: PackedSide, index: int) -> str:
    packed = side[np.array([index])]
    assert not isinstance(packed, Padded), "pictures have one shape"
    return thumbnail(packed[0])
