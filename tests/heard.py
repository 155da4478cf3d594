"""What a piece of work says of itself, kept for a test to look at."""

from __future__ import annotations

from gemel.progress import Silent


class Heard(Silent):
    """Keeps the sentences."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)
