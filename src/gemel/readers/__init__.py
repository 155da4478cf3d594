"""Readers: few-shot classifiers of an episode's queries.

To add one, register it in `READERS`, and its settings in `recipe/network.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from gemel.readers.attention import AttentionReader
from gemel.readers.full_context import FullContextReader
from gemel.readers.prototype import PrototypeReader
from gemel.readers.reader import AnyMetric, Reader
from gemel.readers.sum import SumReader

READERS: dict[str, Callable[..., Reader]] = {
    "attention": AttentionReader,
    "full-context": FullContextReader,
    "prototype": PrototypeReader,
    "sum": SumReader,
}

__all__ = ["READERS", "AnyMetric", "Reader"]
