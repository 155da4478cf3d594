"""Detects collapse during training: a network that maps all items to nearly the same embedding.

Two signs: the embeddings of different items hardly differ, or the loss stays at the value that it
has when every distance is zero.
"""

from __future__ import annotations

EARLY_STEPS = 10
"""Up to this step, embeddings may coincide simply because they did initially."""
LEAST_SPREAD = 0.01
RESTING_SHARE = 0.01


def collapse_sentence(
    spread: float | None, mean_loss: float, mean_resting: float, steps: int
) -> str | None:
    """The likely cause and remedy if there are signs of collapse, otherwise None.

    `mean_resting` is the mean loss at zero distances. `spread` is None for a joint tie, which has
    no embeddings.
    """
    if spread is not None and spread < LEAST_SPREAD and steps <= EARLY_STEPS:
        return (
            f"hardly begun: after {steps} steps the embeddings of all items still nearly coincide "
            f"(spread {spread:.1e}, healthy is above 0.1): train longer"
        )
    if spread is not None and spread < LEAST_SPREAD:
        return (
            f"collapse: the embeddings of all items coincide (spread {spread:.1e}, healthy is "
            "above 0.1), so distances hardly tell pairs apart. The cause is nearly always a "
            "learning rate that is too high, or a loss that distances of zero satisfy: lower "
            "optimizer.learning_rate tenfold, or train with batch.kind=classes and "
            "loss.name=softmax, which they do not satisfy"
        )
    if steps > EARLY_STEPS and abs(mean_loss - mean_resting) < RESTING_SHARE * abs(mean_resting):
        return (
            f"no progress: the loss rests at {mean_loss:.4g}, the value it has when all distances "
            "are zero. Either the learning rate is too high, the margin is out of reach, or the "
            "labels are unrelated to the items: lower optimizer.learning_rate, then the margin "
            "if the loss has one, and check the labels"
        )
    return None
