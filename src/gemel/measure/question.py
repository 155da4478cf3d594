"""The settings of a protocol."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, Self, final

from gemel.errors import DataError
from gemel.evaluation.pairs import PairSource
from gemel.evaluation.questioned import Aggregate, Relative
from gemel.evaluation.two_makers import Makers, SmallGroups
from gemel.evaluation.verification import FARS
from gemel.functional.bayes import check_prior
from gemel.recipe.schema import Recipe


@final
@dataclass(frozen=True)
class Question:
    """The settings of a protocol; None stands for the matcher's own, or what the data allow.

    Raises RecipeError unless 0 < `prior` < 1, and DataError unless the fixed threshold is finite.
    """

    pairs: PairSource = "sampled"
    ways: int | None = None
    shots: int | None = None
    within_group: bool = False
    makers: Makers = "any"
    small_groups: SmallGroups = "skip"
    target: str | None = None
    prior: float | None = None
    fixed_threshold: float | None = None
    most_pairs: int | None = None
    fars: tuple[float, ...] = FARS
    references: int = 5
    aggregate: Aggregate = "mean"
    relative: Relative = "no"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.prior is not None:
            check_prior(self.prior)
        if self.fixed_threshold is not None and not isfinite(self.fixed_threshold):
            raise DataError(
                "a threshold must be a finite distance, as in --threshold 0.5, got "
                f"{self.fixed_threshold}"
            )

    @classmethod
    def of(cls, recipe: Recipe | None, **asked: Any) -> Self:
        """The settings that were asked for; for those that are None, the recipe's, or defaults."""
        own: dict[str, Any] = {}
        if recipe is not None:
            of_recipe = ("pairs", "fixed_threshold", "most_pairs", "fars")
            own = {name: getattr(recipe.evaluation, name) for name in of_recipe}
            own["seed"] = recipe.seed
        return cls(**(own | {key: value for key, value in asked.items() if value is not None}))
