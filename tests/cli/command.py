"""The real command, in this process: its exit status, and what it wrote to either stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

QUICK = ("--epochs", "1", "--set", "encoder.name=mlp", "--set", "encoder.widths=[8]")
"""A training of less than a second, by the network that is exported the fastest."""

DATA_ONLY = ("--set", "loss.name=contrastive", "--set", "loss.margin=9")
"""Refused once the data have been looked at and told of, before anything is trained."""


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line that says why a request cannot be served."""
        assert self.status == 1, self
        assert "Traceback" not in self.err
        assert self.out == ""
        *_, last = self.err.splitlines()
        assert last.startswith("error: "), self.err
        assert self.err.count("error:") == 1
        return last.removeprefix("error: ")


Gemel: TypeAlias = Callable[..., Outcome]
