"""A machine that only compares: an environment of its own with the core alone, and no torch."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gemel

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_core_alone_gives_the_same_verdicts(tiny_run, tmp_path):
    venv.create(tmp_path / "core")
    python = tmp_path / "core" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install"]
    install = [*pip, "--quiet", "--disable-pip-version-check", "--no-compile", str(ROOT)]
    if subprocess.run(install, capture_output=True).returncode:
        pytest.skip("no package registry within reach")
    rng = np.random.default_rng(0)
    pictures = []
    for number in range(3):
        pictures.append(tmp_path / f"{number}.png")
        Image.fromarray(rng.integers(0, 256, (8, 8), np.uint8)).save(pictures[-1])
    script = (
        "import importlib.util, json, sys, gemel\n"
        "assert importlib.util.find_spec('torch') is None\n"
        "matcher = gemel.load(sys.argv[1])\n"
        "pairs = [(a, b) for a in sys.argv[2:] for b in sys.argv[2:]]\n"
        "print(json.dumps([matcher.compare(a, b).model_dump() for a, b in pairs]))\n"
    )
    told = subprocess.run(
        [python, "-c", script, tiny_run.matcher, *pictures], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    matcher = gemel.load(tiny_run.path)
    ours = [matcher.compare(a, b).model_dump() for a in pictures for b in pictures]
    for theirs, own in zip(json.loads(told.stdout), ours, strict=True):
        assert theirs.keys() == own.keys()
        for name, value in own.items():
            assert theirs[name] == pytest.approx(value), name
    refused = subprocess.run(
        [python.parent / "gemel", "train", "digits"], capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert "pip install 'gemel[train]'" in refused.stderr
