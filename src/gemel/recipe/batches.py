"""The `[batch]` section: the settings of batches, one class for each kind."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from gemel.recipe.setting import Setting, Share, refuse_idle

Groups: TypeAlias = Literal["all"] | PositiveInt
"""Number of groups that the labels of a batch, pair or triplet come from, or all."""

Forged: TypeAlias = Annotated[float, Field(ge=0, lt=1)]
"""Share of forgeries, where the data have any: among the different pairs or among the triplets, or
among the items of each label in a batch of classes."""
USUALLY_FORGED = 0.5
"""The balance that verification measures: as many skilled forgeries as random ones."""


class PairsBatch(Setting):
    """Batches of `size` pairs.

    `source`: `random` draws new pairs all the time; `by-group` draws a fixed set once, with equally
    many of each group; `consecutive` takes those of the MNIST example of Keras (neighbours within a
    label, and as many different ones); `given` takes the pairs of a table. `per_epoch` is the
    number of pairs drawn. Each pair of a fixed set is used `1 + copies` times per epoch, with a new
    augmentation each time.
    """

    kind: Literal["pairs"]
    source: Literal["random", "by-group", "consecutive", "given"] = "random"
    size: Annotated[int, Field(ge=2)] = 128
    per_epoch: PositiveInt | None = None
    copies: NonNegativeInt = 0
    groups: Groups = "all"
    forged: Forged = USUALLY_FORGED

    @model_validator(mode="after")
    def _refuse_ignored(self) -> PairsBatch:
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
    """Batches of `size` matching pairs of a table, whose other partners are the negatives."""

    kind: Literal["partners"]
    size: Annotated[int, Field(ge=2)] = 128


class TripletsBatch(Setting):
    kind: Literal["triplets"]
    size: PositiveInt = 128
    groups: Groups = "all"
    forged: Forged = USUALLY_FORGED


class ClassesBatch(Setting):
    """P labels x K items, all pairs used. `auto` fills `size`, with at most 32 labels.

    `instances` is the weight of a second loss term, for which every item is in the batch twice,
    under two augmentations, and matches only its own other view. This keeps apart what labels alone
    would merge, and so generalises to unseen labels. `auto` is 1 where whole labels are held out,
    and 0 in a split by item. `turned` turns each group of a batch by a random number of quarter
    turns, which makes new labels of square drawings.
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
    """`trials` one-shot trials, each of `ways` labels of one group, between two makers.

    Two settings make new labels of the given ones: `turned` turns each trial as a whole by a random
    number of quarter turns, and `overlaid` is the share of trials in which every drawing has one of
    another label laid over it.
    """

    kind: Literal["trials"]
    trials: PositiveInt = 4
    ways: Annotated[int, Field(ge=2)] = 20
    turned: bool = False
    overlaid: Share = 0.0


class SequencesBatch(Setting):
    """`size` sequences, each of `ways` labels with `items` items: for training a memory."""

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
