"""The schema of a recipe: all of its sections, and the checks across them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from gemel.data import SplitConfig
from gemel.networks import Tie
from gemel.recipe.augmentation import AugmentChoice, AugmentSetting, GroupAugmentSetting
from gemel.recipe.batches import BatchChoice
from gemel.recipe.calibration import CalibrationSetting
from gemel.recipe.evaluation import EvaluationSetting
from gemel.recipe.losses import LossChoice
from gemel.recipe.memories import MemoryChoice
from gemel.recipe.network import EncoderChoice, MetricChoice, TestTimeSetting
from gemel.recipe.one_side import (
    check_augments,
    check_takes,
    check_turns,
    read_as_the_model,
    series_throughout,
)
from gemel.recipe.ranges import Searched
from gemel.recipe.readers import ReaderChoice
from gemel.recipe.reading import ImageReading, InputSetting
from gemel.recipe.reproduction import ReproductionSetting
from gemel.recipe.right import RightSetting, with_right
from gemel.recipe.rows import check_measured
from gemel.recipe.schedule import (
    OptimizerSetting,
    PretrainingSetting,
    ScheduleSetting,
    TrainingSetting,
)
from gemel.recipe.setting import Setting, refuse_idle
from gemel.recipe.validation import ValidationSetting

ROW_LOSSES = frozenset({"distance-ratio", "softmax", "triplet"})
"""Losses that contrast matching with different items, and so need both in each row."""

WORDS = frozenset({"about", "small", "reproduction"})
"""Sections that do not affect the matcher: they describe the recipe and what to measure."""
AFTERWARDS = frozenset({"test_time", "calibration"})
"""Sections applied when the matcher is made: they may differ when a run is resumed."""


GROUPED_BATCHES = frozenset({"classes", "trials", "episodes"})


def _augments_groups(augment: AugmentChoice) -> bool:
    return isinstance(augment, AugmentSetting) and augment.group != GroupAugmentSetting()


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
    def _folds_replace_the_test_share(self) -> Recipe:
        if self.split.folds:
            because = f"is a share, and with split.folds={self.split.folds} a whole fold is tested"
            refuse_idle("split", self.split, ["test"], because, "leave split.folds out")
        return self

    @model_validator(mode="after")
    def _encoders_take_the_items(self) -> Recipe:
        check_takes(self.input, self.encoder)
        check_augments(self.input, self.augment)
        check_turns(self.input, self.batch)
        check_turns(self.right_side.input, self.batch)
        if self.right is not None:
            check_augments(self.right.input, self.right.augment, "right.")
        if self.right is not None and self.tie == "separate":
            check_takes(self.right.input, self.right.encoder, "right.")
        return self

    @model_validator(mode="after")
    def _a_memory_has_sequences(self) -> Recipe:
        if (self.memory is not None) != (self.batch.kind == "sequences"):
            raise ValueError(
                "a memory learns from sequences, and nothing else does: set batch.kind to "
                '"sequences" and memory.name to "mann", or leave both out'
            )
        if self.memory is not None and self.tie != "shared":
            raise ValueError(
                "a memory needs embeddings that do not depend on the side: set tie to "
                '"shared", or leave memory out'
            )
        if self.memory is None and self.validation.figure == "sequence":
            raise ValueError(
                "validation.figure=sequence asks a memory, and the recipe has none: set "
                'validation.figure to "auc", or memory.name to "mann"'
            )
        return self

    @model_validator(mode="after")
    def _tie_agrees(self) -> Recipe:
        if self.right is not None and self.tie == "shared":
            raise ValueError(
                "right is for other ties, and a shared tie reads and encodes both sides alike: set "
                'tie to "separate", or leave right out'
            )
        if self.reader is not None and self.tie != "shared":
            raise ValueError(
                "a reader combines the embeddings of a class's examples, and a "
                f'{self.tie} tie has no common embedding of both sides: set tie to "shared", or '
                "leave reader out"
            )
        if self.tie == "joint":
            self._joint_agrees()
        return self

    def _joint_agrees(self) -> None:
        if self.metric.name != "decision":
            raise ValueError(
                "a joint tie has no embeddings for the metric "
                f"{self.metric.name} to compare, and scores the pair itself: set metric.name "
                'to "decision"'
            )
        if self.batch.kind == "classes":
            raise ValueError(
                "a joint tie scores pair by pair, and batches of classes ask for every pair of a "
                'batch: set batch.kind to "pairs"'
            )
        if self.right is not None and self.right.encoder != self.encoder:
            raise ValueError(
                "a joint tie has one encoder, of the pair: leave right.encoder out, or set tie to "
                '"separate"'
            )

    @model_validator(mode="after")
    def _pictures_have_views(self) -> Recipe:
        if self.test_time is None:
            return self
        if self.input.kind != "image":
            raise ValueError(
                f"test_time mirrors pictures, and items of the kind {self.input.kind} are read: "
                "leave test_time out"
            )
        if self.tie != "shared" or self.memory is not None:
            raise ValueError(
                "test_time averages distances between items of a shared tie, without a memory: "
                'leave test_time out, or set tie to "shared" and leave memory out'
            )
        return self

    @model_validator(mode="after")
    def _parts_agree(self) -> Recipe:
        if self.loss.name in ROW_LOSSES and self.batch.kind == "pairs":
            raise ValueError(
                f"the {self.loss.name} loss needs matching and different items side by side, and "
                'batches of pairs have one at a time: set batch.kind to "classes", or loss.name '
                'to "contrastive"'
            )
        sides = (self.augment, self.right_side.augment)
        if self.batch.kind not in GROUPED_BATCHES and any(map(_augments_groups, sides)):
            raise ValueError(
                f"augment.group transforms all items of a group alike, and batches of "
                f"{self.batch.kind} have no such groups: leave augment.group out, or set "
                'batch.kind to "classes"'
            )
        if self.reader is not None and self.batch.kind != "episodes":
            raise ValueError(
                f"the reader {self.reader.name} answers episodes, and the batches are of kind "
                f'{self.batch.kind}: set batch.kind to "episodes", or leave the reader out'
            )
        return self

    @model_validator(mode="after")
    def _rows_can_be_measured(self) -> Recipe:
        """Refused before training rather than after it."""
        for row in self.reproduction.rows if self.reproduction else ():
            check_measured(row, self.evaluation, pooled=bool(self.split.folds))
        return self
