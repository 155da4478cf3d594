"""The training of a plan, after its pretraining where the recipe asks for that."""

from __future__ import annotations

from gemel.measure.prepared import Prepared
from gemel.planning.plan import Plan
from gemel.progress import Progress
from gemel.run import Run
from gemel.training.loop import Trainer, Watch
from gemel.training.pretrain import pretrain


def train_plan(
    plan: Plan, first: Prepared | None, run: Run, progress: Progress, watch: Watch | None = None
) -> list[Trainer]:
    """Trains the plan's twin in place, and before that on `first`, its pretraining data, if any.

    Returns the trainers, that of the plan itself last; `watch` follows that one.
    """
    before = [] if first is None else [pretrain(plan, first, run, progress)]
    trainer = Trainer(plan, run, progress, watch)
    trainer.train()
    return [*before, trainer]
