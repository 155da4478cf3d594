"""What a recipe reproduces: the data, the figures to measure and what was published of them.

Each row of `[[reproduction.rows]]` is a row of the results: a figure of a protocol, in words, and
the published value with its source. A protocol's class has the very settings that its question may
have; adding a protocol is adding a class here and to `RowChoice`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveFloat, PositiveInt, field_validator, model_validator

from gemel.calibration import parse_target
from gemel.evaluation.references import Aggregate, Relative
from gemel.evaluation.two_makers import SmallGroups
from gemel.recipe.setting import Setting


class Row(Setting):
    """What all rows share.

    In `what`, "{data}" stands for the name of the data. `published` is as printed ("99.54 ± 0.08")
    and left out where nothing was; `source` says where. It is told beside figures on the data that
    the recipe names, and on no others.
    Rows with the same `changes` (settings on top of the recipe) are measured on one training. With
    `data` a row is measured on other data than were trained on.
    """

    what: Annotated[str, Field(min_length=1)]
    published: str | None = None
    source: str = ""
    changes: tuple[str, ...] = ()
    data: str | None = None


class VerificationRow(Row):
    """`target`: at the threshold that validation sets for it, as `far=0.01`; else the recipe's."""

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
    """Genuine or not, given `references` of whom an item claims to be."""

    protocol: Literal["references"]
    figure: Annotated[
        str, Field(pattern=r"^((eer|auc)(@(skilled|random))?|tar@((skilled|random)-)?far=0\.2)$")
    ] = "tar@skilled-far=0.2"
    references: PositiveInt = 5
    aggregate: Aggregate = "mean"
    relative: Relative = "no"


class SimilarityRow(Row):
    """How scores go with those that people gave to the test pairs."""

    protocol: Literal["similarity"]
    figure: Literal["pearson", "spearman", "mse"] = "pearson"


class NearestRow(Row):
    """Test items named by the nearest training items; by time warping too, for sequences."""

    protocol: Literal["nearest"]
    figure: Literal["accuracy", "accuracy@5-shot", "accuracy@dtw", "accuracy@5-shot-dtw"] = (
        "accuracy"
    )


class LakeRunsRow(Row):
    """The 20 one-shot runs; they are data of their own."""

    protocol: Literal["lake-runs"]
    figure: Literal["accuracy"] = "accuracy"


class LinearProbeRow(Row):
    """The share of test items that a linear classifier of the embeddings names rightly."""

    protocol: Literal["linear-probe"]
    figure: Literal["accuracy"] = "accuracy"


class SequencesRow(Row):
    """Accuracy at the k-th item of a class, for a recipe with a memory."""

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
"""Protocols whose figures can be pooled over folds: they are about the identities of a part."""


class ReproductionSetting(Setting):
    """`data` is a built-in name, or left out where it is a folder that the user has.

    `minutes` is what one training takes on two cores, or on the GPU that `machine` asks for;
    `instead` is then the recipe that two cores can do.
    """

    data: str | None = None
    machine: Literal["cpu", "gpu"] = "cpu"
    minutes: PositiveFloat
    instead: str | None = None
    rows: Annotated[tuple[RowChoice, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _a_way_without_gpu(self) -> ReproductionSetting:
        if self.machine == "gpu" and self.instead is None:
            raise ValueError(
                "a reproduction that needs a GPU names the recipe that two cores can do: set "
                "reproduction.instead"
            )
        return self

    @model_validator(mode="after")
    def _rows_are_told_apart(self) -> ReproductionSetting:
        words = [row.what for row in self.rows]
        twice = next((what for what in words if words.count(what) > 1), None)
        if twice is not None:
            raise ValueError(
                f"every row of a reproduction needs words of its own, and {twice!r} stands twice: "
                "change one reproduction.rows.what"
            )
        return self
