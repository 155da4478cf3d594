"""The protocols, apart from their code: the command line's help imports no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

ProtocolName: TypeAlias = Literal[
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


@final
@dataclass(frozen=True)
class Protocol:
    """What a protocol asks, and the `options` of `gemel evaluate` that it heeds.

    `of_run`: it needs more than test items, such as the items that a run was trained on. `pooled`:
    its figures can be pooled over folds, since each fold tests other identities.
    """

    asks: str
    options: tuple[str, ...] = ()
    of_run: bool = False
    pooled: bool = False


PROTOCOLS: Mapping[ProtocolName, Protocol] = {
    "verification": Protocol(
        "are two the same?",
        ("pairs", "target", "fixed_threshold", "prior", "most_pairs", "seed"),
        pooled=True,
    ),
    "few-shot": Protocol(
        "which of N, given K examples of each?",
        ("most_pairs", "ways", "shots", "within_group", "makers", "small_groups", "seed"),
        pooled=True,
    ),
    "retrieval": Protocol("are the nearest ones matches?", ("most_pairs", "seed"), pooled=True),
    "similarity": Protocol("do its scores go with people's?"),
    "references": Protocol(
        "is it genuine, given references of whom it claims to be?",
        ("references", "aggregate", "relative", "seed"),
        pooled=True,
    ),
    "nearest": Protocol(
        "of which label is the nearest item that was trained on?", ("seed",), of_run=True
    ),
    "lake-runs": Protocol("which of 20 characters, given one drawing of each?", of_run=True),
    "linear-probe": Protocol(
        "can a linear classifier read the labels off the embeddings?", ("seed",), of_run=True
    ),
    "sequences": Protocol("what is it, told only of the items before?", ("ways", "seed")),
}
