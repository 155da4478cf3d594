"""Memories: each item named by those before it. A new one joins by one line here."""

from __future__ import annotations

from collections.abc import Callable

from gemel.memories.mann import MannMemory
from gemel.memories.memory import Memory, remember

MEMORIES: dict[str, Callable[..., Memory]] = {
    "mann": MannMemory,
}

__all__ = ["MEMORIES", "Memory", "remember"]
