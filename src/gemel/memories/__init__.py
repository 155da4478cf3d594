"""Memories: classify each item of a sequence given the earlier ones.

To add one, register it in `MEMORIES`, and its settings in `recipe/network.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from gemel.memories.mann import MannMemory
from gemel.memories.memory import Memory, remember

MEMORIES: dict[str, Callable[..., Memory]] = {
    "mann": MannMemory,
}

__all__ = ["MEMORIES", "Memory", "remember"]
