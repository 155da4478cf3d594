"""The whole recipe of an experiment, as one TOML file declares it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gemel.calibration import Method, parse_target
from gemel.data import SplitConfig
from gemel.recipe.network import (
    SEQUENCE_ENCODERS,
    EncoderChoice,
    MetricChoice,
    SequenceSetting,
    Tie,
)
from gemel.recipe.objective import AugmentChoice, AugmentSetting, BatchChoice, LossChoice
from gemel.recipe.ranges import Searched
from gemel.recipe.readers import ReaderChoice
from gemel.recipe.reading import ImageReading, InputSetting
from gemel.recipe.reproduction import ReproductionSetting
from gemel.recipe.schedule import OptimizerSetting, ScheduleSetting, TrainingSetting
from gemel.recipe.setting import Setting
from gemel.recipe.validation import ValidationSetting

ROW_LOSSES = frozenset({"distance-ratio", "softmax", "triplet"})
"""Losses that compare a matching item with a different one, and so need both in a row."""


WORDS = frozenset({"about", "small", "reproduction"})
"""What a recipe says of itself and of what comes after: it decides nothing of a training."""


class CalibrationSetting(Setting):
    """`target` is what the default threshold is set for: `eer`, `far=0.01` or `cost=10:1`."""

    target: str = "eer"
    method: Method = "auto"
    prior: Annotated[float, Field(gt=0, lt=1)] = 0.5

    @model_validator(mode="after")
    def _known_target(self) -> CalibrationSetting:
        """Now, and not when the training that it is for is over."""
        parse_target(self.target, self.prior)
        return self


class EvaluationSetting(Setting):
    """`pairs`: sampled from all pairs, the notes' consecutive ones, or Koch's 10,000 by group, on
    which thresholds are set too. `fixed_threshold` also reports the accuracy at a distance that
    was chosen beforehand."""

    pairs: Literal["sampled", "consecutive", "by-group"] = "sampled"
    fixed_threshold: float | None = None


class Recipe(Setting):
    """Everything that decides what a training gives, apart from the data.

    `small` are changes that make it tiny: it then learns something within seconds. `tune` says
    which settings `gemel tune` may change, by dotted key, and how far.
    """

    name: str = "unnamed"
    about: str = ""
    small: tuple[str, ...] = ()
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    input: InputSetting = ImageReading()
    encoder: EncoderChoice
    tie: Tie = "shared"
    metric: MetricChoice
    reader: ReaderChoice | None = None
    loss: LossChoice
    batch: BatchChoice
    augment: AugmentChoice = AugmentSetting()
    optimizer: OptimizerSetting = OptimizerSetting()
    schedule: ScheduleSetting = ScheduleSetting()
    training: TrainingSetting
    validation: ValidationSetting = ValidationSetting()
    split: SplitConfig = SplitConfig()
    calibration: CalibrationSetting = CalibrationSetting()
    evaluation: EvaluationSetting = EvaluationSetting()
    tune: dict[str, Searched] = Field(default_factory=dict)
    reproduction: ReproductionSetting | None = None

    @model_validator(mode="before")
    @classmethod
    def _series_throughout(cls, tree: Any) -> Any:
        """Where series are read, the stem and the augmentation that are not named are theirs."""
        read = tree.get("input") if isinstance(tree, dict) else None
        if not isinstance(read, dict) or read.get("kind") != "series":
            return tree
        augment, encoder = tree.get("augment", {}), tree.get("encoder", {})
        if isinstance(augment, dict):
            augment = {"kind": "series", **augment}
        if isinstance(encoder, dict) and encoder.get("name") in SEQUENCE_ENCODERS:
            encoder = {"stem": {"kind": "samples"}, **encoder}
        return {**tree, "augment": augment, "encoder": encoder}

    @model_validator(mode="after")
    def _encoder_takes_the_items(self) -> Recipe:
        if (self.input.kind == "image") == isinstance(self.encoder, SequenceSetting):
            wanted = "pictures" if self.input.kind == "image" else "sequences"
            raise ValueError(
                f"encoder.name={self.encoder.name} takes no items of the kind {self.input.kind}: "
                f"choose an encoder of {wanted}, or another input.kind"
            )
        stem = self.encoder.stem.kind if isinstance(self.encoder, SequenceSetting) else None
        if stem is not None and (self.input.kind == "series") != (stem == "samples"):
            raise ValueError(
                f"encoder.stem.kind={stem} takes no items of the kind {self.input.kind}: leave "
                "encoder.stem out"
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
        if self.reader is not None and self.batch.kind != "episodes":
            raise ValueError(
                f"the reader {self.reader.name} answers episodes, and batches of "
                f'{self.batch.kind} are none: set batch.kind to "episodes", or leave the reader out'
            )
        return self

    @model_validator(mode="after")
    def _rows_can_be_measured(self) -> Recipe:
        """Now, and not when the training that they are for is over."""
        fixed = self.evaluation.fixed_threshold
        for row in self.reproduction.rows if self.reproduction else ():
            distance = row.figure.partition("@distance=")[2]
            if distance and (fixed is None or distance != f"{fixed:g}"):
                raise ValueError(
                    f"{row.figure} is measured at evaluation.fixed_threshold, which is {fixed}: "
                    f"set it to {distance}"
                )
            if self.split.folds and (row.protocol == "lake-runs" or row.data is not None):
                raise ValueError(
                    "folds are pooled over the people they test, and the row "
                    f"{row.what!r} is measured on other data: leave out split.folds or the row"
                )
        return self
