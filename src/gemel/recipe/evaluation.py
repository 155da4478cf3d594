"""The `[evaluation]` section: what verification measures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PositiveInt

from gemel.evaluation.pairs import PairSource
from gemel.evaluation.verification import FARS
from gemel.recipe.setting import Setting


class EvaluationSetting(Setting):
    """What verification measures.

    `pairs` are sampled from all pairs, the `consecutive` ones of the MNIST example of Keras, or
    Koch's 10,000 `by-group`, on which thresholds are set too. `fixed_threshold` adds the
    accuracy at that distance, and `fars` are the false-accept rates at which `tar@far=…` is
    reported. `most_pairs` bounds the number of pairs that a protocol compares; by default it is as
    many as the figures need, and fewer with a joint tie, which scores each pair by itself.
    """

    pairs: PairSource = "sampled"
    most_pairs: PositiveInt | None = None
    fixed_threshold: float | None = None
    fars: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = FARS
