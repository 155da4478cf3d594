"""The names of the protocols, apart from their code: the command line's help imports no more."""

from __future__ import annotations

from typing import Literal, TypeAlias

Protocol: TypeAlias = Literal[
    "verification",
    "few-shot",
    "retrieval",
    "similarity",
    "references",
    "nearest",
    "lake-runs",
    "linear-probe",
    "sequences",
]
