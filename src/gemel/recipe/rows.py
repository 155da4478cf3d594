"""The rows of `[[reproduction.rows]]`: one class for each protocol, with its settings.

To add a protocol, add it to `PROTOCOLS`, and a class here and to `RowChoice`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveInt, field_validator

from gemel.calibration import parse_target
from gemel.evaluation.protocol import PROTOCOLS
from gemel.evaluation.questioned import Aggregate, Relative
from gemel.evaluation.two_makers import Makers, SmallGroups
from gemel.recipe.evaluation import EvaluationSetting
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
    makers: Makers = "any"
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
    """Lake's 20 one-shot runs, which are data of their own.

    `accuracy@assigned` gives each item of a run another example: it is transductive.
    """

    protocol: Literal["lake-runs"]
    figure: Literal["accuracy", "accuracy@assigned"] = "accuracy"


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


def check_measured(row: RowChoice, evaluation: EvaluationSetting, *, pooled: bool) -> None:
    """Raise ValueError for a row whose figure the recipe does not measure; `pooled`: over folds."""
    fixed = evaluation.fixed_threshold
    distance = row.figure.partition("@distance=")[2]
    if distance and (fixed is None or distance != f"{fixed:g}"):
        raise ValueError(
            f"{row.figure} is measured at evaluation.fixed_threshold, which is {fixed}: "
            f"set it to {distance}"
        )
    far = row.figure.partition("tar@far=")[2]
    fars = [f"{rate:g}" for rate in evaluation.fars]
    if far and far not in fars:
        raise ValueError(
            f"{row.figure} is reported only at the rates in evaluation.fars, which are "
            f"[{', '.join(fars)}]: add {far}, or write it as there"
        )
    if pooled and (not PROTOCOLS[row.protocol].pooled or row.data is not None):
        raise ValueError(
            "figures are pooled over the identities that the folds test, and the row "
            f"{row.what!r} is not about these: leave out split.folds or the row"
        )
