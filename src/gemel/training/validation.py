"""The figures of a twin on the validation side, measured again and again while it trains.

The same pairs and the same trials every time, so that two epochs differ by their weights alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch

from gemel.arrays import Distances, Embeddings, Indices
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.evaluation.few_shot import Episodes, answer_episodes
from gemel.evaluation.pairs import PairLimits, PairSample
from gemel.functional.roc import auc, eer, roc
from gemel.measure.candidates import Candidates
from gemel.measure.prepared import Prepared
from gemel.recipe import Recipe
from gemel.recipe.validation import ValidationSetting
from gemel.shapes import Items
from gemel.training.collapse import spread
from gemel.twin import SharedTwin

VALIDATION_ITEMS = 1_500
VALIDATION_PAIRS = PairLimits(genuine=5_000, impostors=10_000)

Validate: TypeAlias = Callable[[SharedTwin], dict[str, float]]


def build_validation(prepared: Prepared, recipe: Recipe) -> Validate:
    """The figures of a twin by name: `auc`, `eer`, `spread`, and `one-shot` where it is watched."""
    measured = [_pair_figures(prepared, recipe)]
    if recipe.validation.figure == "one-shot":
        measured.append(_one_shot_figure(prepared, recipe.validation, recipe.seed))

    def validate(twin: SharedTwin) -> dict[str, float]:
        return {name: value for figures in measured for name, value in figures(twin).items()}

    return validate


def _pair_figures(prepared: Prepared, recipe: Recipe) -> Validate:
    items, pairs = _validation_sample(prepared, recipe)

    def figures(twin: SharedTwin) -> dict[str, float]:
        embeddings = _embed(twin, prepared, items)
        distance = EmbeddingComparer(embeddings, _metric_of(twin)).pairs(pairs.left, pairs.right)
        curve = roc(distance, pairs.same)
        return {
            "auc": auc(curve),
            "eer": eer(curve),
            "spread": spread(torch.from_numpy(embeddings)),
        }

    return figures


def _one_shot_figure(prepared: Prepared, setting: ValidationSetting, seed: int) -> Validate:
    """Koch et al. 2015, section 4.2: 320 trials that mimic the target task."""
    items, trials = draw_one_shot(prepared, setting, seed)

    def figure(twin: SharedTwin) -> dict[str, float]:
        comparer = EmbeddingComparer(_embed(twin, prepared, items), _metric_of(twin))
        right = np.concatenate([answer_episodes(comparer, episodes) for episodes in trials])
        return {"one-shot": float(right.mean())}

    return figure


def draw_one_shot(
    prepared: Prepared, setting: ValidationSetting, seed: int
) -> tuple[Indices, list[Episodes]]:
    """The items that the trials ask for, and the trials as positions in them.

    As many ways as the data allow, up to the setting's. Raises `DataError` where the validation
    side has no two labels to tell apart.
    """
    items = prepared.side("validation")
    items = items[prepared.genuine(items)]
    candidates = Candidates.of(
        prepared,
        items,
        within_group=prepared.dataset.groups is not None,
        makers="any" if prepared.dataset.makers is None else "two",
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
    """Items, and pairs as positions in them; a given table's pairs are all taken."""
    items, seed = prepared.side("validation"), recipe.seed
    if recipe.evaluation.pairs == "by-group":
        return items, prepared.pairs("validation", "by-group", seed)
    if prepared.dataset.pairs is not None:
        return items, prepared.pairs("validation", "sampled", seed)
    if len(items) > VALIDATION_ITEMS:
        items = items[
            np.sort(np.random.default_rng(seed).permutation(len(items))[:VALIDATION_ITEMS])
        ]
    return items, prepared.sampled_pairs(items, seed, VALIDATION_PAIRS)


def _embed(twin: SharedTwin, prepared: Prepared, items: Indices) -> Embeddings:
    device = next(twin.parameters()).device
    order = prepared.pack.by_length(items)
    with torch.inference_mode():
        parts = [
            twin.embed(_items(prepared, chunk, device))
            for chunk in np.array_split(items[order], max(1, len(items) // 250))
        ]
        embeddings: Embeddings = torch.cat(parts).float().cpu().numpy()
    return embeddings[np.argsort(order)]


def _items(prepared: Prepared, positions: Indices, device: torch.device) -> Items:
    feed = prepared.input.feed(prepared.pack[positions])
    return tuple(torch.from_numpy(array).to(device) for array in feed)


def _metric_of(twin: SharedTwin) -> Callable[[Embeddings, Embeddings], Distances]:
    device = next(twin.parameters()).device

    def metric(left: Embeddings, right: Embeddings) -> Distances:
        with torch.inference_mode():
            sets = (
                torch.from_numpy(np.ascontiguousarray(side)).to(device) for side in (left, right)
            )
            distances: Distances = twin.metric(*sets).cpu().numpy()
        return distances

    return metric
