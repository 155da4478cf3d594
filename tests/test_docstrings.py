"""Every example in a docstring runs and answers what it says; what users build with has one."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import gemel
from gemel.batches import Classes, Episodes, GivenPairs, RandomPairs, Sequences, Triplets
from gemel.calibration import IsotonicCalibration, LogisticCalibration
from gemel.encoders import ENCODERS
from gemel.inputs import INPUTS
from gemel.losses import LOSSES
from gemel.memories import MEMORIES
from gemel.metrics import METRICS
from gemel.readers import READERS

SOURCE = Path(gemel.__file__).parent
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef


def examples() -> Iterator[tuple[str, str, str]]:
    """(module, name, docstring): read from the source, since run-time checks wrap functions."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(["gemel", *path.relative_to(SOURCE).with_suffix("").parts])
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = ast.get_docstring(node) if isinstance(node, DOCUMENTED) else None
            if text and ">>>" in text:
                yield module.removesuffix(".__init__"), getattr(node, "name", ""), text


EXAMPLES = list(examples())


@pytest.mark.parametrize(
    ("module", "name", "text"), EXAMPLES, ids=[f"{m}:{name}" for m, name, _ in EXAMPLES]
)
def test_an_example_answers_what_it_says(module, name, text, request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if "runs/digits" in text:
        (tmp_path / "runs").mkdir()
        run = request.getfixturevalue("tiny_run")
        (tmp_path / "runs" / "digits").symlink_to(run.path.resolve())
    names = dict(vars(import_module(module)))
    test = doctest.DocTestParser().get_doctest(text, names, f"{module}.{name}", None, None)
    told: list[str] = []
    result = doctest.DocTestRunner().run(test, out=told.append)
    assert result.attempted
    assert not result.failed, "".join(told)


@pytest.mark.parametrize(
    "part",
    [
        *ENCODERS.values(),
        *METRICS.values(),
        *LOSSES.values(),
        *READERS.values(),
        *MEMORIES.values(),
        *INPUTS,
        *(GivenPairs, RandomPairs, Triplets, Classes, Episodes, Sequences),
        *(LogisticCalibration, IsotonicCalibration),
        gemel.load,
        gemel.train,
        gemel.Matcher,
    ],
    ids=lambda part: part.__name__,
)
def test_the_file_of_every_part_shows_how_it_is_used(part):
    assert part.__module__ in {module for module, _, _ in EXAMPLES}
