"""Searches small enough for tests: trials of about a second on digits."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

START = multiprocessing.get_context("forkserver")

QUICK = (
    "training.epochs=2",
    "training.precision=32",
    "encoder.width=4",
    "encoder.widest=8",
    "batch.size=256",
    'tune={"optimizer.learning_rate" = {low = 1e-4, high = 1e-2, log = true}}',
)


def searched(out, trials, changes=QUICK, data="digits"):
    from gemel.progress import Silent
    from gemel.tuning.search import SearchRequest, tune

    request = SearchRequest(data, "default", Path(out), Path(out) / "study.jsonl", changes, trials)
    return tune(request, Silent())


def one_process(out: str, trials: int) -> None:
    import torch

    torch.set_num_threads(1)
    searched(out, trials)
