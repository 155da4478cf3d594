"""Every block of the README and the docs runs, or at least names what there is."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        found += [(page.name, code) for code in re.findall(rf"```{language}\n(.*?)```", text, re.S)]
    return found


@pytest.fixture
def demo(tiny_run, tiny_text_run, tmp_path, monkeypatch):
    """A folder as `make demo` leaves it, with a smaller network."""
    sys.path.insert(0, str(ROOT / "examples"))
    monkeypatch.chdir(tmp_path)
    try:
        import demo as script
    finally:
        sys.path.pop(0)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "run").symlink_to(tiny_run.path)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "sick").symlink_to(tiny_text_run.path)
    script.write_pictures()
    return tmp_path


@pytest.mark.parametrize(("page", "code"), blocks("python"))
def test_python_runs(page, code, demo, capsys):
    exec(compile(code, page, "exec"), {})
    assert capsys.readouterr().out


@cache
def help_of(command: str) -> str:
    told = subprocess.run(
        [sys.executable, "-c", "from gemel.cli import main; main()", command, "--help"],
        capture_output=True,
        text=True,
        env={"COLUMNS": "200", "PATH": ""},
    )
    assert told.returncode == 0, command
    return told.stdout


@pytest.mark.parametrize(("page", "code"), blocks("sh"))
def test_commands_and_options_exist(page, code):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for line in code.splitlines():
        words = shlex.split(line.partition("#")[0])
        if not words:
            continue
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, re.M), line
        if words[0] == "gemel":
            told = help_of(words[1])
            for option in (word.partition("=")[0] for word in words if word.startswith("--")):
                assert option in told, line


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_page_names_a_place_of_one_machine():
    for page in PAGES:
        assert not re.search(r"/(home|root|tmp|work)/", page.read_text("utf-8")), page.name
