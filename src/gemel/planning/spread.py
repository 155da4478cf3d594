"""How far embeddings are spread out: near 0 where a network has collapsed."""

from __future__ import annotations

from gemel.shapes import Embeddings


def spread(embeddings: Embeddings) -> float:
    """Root mean square distance from the mean embedding, relative to the RMS embedding norm.

    In 0–1: 0 if all embeddings coincide, 1 if their mean is zero.
    """
    centred = embeddings - embeddings.mean(0)
    length = embeddings.square().sum(-1).mean().sqrt()
    return float(centred.square().sum(-1).mean().sqrt() / length.clamp(min=1e-12))
