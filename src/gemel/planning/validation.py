"""The figures of a twin on the validation part, measured repeatedly during training.

Pairs and trials are drawn once, so that figures of different epochs differ by the weights alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
import torch.nn.functional as F

from gemel.arrays import Codes, Indices
from gemel.evaluation.comparer import Comparer, EmbeddingComparer
from gemel.evaluation.episodes import Episodes
from gemel.evaluation.few_shot import answer_episodes
from gemel.evaluation.pairs import PairLimits, PairSample
from gemel.evaluation.sequences import SequenceTask, draw_sequences
from gemel.functional.ranking import right_is_nearest
from gemel.functional.roc import auc, eer, roc
from gemel.measure.candidates import Candidates
from gemel.measure.compared import embeddings_of, some_of
from gemel.measure.prepared import Prepared
from gemel.memories import Memory, remember
from gemel.planning.comparing import twin_comparer, twin_read
from gemel.recipe.schema import Recipe
from gemel.recipe.validation import ValidationSetting
from gemel.shapes import Embeddings
from gemel.twin import Twin

VALIDATION_ITEMS = 1_500
SEQUENCES, SEQUENCE_ITEMS = 60, 4
"""Number of validation sequences of a memory, and of items per class in them."""
VALIDATION_PAIRS = PairLimits(genuine=5_000, impostors=10_000)
JOINT_VALIDATION_PAIRS = PairLimits(genuine=500, impostors=1_000)
"""Fewer for a joint tie, where each pair takes two passes of the network."""

Validate: TypeAlias = Callable[[Twin], dict[str, float]]


def build_validation(prepared: Prepared, recipe: Recipe, memory: Memory | None = None) -> Validate:
    """A function from a twin to its validation figures by name.

    These are `auc`, `eer`, `spread` (unless the tie is joint), `one-shot` if the recipe validates
    by it, and `sequence` if there is a memory.
    """
    measured = [_pair_figures(prepared, recipe)]
    if memory is not None:
        measured.append(_sequence_figure(prepared, memory, recipe.seed))
    if recipe.validation.figure == "one-shot":
        measured.append(_one_shot_figure(prepared, recipe.validation, recipe.seed))

    def validate(twin: Twin) -> dict[str, float]:
        return {name: value for figures in measured for name, value in figures(twin).items()}

    return validate


def _pair_figures(prepared: Prepared, recipe: Recipe) -> Validate:
    items, pairs = _validation_sample(prepared, recipe)
    compared, inputs = some_of(prepared.packed, items), prepared.packed.inputs

    def figures(twin: Twin) -> dict[str, float]:
        comparer = twin_comparer(twin, inputs, compared)
        curve = roc(comparer.pairs(pairs.left, pairs.right), pairs.same)
        return {"auc": auc(curve), "eer": eer(curve), **_spread(comparer)}

    return figures


def _spread(comparer: Comparer) -> dict[str, float]:
    """The smaller spread of the two sides; empty for a joint tie."""
    if not isinstance(comparer, EmbeddingComparer):
        return {}
    sides = [side for side in (comparer.embeddings, comparer.right) if side is not None]
    return {"spread": min(spread(torch.from_numpy(side)) for side in sides)}


def spread(embeddings: Embeddings) -> float:
    """How far embeddings are spread out: near 0 where a network has collapsed.

    Root mean square distance from the mean embedding, relative to the RMS embedding norm. In 0–1: 0
    if all embeddings coincide, 1 if their mean is zero.
    """
    centred = embeddings - embeddings.mean(0)
    length = embeddings.square().sum(-1).mean().sqrt()
    return float(centred.square().sum(-1).mean().sqrt() / length.clamp(min=1e-12))


def _one_shot_figure(prepared: Prepared, setting: ValidationSetting, seed: int) -> Validate:
    """Koch et al. 2015, section 4.2: 320 trials that mimic the target task."""
    items, trials = draw_one_shot(prepared, setting, seed)
    compared, inputs = some_of(prepared.packed, items), prepared.packed.inputs

    def figure(twin: Twin) -> dict[str, float]:
        comparer = twin_comparer(twin, inputs, compared)
        read = twin_read(twin, comparer)
        right = np.concatenate([answer_episodes(comparer, episodes, read) for episodes in trials])
        return {"one-shot": float(right.mean())}

    return figure


def _sequence_figure(prepared: Prepared, memory: Memory, seed: int) -> Validate:
    """Santoro et al. 2016, section 4.2: the accuracy at the second item of a class."""
    items = prepared.genuine_part("validation")
    labels = prepared.labels(items)
    task = SequenceTask(memory.ways, SEQUENCE_ITEMS, SEQUENCES, seed).that_fits(labels)
    (drawn,) = draw_sequences(labels, task)
    used, place = np.unique(drawn.items, return_inverse=True)
    compared, inputs = some_of(prepared.packed, items[used]), prepared.packed.inputs
    second, place = drawn.instances() == 2, place.reshape(drawn.items.shape)
    told = F.one_hot(torch.from_numpy(drawn.classes), memory.ways).float()

    def figure(twin: Twin) -> dict[str, float]:
        embeddings = embeddings_of(twin_comparer(twin, inputs, compared))
        assert embeddings is not None, "a memory has a shared tie"
        device = next(memory.parameters()).device
        sequences = torch.from_numpy(embeddings[place]).to(device), told.to(device)
        with torch.inference_mode():
            answers = remember(memory, *sequences).cpu().numpy()
        return {"sequence": float(right_is_nearest(answers, drawn.classes)[second].mean())}

    return figure


def draw_one_shot(
    prepared: Prepared, setting: ValidationSetting, seed: int
) -> tuple[Indices, list[Episodes]]:
    """The items used in one-shot trials, and the trials as positions in them.

    Trials have as many ways as the data allow, up to the setting's. Raises `DataError` if the
    validation part has fewer than two labels.
    """
    items = prepared.genuine_part("validation")
    dataset = prepared.dataset
    of_two = dataset.makers is not None and dataset.unlike is None
    candidates = Candidates.of(
        prepared,
        items,
        within_group=dataset.groups is not None,
        makers="two" if of_two else "any",
        small_groups="skip",
    )
    ways = max(2, min(setting.ways, candidates.most_ways(1)))
    episodes, _ = candidates.episodes(ways, 1, seed, setting.trials)
    used = np.unique(np.concatenate([_asked(each) for each in episodes]))
    return items[used], [
        Episodes(
            np.searchsorted(used, each.query), np.searchsorted(used, each.support), each.answer
        )
        for each in episodes
    ]


def _asked(episodes: Episodes) -> Indices:
    return np.concatenate([episodes.query, episodes.support.reshape(-1)])


def _validation_sample(prepared: Prepared, recipe: Recipe) -> tuple[Indices, PairSample]:
    """Items, and pairs as positions in them; all pairs of a given table are used."""
    items, seed = prepared.part("validation"), recipe.seed
    if recipe.evaluation.pairs == "by-group":
        return items, prepared.pairs("validation", "by-group", seed)
    if prepared.dataset.pairs is not None:
        return items, prepared.pairs("validation", "sampled", seed)
    if len(items) > VALIDATION_ITEMS:
        items = items[some_items(prepared.labels(items), np.random.default_rng(seed))]
    limits = JOINT_VALIDATION_PAIRS if recipe.tie == "joint" else VALIDATION_PAIRS
    return items, prepared.sampled_pairs(items, seed, limits)


def some_items(labels: Codes, rng: np.random.Generator) -> Indices:
    """Random positions of `VALIDATION_ITEMS` items.

    If there are so many labels that few sampled items would have a partner, whole labels are
    sampled instead.
    """
    if 2 * len(np.unique(labels)) <= VALIDATION_ITEMS:
        return np.sort(rng.permutation(len(labels))[:VALIDATION_ITEMS])
    place = rng.permutation(labels.max() + 1)[labels]
    return np.sort(np.argsort(place, kind="stable")[:VALIDATION_ITEMS])
