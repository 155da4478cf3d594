"""The schema of a recipe: all of its sections, and the checks across them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from gemel.data import SplitConfig
from gemel.matcher.networks import Tie
from gemel.recipe.agreement import check_agreement
from gemel.recipe.augmentation import AugmentChoice, AugmentSetting
from gemel.recipe.batches import BatchChoice
from gemel.recipe.calibration import CalibrationSetting
from gemel.recipe.evaluation import EvaluationSetting
from gemel.recipe.losses import LossChoice
from gemel.recipe.network import (
    EncoderChoice,
    MemoryChoice,
    MetricChoice,
    ReaderChoice,
    TestTimeSetting,
)
from gemel.recipe.one_side import read_as_the_model, series_throughout
from gemel.recipe.ranges import Searched
from gemel.recipe.reading import ImageReading, InputSetting
from gemel.recipe.reproduction import ReproductionSetting
from gemel.recipe.right import RightSetting, with_right
from gemel.recipe.schedule import (
    OptimizerSetting,
    PretrainingSetting,
    ScheduleSetting,
    TrainingSetting,
)
from gemel.recipe.setting import Setting
from gemel.recipe.validation import ValidationSetting

WORDS = frozenset({"about", "small", "reproduction"})
"""Sections that do not affect the matcher: they describe the recipe and what to measure."""
AFTERWARDS = frozenset({"test_time", "calibration"})
"""Sections applied when the matcher is made: they may differ when a run is resumed."""


class Recipe(Setting):
    """Everything that decides the result of a training, apart from the data.

    `small` are changes that shrink the recipe until it trains within seconds. `tune` is the search
    space of `gemel tune`, by dotted key.
    """

    name: str = "unnamed"
    about: str = ""
    small: tuple[str, ...] = ()
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    input: InputSetting = ImageReading()
    encoder: EncoderChoice
    tie: Tie = "shared"
    right: RightSetting | None = None
    metric: MetricChoice
    test_time: TestTimeSetting | None = None
    reader: ReaderChoice | None = None
    memory: MemoryChoice | None = None
    loss: LossChoice
    batch: BatchChoice
    augment: AugmentChoice = AugmentSetting()
    optimizer: OptimizerSetting = OptimizerSetting()
    schedule: ScheduleSetting = ScheduleSetting()
    pretraining: PretrainingSetting | None = None
    training: TrainingSetting
    validation: ValidationSetting = ValidationSetting()
    split: SplitConfig = SplitConfig()
    calibration: CalibrationSetting = CalibrationSetting()
    evaluation: EvaluationSetting = EvaluationSetting()
    tune: dict[str, Searched] = Field(default_factory=dict)
    reproduction: ReproductionSetting | None = None

    @property
    def right_side(self) -> RightSetting:
        """The settings of the right side: its own, or else those of the left side."""
        if self.right is not None:
            return self.right
        return RightSetting(input=self.input, encoder=self.encoder, augment=self.augment)

    @model_validator(mode="before")
    @classmethod
    def _sides_are_complete(cls, tree: Any) -> Any:
        if not isinstance(tree, Mapping):
            return tree
        return with_right(read_as_the_model(series_throughout(tree)))

    @model_validator(mode="after")
    def _sections_agree(self) -> Recipe:
        check_agreement(self)
        return self
