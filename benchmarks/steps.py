"""The speed of a recipe's training steps: `python benchmarks/steps.py koch-2015 20`.

The data are random pictures of the recipe's size: five groups of four labels with six items each.
Augmentation, backward pass and optimiser are included.
"""

from __future__ import annotations

import sys
import time
from itertools import chain

import numpy as np
import torch

from gemel.counting import count
from gemel.data import Dataset
from gemel.planning.make_plan import make_plan, prepare_and_resolve
from gemel.planning.plan import Plan
from gemel.progress import Silent
from gemel.recipe.files import load_recipe
from gemel.recipe.reading import ImageReading
from gemel.training.learner import Learner
from gemel.training.speed import choose_speed

GROUPS, LABELS, EACH = 5, 4, 6


class Scribbles:
    """Random pictures, as a source of items for a `Dataset`."""

    def __init__(self, side: int) -> None:
        self.side = side

    def __len__(self) -> int:
        return GROUPS * LABELS * EACH

    def raw(self, index: int) -> np.ndarray:
        rng = np.random.default_rng(index)
        return rng.integers(0, 256, (self.side, self.side)).astype(np.uint8)

    def name(self, index: int) -> str:
        return str(index)

    def fingerprint(self) -> str:
        return f"scribbles-{self.side}"


def main(name: str, steps: int) -> None:
    recipe = load_recipe(name)
    reading = recipe.input
    assert isinstance(reading, ImageReading), "the steps of pictures are timed"
    assert reading.size != "auto", "a recipe with a size of its own"
    side = reading.size[0]
    labels = np.repeat(np.arange(GROUPS * LABELS), EACH)
    data = Dataset(
        "scribbles",
        Scribbles(side),
        labels=labels,
        label_names=tuple(map(str, range(GROUPS * LABELS))),
        groups=labels // LABELS,
        group_names=tuple(map(str, range(GROUPS))),
        split=np.array([0, 0, 0, 1, 2])[labels // LABELS],
    )
    prepared, recipe = prepare_and_resolve(data, recipe, Silent())
    time_steps(make_plan(recipe, prepared), steps)


def time_steps(plan: Plan, steps: int) -> None:
    """Print the loss and duration of each step, and finally the images and pairs per second."""
    learner = Learner(plan, choose_speed(plan.recipe.training))
    parameters = sum(parameter.numel() for parameter in plan.twin.parameters())
    print(f"{parameters:,} parameters, {count(torch.get_num_threads(), 'thread')}")
    seconds, images, pairs = [], 0, 0
    epochs = (plan.batches.epoch(np.random.default_rng(seed)) for seed in range(steps))
    for number, batch in zip(range(steps), chain.from_iterable(epochs), strict=False):
        begun, computed = time.perf_counter(), time.process_time()
        loss, _ = learner.learn(batch, number)
        seconds.append((time.perf_counter() - begun, time.process_time() - computed))
        images, pairs = images + len(batch.items), pairs + batch.same.size
        print(f"step {number}: loss {loss:.4f}, {seconds[-1][0]:.2f} s", flush=True)
    for what, each in zip(("wall clock", "processor time"), np.array(seconds).T, strict=True):
        print(f"{what}: {images / each.sum():,.1f} images/s, {pairs / each.sum():,.1f} pairs/s")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
