"""One small run whose page every test of the room starts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gemel.evaluation.units import Units
from gemel.report.contents import Cloud, Contents, Decision, PartSize, Shown, Split, TestPairs
from gemel.report.thumbnail import thumbnail


@pytest.fixture
def make() -> Callable[..., Contents]:
    """A page's contents, with the fields that a test is about replaced."""
    rng = np.random.default_rng(0)
    same = rng.random(300) < 0.5
    distance = rng.normal(np.where(same, 0.35, 0.75), 0.15)
    pictures = rng.integers(0, 256, (40, 1, 8, 8), np.uint8)
    pairs = TestPairs(
        left=rng.integers(0, 40, 300),
        right=rng.integers(0, 40, 300),
        same=same,
        distance=distance.astype(np.float32),
        probability=1 / (1 + np.exp(10 * (distance - 0.55))),
        units=Units.of_pairs(rng.integers(0, 3, 300), rng.integers(0, 3, 300)),
        decision=Decision(0.55, "eer", prior=0.5),
    )
    contents = Contents(
        title="Digits",
        data="digits",
        figures={
            "verification": {
                "accuracy": {"value": 0.971, "low": 0.95, "high": 0.983, "n": 300},
                "far": {"value": 0.2, "low": 0.1, "high": 0.3, "n": 150},
                "frr": {"value": 0.25, "low": 0.1, "high": 0.4, "n": 150},
                "auc": {"value": 0.98, "low": 0.97, "high": 0.99, "n": 300},
                "tar@far=0.001": {"value": None, "missing": "29,850 different pairs are missing."},
            },
            "few-shot": {
                "accuracy@3-way-1-shot": {"value": 0.9, "low": 0.8, "high": 0.95, "n": 100}
            },
        },
        split=Split(
            "label",
            "Labels are held out.",
            (PartSize("train", 20, 5), PartSize("validation", 8, 2), PartSize("test", 12, 3)),
        ),
        recipe='[loss]\nkind = "contrastive"\n',
        provenance={"Gemel": "0.1.0", "Machine": "two cores"},
        shown=lambda item: Shown(
            thumbnail(pictures[item % 40]), name=f"digits/{item}", label=str(item % 3)
        ),
        row=lambda left, right: None,
        notices=("Two pictures are the same.",),
        history=[
            {"epoch": epoch, "seconds": 1.5, "loss": 1 / epoch, "learning_rate": 1e-3, "eer": 0.1}
            for epoch in range(1, 6)
        ],
        pairs=pairs,
        cloud=Cloud(rng.normal(size=(40, 4)).astype(np.float32), np.arange(40)),
    )

    def made(**changes: Any) -> Contents:
        return replace(contents, **changes)

    return made
