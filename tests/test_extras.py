"""What a missing package is said to need: an extra that there is, and that brings the package.

`pip install 'gemel[…]'` is right for a checkout too: pip finds the Gemel that is installed, from
wherever it was, and installs what that one's extra asks for.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
BROUGHT = {"scikit-learn": {"scipy"}}
"""What packages bring that are named without being asked for."""


def packages(extra):
    found = set()
    for requirement in EXTRAS[extra]:
        name, inner = re.match(r"([\w-]+)(?:\[([\w,]+)\])?", requirement).groups()
        found |= {name} | BROUGHT.get(name, set())
        for each in (inner or "").split(",") if name == "gemel" else ():
            found |= packages(each)
    return found


def told():
    """(where, package or None, extra) of every `MissingExtra` that is raised."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "MissingExtra":
                package, extra, _ = node.args
                known = package.value if isinstance(package, ast.Constant) else None
                if isinstance(extra, ast.Constant):
                    yield path.name, known, extra.value


def test_every_extra_that_is_told_of_brings_what_is_missing():
    found = list(told())
    assert len(found) > 10
    for where, package, extra in found:
        assert extra in EXTRAS, where
        assert package is None or package in packages(extra), where
