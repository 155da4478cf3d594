"""Collapse: a network that says the same of everything, noticed while it happens.

Two signs. The embeddings of different items hardly differ from one another; or the loss rests at
the value it takes when every distance is zero.
"""

from __future__ import annotations

from gemel.shapes import Embeddings

EARLY_STEPS = 10
"""Up to here embeddings may well coincide because they did before the first step."""
LEAST_SPREAD = 0.01
RESTING_SHARE = 0.01


def spread(embeddings: Embeddings) -> float:
    """Root mean square distance from the mean embedding, as a share of the embeddings' length.

    1 where the directions are all different, 0 where all embeddings coincide.
    """
    centred = embeddings - embeddings.mean(0)
    length = embeddings.square().sum(-1).mean().sqrt()
    return float(centred.square().sum(-1).mean().sqrt() / length.clamp(min=1e-12))


def collapse_sentence(
    spread: float | None, mean_loss: float, mean_resting: float, steps: int
) -> str | None:
    """The cause and the remedy where a collapse shows, else nothing.

    `spread` is None where there are no embeddings to collapse.
    """
    if spread is not None and spread < LEAST_SPREAD and steps <= EARLY_STEPS:
        return (
            f"hardly begun: after {steps} steps the embeddings of all items still nearly coincide "
            f"(spread {spread:.1e}, healthy is above 0.1): train longer"
        )
    if spread is not None and spread < LEAST_SPREAD:
        return (
            f"collapse: the embeddings of all items coincide (spread {spread:.1e}, healthy is "
            "above 0.1), so distances hardly tell pairs apart. The cause is nearly always steps "
            "that are too large, or pairs that a loss is content with at distance zero: lower "
            "optimizer.learning_rate tenfold, or train with batch.kind=classes and "
            "loss.name=softmax, which cannot rest there"
        )
    if steps > EARLY_STEPS and abs(mean_loss - mean_resting) < RESTING_SHARE * abs(mean_resting):
        return (
            f"no progress: the loss rests at {mean_loss:.4g}, the value it has when all distances "
            "are zero. Either its steps are too large, its margin is out of reach, or the labels "
            "say nothing about the items: lower optimizer.learning_rate, then the margin "
            "if the loss has one, and look at the labels"
        )
    return None
