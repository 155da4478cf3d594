"""Shares and numbers as they are written on the page."""

from __future__ import annotations

import math
from itertools import count

SPACE = "\N{NARROW NO-BREAK SPACE}"


def percent(share: float, decimals: int = 1) -> str:
    """A measured share: `0.971` is 97.1 %; 0 % and 100 % are exact to seven places."""
    if round(share, 7) in {0, 1}:
        share = round(share)
    near = 100 * min(share, 1 - share)
    if 0 < near < 0.05:
        decimals = max(decimals, next(d for d in count(2) if round(near, d)))
    text = f"{100 * share:.{decimals}f}"
    return f"{int(float(text)) if float(text) in {0, 100} else text}{SPACE}%"


def round_percent(share: float) -> str:
    """A chosen share: 0.01 is 1 %."""
    return f"{100 * share:.4g}{SPACE}%"


def number(value: float) -> str:
    """A number with three decimals, or with three significant digits if it is small or large."""
    if not math.isfinite(value):
        return str(value)
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.3f}"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"


def epoch_text(epoch: float) -> str:
    """An epoch to one decimal: training by minutes validates and ends within epochs."""
    return f"{round(epoch, 1):g}" if epoch >= 1 else f"{epoch:.2g}"
