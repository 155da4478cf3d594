"""The callback by which long work reports its progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Advance: TypeAlias = Callable[[int, int], None]
"""Called with (done, total), in items or bytes, now and then; the last call has done = total."""
