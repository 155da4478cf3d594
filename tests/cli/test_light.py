"""A command imports what it needs and no more, and names the extra that is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bad_pictures import picture

from gemel.run import Run


def python(program: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, words)], capture_output=True, text=True
    )


LOADED = """
import sys
from gemel.cli.main import main
try:
    main()
finally:
    print("loaded", *{name.split(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def loaded(*words: object) -> set[str]:
    done = python(LOADED, *words)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def test_help_imports_no_numbers_and_no_pictures() -> None:
    assert not loaded("--help") & {"numpy", "PIL", "pydantic", "onnxruntime", "torch", "rich"}
    assert not loaded("train", "--help") & {"numpy", "PIL", "onnxruntime", "torch", "rich"}


def test_recipes_are_listed_without_their_schema() -> None:
    assert not loaded("recipes") & {"numpy", "PIL", "onnxruntime", "torch", "rich"}


def test_compare_imports_the_core_alone(tiny_run: Run, tmp_path: Path) -> None:
    pair = picture(tmp_path / "a.png", 1), picture(tmp_path / "b.png", 2)
    heavy = {"torch", "sklearn", "scipy", "matplotlib", "pyarrow", "jinja2", "rich", "onnx"}

    assert not loaded("compare", tiny_run.path, *pair) & heavy


BLOCKED = """
import sys
for name in sys.argv.pop(1).split(","):
    sys.modules[name] = None
from gemel.cli.main import main
main()
"""


@pytest.mark.parametrize(
    ("package", "words", "sentence"),
    [
        ("torch", ["train", "digits"], "training needs the package torch"),
        ("lightning_fabric", ["train", "digits"], "training needs the package lightning_fabric"),
        ("sklearn", ["evaluate", "RUN"], "the data set digits needs the package scikit-learn"),
        ("jinja2", ["report", "RUN"], "needs the package jinja2"),
        ("sklearn", ["report", "RUN"], "the report needs the package scikit-learn"),
        ("jinja2", ["train", "PHOTOS"], "the report needs the package jinja2"),
        ("pyarrow", ["embed", "RUN", "digits", "--out", "x.parquet"], "needs the package pyarrow"),
    ],
)
def test_a_missing_extra_is_one_sentence(
    tiny_run: Run, drawings: Path, package: str, words: list[str], sentence: str
) -> None:
    places = {"RUN": str(tiny_run.path), "PHOTOS": str(drawings)}
    words = [places.get(word, word) for word in words]

    done = python(BLOCKED, package, *words)

    assert (done.returncode, done.stdout) == (1, "")
    *_, last = done.stderr.splitlines()
    assert last.startswith("error: ")
    assert sentence in last
    assert "which is not installed: pip install 'gemel[" in last
    assert not {"training", "encoding"} & {
        line.split()[0].rstrip(":") for line in done.stderr.splitlines()
    }
    assert "Traceback" not in done.stderr


def test_verdicts_need_no_torch(tiny_run: Run, tmp_path: Path) -> None:
    pair = picture(tmp_path / "a.png", 1), picture(tmp_path / "b.png", 2)
    words = ("compare", tiny_run.path, *pair, "--json")

    without = python(BLOCKED, "torch,sklearn,matplotlib,pyarrow,onnx,jinja2", *words)
    usual = python(LOADED, *words)

    assert without.returncode == 0, without.stderr
    assert without.stdout == usual.stdout


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gemel", "recipes"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "within-alphabet" in done.stdout
