"""The `[reproduction]` section: the data, the figures to measure, and the published values.

Each entry of `[[reproduction.rows]]` becomes a row of the results: a figure of a protocol with a
description, the published value and its source. Each protocol has a class with its settings; to
add a protocol, add a class here and to `RowChoice`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveFloat, PositiveInt, field_validator, model_validator

from gemel.calibration import parse_target
from gemel.evaluation.questioned import Aggregate, Relative
from gemel.evaluation.two_makers import SmallGroups
from gemel.recipe.setting import Setting


class Row(Setting):
    """Base of all rows.

    `what` describes the row; "{data}" in it is replaced by the name of the data. `published` is the
    value as printed ("99.54 ± 0.08"), left out where there is none, and `source` says where. It is
    shown only for figures on the data that the recipe names. Rows with the same `changes` (settings
    on top of the recipe) share one training. `data` measures a row on data other than those trained
    on.
    """

    what: Annotated[str, Field(min_length=1)]
    published: str | None = None
    source: str = ""
    changes: tuple[str, ...] = ()
    data: str | None = None


class VerificationRow(Row):
    """`target`, such as `far=0.01`, selects the threshold to decide by; by default the recipe's."""

    protocol: Literal["verification"]
    figure: Annotated[
        str,
        Field(
            pattern=r"^(accuracy(@distance=.+)?|f1|auc|eer|far|frr|tar@far=0\.\d+|far@tar=0\.95|"
            r"(auc|eer|far)@(skilled|random)|brier|log_loss|calibration_error)$"
        ),
    ] = "accuracy"
    target: str | None = None

    @field_validator("target")
    @classmethod
    def _known_target(cls, target: str | None) -> str | None:
        if target is not None:
            parse_target(target)
        return target


class FewShotRow(Row):
    """N-way K-shot accuracy; the settings are those of `gemel evaluate --protocol few-shot`."""

    protocol: Literal["few-shot"]
    figure: Literal["accuracy"] = "accuracy"
    ways: Annotated[int, Field(ge=2)]
    shots: PositiveInt = 1
    within_group: bool = False
    makers: Literal["any", "two"] = "any"
    small_groups: SmallGroups = "skip"


class RetrievalRow(Row):
    protocol: Literal["retrieval"]
    figure: Literal["recall@1", "recall@5", "map@r"] = "recall@1"


class ReferencesRow(Row):
    """Is an item genuine, given `references` of the identity it claims?"""

    protocol: Literal["references"]
    figure: Annotated[
        str,
        Field(
            pattern=r"^((label_)?eer|auc)(@(skilled|random))?$|^tar@((skilled|random)-)?far=0\.2$"
        ),
    ] = "tar@skilled-far=0.2"
    references: PositiveInt = 5
    aggregate: Aggregate = "mean"
    relative: Relative = "no"


class SimilarityRow(Row):
    """Agreement of the scores with those that people gave to the test pairs."""

    protocol: Literal["similarity"]
    figure: Literal["pearson", "spearman", "mse"] = "pearson"


class NearestRow(Row):
    """Nearest-neighbour accuracy of test items among training items; `dtw` is for sequences."""

    protocol: Literal["nearest"]
    figure: Literal["accuracy", "accuracy@5-shot", "accuracy@dtw", "accuracy@5-shot-dtw"] = (
        "accuracy"
    )


class LakeRunsRow(Row):
    """Lake's 20 one-shot runs, which are data of their own."""

    protocol: Literal["lake-runs"]
    figure: Literal["accuracy"] = "accuracy"


class LinearProbeRow(Row):
    """Test accuracy of a linear classifier on the embeddings."""

    protocol: Literal["linear-probe"]
    figure: Literal["accuracy"] = "accuracy"


class SequencesRow(Row):
    """Accuracy at the k-th item of a class, for recipes with a memory."""

    protocol: Literal["sequences"]
    figure: Annotated[str, Field(pattern=r"^accuracy(@instance=\d+)?$")] = "accuracy"


RowChoice: TypeAlias = Annotated[
    VerificationRow
    | FewShotRow
    | RetrievalRow
    | SimilarityRow
    | ReferencesRow
    | NearestRow
    | LakeRunsRow
    | LinearProbeRow
    | SequencesRow,
    Field(discriminator="protocol"),
]

POOLED = frozenset({"verification", "few-shot", "retrieval", "references"})
"""Protocols whose figures can be pooled over folds: each fold tests other identities."""


class ReproductionSetting(Setting):
    """How to reproduce published figures, and at what cost.

    `data` is a built-in name, left out where users name a folder of their own. `minutes` is the
    duration of one training on two cores, or on a GPU where `machine` asks for one; `instead` then
    names a recipe that two cores can train.
    """

    data: str | None = None
    machine: Literal["cpu", "gpu"] = "cpu"
    minutes: PositiveFloat
    instead: str | None = None
    rows: Annotated[tuple[RowChoice, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _gpu_has_an_alternative(self) -> ReproductionSetting:
        if self.machine == "gpu" and self.instead is None:
            raise ValueError(
                "a reproduction that needs a GPU must name a recipe that two cores can train: set "
                "reproduction.instead"
            )
        return self

    @model_validator(mode="after")
    def _descriptions_are_unique(self) -> ReproductionSetting:
        descriptions = [row.what for row in self.rows]
        twice = next((what for what in descriptions if descriptions.count(what) > 1), None)
        if twice is not None:
            raise ValueError(
                f"every row of a reproduction needs a description of its own, and {twice!r} "
                "occurs twice: change one reproduction.rows.what"
            )
        return self
