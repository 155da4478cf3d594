"""Items as the report shows them, by their kind."""

from __future__ import annotations

from html import escape

import numpy as np

from gemel.arrays import Padded
from gemel.inputs import plain_text
from gemel.inputs.series import read_recording
from gemel.measure.packed import PackedSide
from gemel.measure.prepared import Prepared
from gemel.report.contents import Shown
from gemel.report.thumbnail import thumbnail
from gemel.report.trace import trace

MOST_CHARACTERS = 280
"""The most characters of a text that are shown."""


def shown(prepared: Prepared, index: int) -> Shown:
    """The item at a position, as a picture, a drawing of a sequence or a text."""
    dataset = prepared.dataset
    label = "" if dataset.labels is None else dataset.label_names[dataset.labels[index]]
    forged = dataset.genuine is not None and not dataset.genuine[index]
    return Shown(_snippet(prepared, index), dataset.items.name(index), label, forged)


def _snippet(prepared: Prepared, index: int) -> str:
    items, unlike, packed = prepared.dataset.items, prepared.dataset.unlike, prepared.packed
    side = packed.left if unlike is None or unlike.left[index] else packed.right
    match side.input.kind:
        case "image":
            return _picture(side, index)
        case "series":
            return trace(read_recording(items.raw(index)))
        case "text":
            return text_snippet(plain_text(items.raw(index)))


def text_snippet(text: str) -> str:
    """A text as an escaped HTML quotation, cut to `MOST_CHARACTERS`.

    >>> text_snippet("a < b")
    '<blockquote class="text">a &lt; b</blockquote>'
    """
    cut = text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
    return f'<blockquote class="text">{escape(cut)}</blockquote>'


def _picture(side: PackedSide, index: int) -> str:
    packed = side[np.array([index])]
    assert not isinstance(packed, Padded), "pictures have one shape"
    return thumbnail(packed[0])
