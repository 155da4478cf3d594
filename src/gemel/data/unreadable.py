"""Report items that cannot be read, and refuse datasets with too many of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from gemel.counting import and_more, count
from gemel.errors import DataError

Unreadable: TypeAlias = tuple[str, str]
"""The name of an item, and the message that says why it cannot be read."""

MOST_UNREADABLE = 0.05
"""The share of items that may be skipped."""
NAMED = 20
"""The most unreadable items that a message lists; a run's data.json has them all."""


def skipped(shown: Sequence[Unreadable], many: int, total: int) -> tuple[str, ...]:
    """A sentence about `many` skipped items, the first of them `shown`; empty if there are none."""
    what = "it is" if many == 1 else "they are"
    return (f"{_listed(shown, many, total)}; {what} skipped.",) if many else ()


def refuse_too_many(shown: Sequence[Unreadable], many: int, total: int, most: float) -> None:
    """Raise DataError if all items, or more than the share `most` of them, cannot be read."""
    if many > most * total or many == total:
        rule = f"at most {most:.0%} may be skipped" if most < 1 else "at least one must be readable"
        raise DataError(
            f"{_listed(shown, many, total)}; {rule}: mend or remove {'it' if many == 1 else 'them'}"
        )


def _listed(shown: Sequence[Unreadable], many: int, total: int) -> str:
    """The reasons; those that differ only in the name or in numbers are grouped, and given once."""
    by_reason: dict[str, list[Unreadable]] = {}
    for name, reason in shown[:NAMED]:
        key = re.sub(r"\d+", "", reason.replace(name, ""))
        by_reason.setdefault(key, []).append((name, reason))
    reasons = "; ".join(map(_one_reason, by_reason.values()))
    return f"{many} of {count(total, 'item')} cannot be read ({reasons}{and_more(many, NAMED)})"


def _one_reason(items: Sequence[Unreadable]) -> str:
    (name, reason), *others = items
    first = reason if name in reason else f"{name}: {reason}"
    return f"{first}; likewise {', '.join(name for name, _ in others)}" if others else first
