"""The request for a training, and the run folder that it writes to and locks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import final

from filelock import FileLock, Timeout

from gemel.data import data_path
from gemel.data.builtins import BUILTINS
from gemel.errors import RunError
from gemel.inputs import Kind
from gemel.recipe.changes import Change
from gemel.run import Run
from gemel.whole_file import clear_halves, writing

RUNS = Path("runs")
GOES_ON = "The training goes on from its last checkpoint with the same command and --resume"


@final
@dataclass(frozen=True)
class TrainingRequest:
    """The caller's request; `changes` are settings on top of the recipe."""

    data: str | None = None
    recipe: str | None = None
    changes: Sequence[Change] = ()
    out: Path | None = None
    resume: bool = False
    devices: int | str = "auto"
    kind: Kind | None = None


def run_for(request: TrainingRequest) -> Run:
    """The new run, or the run to resume; `RunError` if there is none."""
    if request.resume:
        return _run_to_resume(request)
    if request.data is None:
        raise RunError("say what to train on: a folder, a table, or a built-in name like digits")
    if request.out is not None:
        return Run.new(request.out)
    return Run.unused(RUNS, _name(request.data))


def _run_to_resume(request: TrainingRequest) -> Run:
    if request.out is not None:
        return Run.opened(request.out)
    if request.data is None:
        raise RunError("say which run to resume: its data as they were given, or --out RUN")
    return Run.latest(RUNS, _name(request.data), source_of(request.data))


def where(request: TrainingRequest, run: Run) -> str | None:
    """A sentence on the folder, if the caller has not named it and might expect another."""
    if request.resume:
        if not any(run.path.rglob(run.last_checkpoint.name)):  # one of pretraining counts too
            return f"{run.path} has no checkpoint yet: its training starts again."
        return f"Resuming {run.path}."
    usual = RUNS / _name(request.data or "")
    if request.out is None and run.path != usual:
        taken = Run(usual)
        begun = taken.recipe.is_file() and not taken.finished
        unfinished = f" and has not finished (--resume --out {quote(str(usual))} resumes it)"
        return f"{usual} exists already{unfinished if begun else ''}, so this run is {run.path}."
    return None


def _name(data: str) -> str:
    if data in BUILTINS:
        return data
    path = data_path(data)
    if not path.exists():
        return path.name  # opening the data will raise; no folder is created for it
    path = path.resolve()
    return path.name if path.is_dir() else path.stem


def source_of(data: str) -> str:
    """The built-in name, or the absolute path of other data."""
    return data if data in BUILTINS else str(data_path(data).resolve())


@contextmanager
def held(run: Run, request: TrainingRequest) -> Iterator[None]:
    """Locks the run's folder against other trainings.

    Raises `RunError` if another process holds the lock. If the training fails before its recipe is
    written, removes what it has written, and the folder if it created it.
    """
    ours = request.out is None or not run.path.exists()
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
        clear_halves(run.path)
        yield
    except KeyboardInterrupt:
        if not run.recipe.is_file():
            raise  # nothing has begun that could go on
        raise KeyboardInterrupt(GOES_ON) from None
    finally:
        with suppress(OSError):  # Windows cannot remove open files
            run.lock.unlink()
        lock.release()
        if not run.recipe.is_file():
            with suppress(OSError):  # not empty, or not writable
                run.data.unlink(missing_ok=True)
                run.learned.unlink(missing_ok=True)
                if ours:
                    run.path.rmdir()
