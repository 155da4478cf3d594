"""Trainings in processes of their own, to be killed: what they do is the real thing.

The processes come from a fork server that has torch at hand and has not used it yet.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["trainings", "gemel.training.train"])


class Counting:
    """Progress that counts, in memory shared with the test, and stops where it is told to."""

    def __init__(self, step: Any, stop_after: int, by: signal.Signals) -> None:
        self.step, self.stop_after, self.by = step, stop_after, by

    def say(self, sentence: str) -> None:
        del sentence

    @contextmanager
    def stage(self, name: str, total: float) -> Iterator[Counting]:
        del total
        self.training = name == "training"
        yield self

    def advance(self, done: float, note: str = "") -> None:
        del note
        if self.training:
            self.step.value = int(done)
            if done >= self.stop_after:
                os.kill(os.getpid(), self.by)


def train(request: Mapping[str, Any], checkpoint_seconds: float, until: str, progress: Any) -> None:
    """A training up to `until`: its "weights", or its "end" with matcher and report."""
    import torch
    from safetensors.torch import save_file

    from gemel.training import checkpoint, loop
    from gemel.training import train as room
    from gemel.training.request import TrainingRequest

    torch.set_num_threads(1)
    loop.CHECKPOINT_SECONDS = checkpoint_seconds

    def stand_in(run: Any, plan: Any, *_: Any) -> None:
        save_file(
            {name: value.contiguous() for name, value in plan.twin.state_dict().items()},
            run.path / "weights.safetensors",
        )
        os._exit(0)

    def torn(tensors: Any, path: Path, *_: Any) -> None:
        del tensors
        path.write_bytes(b"half of it")
        os.kill(os.getpid(), signal.SIGKILL)

    if until == "weights":
        room.make_matcher = stand_in
    if until == "killed while saving":
        checkpoint.save_file = torn
    if until == "killed before the matcher":
        room.make_matcher = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    room.train(TrainingRequest(**request), progress)


def run(
    data: Path,
    out: Path,
    changes: list[str],
    *,
    resume: bool = False,
    checkpoint_seconds: float = 0.0,
    stop_after: int = 10**9,
    by: signal.Signals = signal.SIGKILL,
    until: str = "weights",
) -> tuple[int | None, int]:
    """Exit status of the process (negative: the signal that ended it), and its last step."""
    request = {"data": str(data), "out": out, "resume": resume, "changes": changes}
    step = START.Value("i", 0)
    process = START.Process(
        target=train, args=(request, checkpoint_seconds, until, Counting(step, stop_after, by))
    )
    process.start()
    process.join()
    return process.exitcode, step.value
