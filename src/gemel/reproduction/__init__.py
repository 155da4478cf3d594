"""A recipe trained, measured by its paper's protocol, and put down beside what was published."""

from __future__ import annotations

from gemel.reproduction.reproduce import Wish, reproduce
from gemel.reproduction.results import Entry, Results, read_results

__all__ = ["Entry", "Results", "Wish", "read_results", "reproduce"]
