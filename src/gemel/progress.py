"""Progress reports on standard error: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, final

LINE_SECONDS = 5.0
"""Minimum interval between plain lines of one stage."""
LONG = 50
"""Number of steps from which `told_if_long` shows a stage."""


class Progress(Protocol):
    """Where long-running work reports to."""

    def say(self, sentence: str) -> None:
        """Reports a message."""
        ...

    @contextmanager
    def stage(self, name: str, total: float) -> Iterator[Stage]:
        """Opens a stage of known size: `total` items, steps or seconds."""
        ...


class Stage(Protocol):
    """A stage in progress."""

    def advance(self, done: float, note: str = "") -> None:
        """Reports how much is done so far, of the stage's total, with an optional note."""
        ...


def told_if_long(progress: Progress, name: str, steps: int) -> AbstractContextManager[Stage]:
    """A stage that is shown only if it has at least `LONG` steps."""
    return (progress if steps >= LONG else Silent()).stage(name, steps)


@final
class Silent:
    """Reports nothing, for tests and for callers with their own progress display."""

    def say(self, sentence: str) -> None:
        del sentence

    @contextmanager
    def stage(self, name: str, total: float) -> Iterator[Stage]:
        del name, total
        yield _SilentStage()


class _SilentStage:
    def advance(self, done: float, note: str = "") -> None:
        del done, note


@final
class Lines:
    """Plain lines on standard error, at most one per stage every `LINE_SECONDS`."""

    def say(self, sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)

    @contextmanager
    def stage(self, name: str, total: float) -> Iterator[Stage]:
        stage = _LineStage(name, total)
        yield stage
        stage.close()


class _LineStage:
    def __init__(self, name: str, total: float) -> None:
        self.name, self.total = name, total
        self.started = self.printed = time.monotonic()
        self.last = ""

    def advance(self, done: float, note: str = "") -> None:
        share = min(1.0, done / max(self.total, 1e-9))
        self.last = f"{self.name}: {int(100 * share):3}%  {note}".rstrip()
        # The end of a stage is told when it closes, after what may follow its last step.
        if share < 1 and time.monotonic() - self.printed >= LINE_SECONDS:
            self._print(self.last)

    def close(self) -> None:
        if self.last:
            self._print(f"{self.last}  ({time.monotonic() - self.started:.1f} s)")

    def _print(self, line: str) -> None:
        self.printed = time.monotonic()
        print(line, file=sys.stderr, flush=True)


@final
class Bars:
    """A progress bar for each stage, on standard error."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False)

    def say(self, sentence: str) -> None:
        self.console.print(sentence, markup=False)

    @contextmanager
    def stage(self, name: str, total: float) -> Iterator[Stage]:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
        )
        with Progress(*columns, console=self.console) as bars:
            task = bars.add_task(name, total=total, note="")
            yield _BarStage(bars, task)
            bars.update(task, completed=total)


class _BarStage:
    def __init__(self, bars: object, task: object) -> None:
        self.bars, self.task = bars, task

    def advance(self, done: float, note: str = "") -> None:
        self.bars.update(self.task, completed=done, note=note)  # type: ignore[attr-defined]


@contextmanager
def quiet(*names: str, level: int = logging.ERROR) -> Iterator[None]:
    """Within the block, the loggers of these names report from `level` on."""
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(level)
    try:
        yield
    finally:
        for logger, before in zip(loggers, levels, strict=True):
            logger.setLevel(before)


def shown_progress() -> Progress:
    """`Bars` if standard error is a terminal, `Lines` otherwise."""
    return Bars() if sys.stderr.isatty() else Lines()
