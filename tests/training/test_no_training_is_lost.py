"""What would end a training after its last step is said before the first one, or left out."""

from __future__ import annotations

import json

import pytest

import gemel
from gemel.errors import DataError


def test_a_target_that_validation_cannot_support_is_refused_before_the_training(drawings, tmp_path):
    settings = {"calibration.target": "far=0.0001", "split.by": "item"}
    with pytest.raises(DataError, match=r"far=0\.0001 needs 300,000 different pairs"):
        gemel.train(drawings, epochs=1, out=tmp_path / "run", settings=settings, quiet=True)
    assert not (tmp_path / "run").exists()


def test_scores_of_too_few_test_pairs_are_missing_and_the_training_is_kept(tmp_path):
    rows, words = ["left,right,score,split"], ["car", "cat", "ship", "stone", "tree"]
    for number in range(24):
        side = ("train", "validation", "test")[min(2, number // 11)]
        one, other = words[number % 5], words[number // 2 % 5]
        rows += [f"a {one} {number},the {other} {number},{1 + number % 5},{side}"]
    (tmp_path / "pairs.csv").write_text("\n".join(rows) + "\n", "utf-8")
    settings = {
        "input.words_of": "data",
        "encoder.stem.start": "random",
        "encoder.widths": [8],
        "training.epochs": 1,
        "split.by": "pair",
    }
    run = gemel.train(
        tmp_path / "pairs.csv",
        recipe="text-scores",
        out=tmp_path / "run",
        settings=settings,
        quiet=True,
    )
    figures = json.loads(run.metrics.read_text("utf-8"))["protocols"]["similarity"]["metrics"]
    assert "needs three pairs or more" in figures["pearson"]["missing"]
    assert run.report.is_file()
