"""Items that cannot be read: listed and counted, and refused where they are too many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from gemel.counting import and_more, count
from gemel.errors import DataError

Unreadable: TypeAlias = tuple[str, str]
"""The name of an item, and the sentence that says why it cannot be read."""

MOST_UNREADABLE = 0.05
"""The share of items that may be skipped."""
NAMED = 20
"""Of the items that cannot be read; a run's data.json has them all."""


def skipped(shown: Sequence[Unreadable], many: int, total: int) -> tuple[str, ...]:
    """One sentence about the items that are skipped, the first of which are `shown`; or none."""
    what = "it is" if many == 1 else "they are"
    return (f"{_listed(shown, many, total)}; {what} skipped.",) if many else ()


def refuse_too_many(
    shown: Sequence[Unreadable], many: int, total: int, most: float = MOST_UNREADABLE
) -> None:
    """Raises DataError where more than the share `most` of the items cannot be read, or all."""
    if many > most * total or many == total:
        may = f"at most {most:.0%} may be skipped" if most < 1 else "one must be readable at least"
        raise DataError(
            f"{_listed(shown, many, total)}; {may}: mend or remove {'it' if many == 1 else 'them'}"
        )


def _listed(shown: Sequence[Unreadable], many: int, total: int) -> str:
    """Items that fail for one reason, whatever its numbers: the reason once, then other names."""
    alike: dict[str, list[Unreadable]] = {}
    for name, reason in shown[:NAMED]:
        kind = re.sub(r"\d+", "", reason.replace(name, ""))
        alike.setdefault(kind, []).append((name, reason))
    told = "; ".join(map(_told, alike.values()))
    return f"{many} of {count(total, 'item')} cannot be read ({told}{and_more(many, NAMED)})"


def _told(alike: Sequence[Unreadable]) -> str:
    (name, reason), *others = alike
    first = reason if name in reason else f"{name}: {reason}"
    return f"{first}; likewise {', '.join(name for name, _ in others)}" if others else first
