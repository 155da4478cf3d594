"""The shapes that `gemel.shapes` names are checked while tests run; this says that they are."""

from __future__ import annotations

import pytest
import torch
from jaxtyping import TypeCheckError

from gemel.losses import LOSSES
from gemel.metrics import METRICS
from gemel.planning.validation import spread


def test_a_wrong_shape_is_caught_at_the_door_of_a_metric():
    with pytest.raises(TypeCheckError, match="b _ d"):
        METRICS["cosine"](4)(torch.rand(3, 4), torch.rand(3, 4))


def test_two_arguments_must_agree_on_a_named_axis():
    with pytest.raises(TypeCheckError):
        LOSSES["contrastive"]()(torch.rand(3, 4), torch.ones(3, 5, dtype=torch.bool))


def test_functions_of_training_are_checked_too():
    with pytest.raises(TypeCheckError):
        spread(torch.rand(3))
