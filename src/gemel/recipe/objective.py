"""What is learned from: the settings of losses and batch kinds."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from gemel.recipe.setting import Setting, refuse_idle


class Contrastive(Setting):
    name: Literal["contrastive"]
    margin: PositiveFloat = 1.0
    balanced: bool = False


class BinaryCrossEntropy(Setting):
    """`offset` is where the learned decision starts, for metrics that are no logit themselves."""

    name: Literal["binary-cross-entropy"]
    offset: float = 1.0
    balanced: bool = False


class Exponential(Setting):
    """`bound` is the paper's Q, the largest distance that the metric can give."""

    name: Literal["exponential"]
    bound: PositiveFloat = 10.0
    balanced: bool = False


class Hinge(Setting):
    name: Literal["hinge"]
    margin: PositiveFloat = 1.0


class Triplet(Setting):
    name: Literal["triplet"]
    margin: PositiveFloat = 0.2
    mining: Literal["all", "hardest"] = "all"


class DistanceRatio(Setting):
    name: Literal["distance-ratio"]


class Softmax(Setting):
    name: Literal["softmax"]
    temperature: Annotated[float, Field(ge=0.01)] = 0.1
    learned: bool = True


class SquaredError(Setting):
    """`offset` as in binary cross-entropy."""

    name: Literal["squared-error"]
    offset: float = 1.0


class Graded(Setting):
    """`spread` says how fast likeness falls by `exp` or `logistic`, `middle` which distance counts
    as half alike by `logistic`."""

    name: Literal["graded"]
    by: Literal["exp", "linear", "logistic"] = "exp"
    middle: float = 0.0
    spread: PositiveFloat = 1.0

    @model_validator(mode="after")
    def _only_what_counts(self) -> Graded:
        """A setting that would be ignored is a mistake."""
        if self.by != "logistic":
            because = f"is of the logistic curve, and loss.by is {self.by}"
            refuse_idle("loss", self, ["middle"], because, "set loss.by=logistic")
        if self.by == "linear":
            because = "shapes the exponential and the logistic curve, and loss.by is linear"
            refuse_idle("loss", self, ["spread"], because, "set loss.by=exp")
        return self


LossChoice: TypeAlias = Annotated[
    Contrastive
    | BinaryCrossEntropy
    | Exponential
    | Hinge
    | Graded
    | Triplet
    | DistanceRatio
    | Softmax
    | SquaredError,
    Field(discriminator="name"),
]

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]

Groups: TypeAlias = Literal["all"] | PositiveInt
"""Draw from all labels alike, or limit a batch (a pair, a triplet) to so many groups."""

Forged: TypeAlias = Annotated[float, Field(ge=0, lt=1)]
"""The share of forgeries, where there are some: of the different pairs or triplets that are drawn
one by one, of the items that a label brings to a batch of classes."""
USUALLY_FORGED = 0.5
"""As is measured."""


class PairsBatch(Setting):
    """`random` draws pairs on the fly, `by-group` once for all and as many of each group,
    `consecutive` takes the notes' pairs of neighbours, `given` those of a table.

    `per_epoch` counts the pairs that are drawn. Pairs that stay the same come `1 + copies` times an
    epoch, augmented anew each time.
    """

    kind: Literal["pairs"]
    source: Literal["random", "by-group", "consecutive", "given"] = "random"
    size: Annotated[int, Field(ge=2)] = 128
    per_epoch: PositiveInt | None = None
    copies: NonNegativeInt = 0
    groups: Groups = "all"
    forged: Forged = USUALLY_FORGED

    @model_validator(mode="after")
    def _only_what_counts(self) -> PairsBatch:
        """A setting that would be ignored is a mistake."""
        if self.source == "random":
            because = "repeats pairs that stay the same, and random pairs are new every time"
            instead = "set batch.source to by-group, or raise batch.per_epoch"
            refuse_idle("batch", self, ["copies"], because, instead)
            return self
        instead = "set batch.source=random"
        if self.source != "by-group":
            because = (
                f"counts pairs that are drawn, and batch.source is {self.source}, which takes all "
                "there are"
            )
            refuse_idle("batch", self, ["per_epoch"], because, instead)
        because = f"is for pairs that are drawn on the fly, and batch.source is {self.source}"
        refuse_idle("batch", self, ["groups", "forged"], because, instead)
        return self


class PartnersBatch(Setting):
    """Matching pairs of a table; in a batch of `size` the others' partners are the different."""

    kind: Literal["partners"]
    size: Annotated[int, Field(ge=2)] = 128


class TripletsBatch(Setting):
    kind: Literal["triplets"]
    size: PositiveInt = 128
    groups: Groups = "all"
    forged: Forged = USUALLY_FORGED


class ClassesBatch(Setting):
    """P labels x K items. `auto` fills `size`, with as many labels as there are up to 32.

    `instances` weighs a second term of the loss. Every item then stands twice in a batch, augmented
    in two ways, and its only partner is its own other view: this keeps apart what labels alone
    would merge, and so carries over to labels never seen. `auto` is 1 where whole labels are held
    out, and 0 where the labels to be told apart are those of the training. `turned` turns each
    group of a batch by a random number of quarters, which makes new labels of square drawings.
    """

    kind: Literal["classes"]
    instances: Literal["auto"] | NonNegativeFloat = 0.0
    labels: Literal["auto"] | Annotated[int, Field(ge=2)] = "auto"
    items: Literal["auto"] | Annotated[int, Field(ge=2)] = "auto"
    size: Annotated[int, Field(ge=4)] = 128
    groups: Groups = "all"
    turned: bool = False
    forged: Forged = USUALLY_FORGED


class EpisodesBatch(Setting):
    kind: Literal["episodes"]
    ways: Annotated[int, Field(ge=2)] = 20
    shots: PositiveInt = 1
    queries: PositiveInt = 5
    groups: Groups = "all"


class TrialsBatch(Setting):
    """`trials` one-shot trials of `ways` labels of one group, between two makers.

    New labels of the old: `turned` turns a trial as a whole by a random number of quarters, and in
    a share `overlaid` of the trials every label has another one laid over it.
    """

    kind: Literal["trials"]
    trials: PositiveInt = 4
    ways: Annotated[int, Field(ge=2)] = 20
    turned: bool = False
    overlaid: Share = 0.0


class SequencesBatch(Setting):
    """`size` episodes in time, each of `ways` labels with `items` items: what a memory needs."""

    kind: Literal["sequences"]
    ways: Annotated[int, Field(ge=2)] = 5
    items: Annotated[int, Field(ge=2)] = 10
    size: PositiveInt = 16
    groups: Groups = "all"


BatchChoice: TypeAlias = Annotated[
    PairsBatch
    | PartnersBatch
    | TripletsBatch
    | ClassesBatch
    | EpisodesBatch
    | TrialsBatch
    | SequencesBatch,
    Field(discriminator="kind"),
]
