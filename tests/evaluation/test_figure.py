from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from gemel.evaluation.figure import Figure, Figures, Missing, figures_to_json


def test_json_carries_values_and_reasons_and_reads_back():
    figures: Figures = {
        "accuracy": Figure(value=0.97, low=0.95, high=0.98, n=400),
        "tar@far=0.01": Missing(
            missing="needs 3,000 different pairs, 60 at hand: 2,940 are missing"
        ),
    }
    text = json.dumps(figures_to_json(figures))
    assert json.loads(text) == {
        "accuracy": {"value": 0.97, "low": 0.95, "high": 0.98, "n": 400},
        "tar@far=0.01": {
            "value": None,
            "missing": "needs 3,000 different pairs, 60 at hand: 2,940 are missing",
        },
    }
    assert TypeAdapter(Figures).validate_json(text) == figures


@pytest.mark.parametrize(
    "changed", [{"value": 0.99}, {"low": float("nan")}, {"n": 0}, {"high": 0.5}]
)
def test_a_figure_that_cannot_be_is_not_made(changed):
    with pytest.raises(ValidationError):
        Figure(**{"value": 0.97, "low": 0.95, "high": 0.98, "n": 400} | changed)
