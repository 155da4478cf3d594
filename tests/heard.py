"""What a piece of work says of itself, kept for a test to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gemel.progress import Silent


class Heard(Silent):
    """Keeps the sentences."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)


class Followed(Silent):
    """Keeps each stage's name and total, and how much is said to be done."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float] | float] = []

    @contextmanager
    def stage(self, name: str, total: float) -> Iterator[Followed]:
        self.told.append((name, total))
        yield self

    def advance(self, done: float, note: str = "") -> None:
        self.told.append(done)
