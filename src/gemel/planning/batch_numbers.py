"""Resolves the sizes of batches that a recipe leaves open, limited by the labels in the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from gemel.measure.prepared import Prepared
from gemel.planning.label_index import label_index, two_sided_index
from gemel.recipe.batches import (
    USUALLY_FORGED,
    BatchChoice,
    ClassesBatch,
    EpisodesBatch,
    TrialsBatch,
)
from gemel.recipe.schema import Recipe

LabelledBatch: TypeAlias = ClassesBatch | EpisodesBatch | TrialsBatch
"""Batches of a fixed number of labels."""

MOST_LABELS = 32
"""The most labels in a batch of classes if the recipe leaves the number open."""


def resolve_batch(recipe: Recipe, prepared: Prepared) -> Recipe:
    """The recipe with the `auto` numbers of its batches resolved for these data.

    The number of labels is limited to those in the data: batches would otherwise be smaller than
    an epoch expects. Raises `DataError` if there are too few labels to learn from.
    """
    batch = recipe.batch
    if prepared.dataset.labels is None or not isinstance(batch, LabelledBatch):
        return recipe
    most = _most_labels(batch, prepared)
    if not isinstance(batch, ClassesBatch):
        update: dict[str, float] = {"ways": min(batch.ways, most)}
    elif prepared.dataset.unlike is not None:
        update = _sized_across(batch, most)
    else:
        update = _sized(batch, most, by_item=prepared.split.by == "item")
    return recipe.model_copy(update={"batch": batch.model_copy(update=update)})


def _sized(batch: ClassesBatch, most: int, *, by_item: bool) -> dict[str, float]:
    """As many labels as fit; copies are told apart where labels are held out, and take room."""
    instances = batch.instances
    if instances == "auto":
        instances = 0.0 if by_item else 1.0
    size = batch.size // (2 if instances else 1)
    if batch.labels != "auto":
        labels = min(batch.labels, most)
    elif batch.items != "auto":
        labels = max(2, min(most, size // batch.items))
    else:
        labels = max(2, min(most, MOST_LABELS, size // 2))
    items = max(2, size // labels) if batch.items == "auto" else batch.items
    return {"labels": labels, "items": items, "instances": instances}


def _sized_across(batch: ClassesBatch, most: int) -> dict[str, float]:
    """For sides of unlike items: as many labels as fit, by default with one item on each side."""
    each = 1 if batch.items == "auto" else batch.items
    fitting = max(2, batch.size // (2 * each))
    labels = fitting if batch.labels == "auto" else batch.labels
    return {"labels": min(labels, most), "instances": 0.0}


def _most_labels(batch: LabelledBatch, prepared: Prepared) -> int:
    """How many different labels a batch can have; the labels of a trial share a group.

    Raises `DataError` if there are too few to learn from.
    """
    if prepared.dataset.unlike is not None:
        return len(two_sided_index(prepared).codes)
    index = label_index(prepared)
    if not isinstance(batch, TrialsBatch):
        return len(index)
    return max(2, *map(len, index.paired_by_group))


def batch_notices(asked: BatchChoice, resolved: BatchChoice, prepared: Prepared) -> list[str]:
    """Sentences about what a batch asks for and these data cannot give."""
    fewer = labels_notice(asked, resolved)
    return [*([] if fewer is None else [fewer]), *_idle(asked, prepared)]


def _idle(batch: BatchChoice, prepared: Prepared) -> Iterator[str]:
    """About settings that do nothing beside the data; a default is nobody's choice."""
    data, train = prepared.dataset, prepared.part("train")
    groups, forged = getattr(batch, "groups", "all"), getattr(batch, "forged", USUALLY_FORGED)
    if groups != "all" and (data.groups is None or len(np.unique(data.groups[train])) < 2):
        yield f"batch.groups={groups} does nothing: there are no two groups to learn from."
    if forged != USUALLY_FORGED and (data.unlike or prepared.genuine(train).all()):
        yield f"batch.forged={forged} does nothing: there are no forgeries to learn from."
    instances = getattr(batch, "instances", "auto")
    if data.unlike and instances not in {"auto", 0}:
        yield (
            f"batch.instances={instances:g} does nothing: the items of one side have no copies "
            "among those of the other."
        )


def labels_notice(asked: BatchChoice, resolved: BatchChoice) -> str | None:
    """A sentence if a batch was limited to fewer labels than the recipe asks for.

    >>> asked = EpisodesBatch(kind="episodes", ways=20)
    >>> labels_notice(asked, asked.model_copy(update={"ways": 6}))
    'Episodes have 6 ways: there are no more labels to learn from.'
    """
    match asked, resolved:
        case ClassesBatch(labels=int(wanted)), ClassesBatch(labels=int(many)) if many < wanted:
            return f"Batches have {many} labels: there are no more to learn from."
        case EpisodesBatch(ways=wanted), EpisodesBatch(ways=many) if many < wanted:
            return f"Episodes have {many} ways: there are no more labels to learn from."
        case TrialsBatch(ways=wanted), TrialsBatch(ways=many) if many < wanted:
            return f"Trials have {many} ways: no group has more labels to learn from."
    return None
