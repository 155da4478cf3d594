"""Map of the embeddings in two dimensions, by t-SNE or principal components.

van der Maaten & Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008), 2579–2605.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Embeddings, Floats, evenly_spaced
from gemel.counting import count
from gemel.report.contents import Cloud, Contents, Shown

MOST_ITEMS = 400
MOST_KEYS = 24
FEWEST_FOR_TSNE = 20
TILE, SHEET_RATIO, ROUNDS = 2.7, 1.6, 150
"""Width of a tile in per cent of the map's; aspect ratio of the map; iterations of `_spread`."""
MARGIN = 7.0
GOLDEN_ANGLE = 137.508
"""Hue step in degrees: multiples of the golden angle stay far from each other."""


@final
@dataclass(frozen=True)
class Place:
    """An item on the map, at `left` and `top` in per cent."""

    left: float
    top: float
    item: Shown
    code: int


@final
@dataclass(frozen=True)
class Map:
    """Places in the order of their labels, with a legend `keys` if there are few labels."""

    places: tuple[Place, ...]
    keys: tuple[tuple[int, str], ...]
    hues: tuple[float, ...]
    sentence: str


def embedding_map(contents: Contents) -> Map | str:
    """The map, or a sentence why there is none."""
    if contents.cloud is None:
        return "This network compares two items jointly, so there is no embedding to map."
    cloud = _readable(contents.cloud)
    if len(cloud.shown) < 2:
        return "A map needs at least two items with finite embeddings."
    if np.ptp(cloud.embeddings, axis=0).max() == 0:
        return "All items have the same embedding: the network has collapsed to a point."
    positions, method = _in_two_dimensions(cloud.embeddings)
    spots = _spread(_to_unit_square(positions))
    items = [contents.shown(item) for item in cloud.shown.tolist()]
    names = sorted({item.label for item in items})
    codes = {label: code for code, label in enumerate(names)}
    places = [
        Place(round(x, 2), round(y, 2), item, codes[item.label])
        for (x, y), item in zip(spots.tolist(), items, strict=True)
    ]
    return Map(
        places=tuple(sorted(places, key=lambda place: place.code)),
        keys=tuple(enumerate(names)) if 1 < len(names) <= MOST_KEYS else (),
        hues=tuple(round((250 + GOLDEN_ANGLE * code) % 360, 1) for code in range(len(names))),
        sentence=_sentence(len(places), len(names), method),
    )


def _sentence(items: int, labels: int, method: str) -> str:
    of = f" of {count(labels, 'label')}" if labels > 1 else ""
    return (
        f"{count(items, 'item')}{of}, placed by {method}: items with similar embeddings lie close "
        "together. The axes have no meaning."
    )


def _readable(cloud: Cloud) -> Cloud:
    """The finite embeddings, at most `MOST_ITEMS` of them, evenly spaced."""
    rows = np.flatnonzero(np.isfinite(cloud.embeddings).all(axis=1))
    rows = rows[evenly_spaced(len(rows), MOST_ITEMS)]
    return Cloud(cloud.embeddings[rows], cloud.shown[rows])


def _in_two_dimensions(embeddings: Embeddings) -> tuple[Floats, str]:
    """(m, 2) positions and the method's name: t-SNE, or PCA for too few items."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    size, width = embeddings.shape
    if size < FEWEST_FOR_TSNE or width < 2:
        flat = np.zeros((size, 2))
        parts = PCA(min(2, size, width), random_state=0).fit_transform(embeddings)
        flat[:, : parts.shape[1]] = parts
        return flat, "principal components"
    perplexity = min(30.0, (size - 1) / 3)
    placed = TSNE(2, perplexity=perplexity, init="pca", random_state=0).fit_transform(embeddings)
    return placed.astype(np.float64), "t-SNE"


def _spread(spots: Floats) -> Floats:
    """Positions (m, 2) in per cent of the map, with overlapping tiles pushed apart."""
    tile = np.array([TILE, TILE * SHEET_RATIO])
    spots = MARGIN + (100 - 2 * MARGIN) * spots
    for _ in range(ROUNDS):
        # (2, m, m), the axes first: twice as fast as last.
        offset = (spots.T[:, None] - spots.T[:, :, None]) / tile[:, None, None]
        distance = np.sqrt(offset[0] ** 2 + offset[1] ** 2)
        push = 0.25 * np.clip(1 - distance, 0, None) / np.maximum(distance, 1e-6)
        spots = np.clip(spots + (offset * push).sum(axis=1).T * tile, TILE, 100 - TILE)
    return spots


def _to_unit_square(positions: Floats) -> Floats:
    low, spread = positions.min(axis=0), np.ptp(positions, axis=0)
    inside = (positions - low) / np.where(spread > 1e-12, spread, 1)
    return np.where(spread > 1e-12, inside, 0.5)
