"""Render `report.html`, one self-contained file that loads nothing from a network."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gemel.errors import MissingExtra
from gemel.report.contents import Contents
from gemel.report.det import det
from gemel.report.headlines import headlines
from gemel.report.histogram import histogram
from gemel.report.layout import embedding_map
from gemel.report.mistakes import false_accepts, false_rejects
from gemel.report.progress import progress
from gemel.report.rates import rates
from gemel.report.reliability import reliability
from gemel.report.roc import roc
from gemel.report.summary import summary
from gemel.report.tables import tables
from gemel.whole_file import whole_file

if TYPE_CHECKING:
    from jinja2 import Environment

PACKAGES = {"jinja2": "jinja2", "sklearn": "scikit-learn"}
"""The packages of the page and of its map, by the name of their module."""


def check_packages() -> None:
    """Raise MissingExtra without jinja2 or scikit-learn, which are used after all other work."""
    for module, package in PACKAGES.items():
        if find_spec(module) is None:
            raise MissingExtra(package, "report", "the report")


def write(path: Path, contents: Contents) -> None:
    """Write the page atomically.

    Raises MissingExtra without jinja2 or scikit-learn, and DataError where it cannot be written.
    """
    page = render(contents)
    with whole_file(path) as temporary:
        temporary.write_text(page, "utf-8", errors="replace")


def render(contents: Contents) -> str:
    """The page as HTML."""
    check_packages()
    script, pairs = _part("page.js"), contents.pairs
    measured = rates(pairs)
    return (
        _environment()
        .get_template("page.html")
        .render(
            contents=contents,
            style=_part("page.css"),
            script=script,
            script_hash=_hash(script),
            summary=summary(contents.figures, contents.split, pairs.decision),
            headlines=headlines(contents.figures),
            tables=tables(contents.figures),
            progress=progress(contents.history),
            map=embedding_map(contents),
            distances=(histogram(pairs), roc(measured), det(measured), reliability(pairs)),
            mistakes=(false_accepts(contents), false_rejects(contents)),
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(_part),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _part(name: str) -> str:
    return resources.files("gemel.report").joinpath(name).read_text("utf-8")


def _hash(script: str) -> str:
    """The script's hash for the content security policy, which allows no other script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
