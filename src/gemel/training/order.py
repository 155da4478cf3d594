"""What a training is asked for, and the folder that it goes into: nobody else's meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import final

from filelock import FileLock, Timeout

from gemel.data import data_path
from gemel.data.builtins import BUILTINS
from gemel.errors import RunError
from gemel.inputs import Kind
from gemel.recipe.files import Change
from gemel.run import Run
from gemel.whole_file import writing

RUNS = Path("runs")
GOES_ON = "The training goes on from its last checkpoint with the same command and --resume"


@final
@dataclass(frozen=True)
class Order:
    """What the caller asked for; `changes` are settings on top of the recipe."""

    data: str | None = None
    recipe: str | None = None
    changes: Sequence[Change] = ()
    out: Path | None = None
    resume: bool = False
    devices: int | str = "auto"
    kind: Kind | None = None


def run_for(order: Order) -> Run:
    """The folder for a new run, or of the run to go on with; `RunError` where there is none."""
    if order.resume:
        return _run_to_resume(order)
    if order.data is None:
        raise RunError("say what to train on: a folder, a table, or a built-in name like digits")
    if order.out is not None:
        return Run.new(order.out)
    return Run.unused(RUNS, _name(order.data))


def _run_to_resume(order: Order) -> Run:
    if order.out is not None:
        return Run.opened(order.out)
    if order.data is None:
        raise RunError("say which run to resume: its data as it was given, or --out RUN")
    return Run.latest(RUNS, _name(order.data), source_of(order.data))


def where(order: Order, run: Run) -> str | None:
    """Which folder it is, where the caller has not named it and might think of another."""
    if order.resume:
        return f"Going on with {run.path}."
    usual = RUNS / _name(order.data or "")
    if order.out is None and run.path != usual:
        taken = Run(usual)
        begun = taken.recipe.is_file() and not taken.finished
        going_on = f" and has not finished (--resume --out {usual} goes on with it)"
        return f"{usual} is there already{going_on if begun else ''}, so this run is {run.path}."
    return None


def _name(data: str) -> str:
    if data in BUILTINS:
        return data
    path = data_path(data)
    if not path.exists():
        return path.name  # it is said in a moment, and nothing is made in its place
    path = path.resolve()
    return path.name if path.is_dir() else path.stem


def source_of(data: str) -> str:
    """A built-in name as it is, anything else by its whole path."""
    return data if data in BUILTINS else str(data_path(data).resolve())


@contextmanager
def held(run: Run, order: Order) -> Iterator[None]:
    """Locks the folder against other trainings; one that never began leaves no folder behind."""
    ours = order.out is None or not run.path.exists()
    lock = FileLock(run.lock, timeout=0)
    with writing(run.path):
        run.path.mkdir(parents=True, exist_ok=True)
        with suppress(Timeout):
            lock.acquire()
    if not lock.is_locked:
        raise RunError(
            f"{run.path} is being trained by another process: wait for it, or train into another "
            "folder with --out"
        )
    try:
        yield
    except KeyboardInterrupt:
        if not run.recipe.is_file():
            raise  # nothing has begun that could go on
        raise KeyboardInterrupt(GOES_ON) from None
    finally:
        with suppress(OSError):  # Windows removes nothing that is open
            run.lock.unlink()
        lock.release()
        if ours and not run.recipe.is_file():
            with suppress(OSError):  # there is something in it
                run.path.rmdir()
