"""The large figures at the top of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from gemel.report.contents import Figure
from gemel.report.naming import FigureName, figure_name

KINDS = (
    ("verification", r"accuracy"),
    ("verification", r"eer"),
    ("verification", r"auc"),
    ("verification", r"tar@far=0.01"),
    ("few-shot", r"accuracy@\d+-way-\d+-shot"),
    ("retrieval", r"recall@1"),
)


@final
@dataclass(frozen=True)
class Headline:
    """One large number at the top of the page."""

    protocol: str
    name: FigureName
    value: str
    interval: str


def headlines(figures: Mapping[str, Mapping[str, Figure]]) -> tuple[Headline, ...]:
    """The first measured figure of each headline kind."""
    found = (_first(protocol, pattern, figures.get(protocol, {})) for protocol, pattern in KINDS)
    return tuple(headline for headline in found if headline)


def _first(protocol: str, pattern: str, figures: Mapping[str, Figure]) -> Headline | None:
    for key, figure in figures.items():
        if re.fullmatch(pattern, key) and figure["value"] is not None:
            name = figure_name(key)
            interval = name.interval(figure["low"], figure["high"])
            return Headline(protocol, name, name.write(figure["value"]), interval)
    return None
