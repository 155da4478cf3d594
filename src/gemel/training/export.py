"""From trained weights to a matcher that needs no torch, its parity with torch proven.

The network is exported to ONNX, run by ONNX Runtime on validation items, and held against torch's
own answers. Where they disagree nothing is exported.
"""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
import torch
from safetensors.torch import save_file
from torch.export import Dim

from gemel.arrays import Indices, Packed
from gemel.errors import ExportError
from gemel.matcher import WEIGHTS
from gemel.networks import ENCODER, FEEDS, METRIC, Networks
from gemel.training.export_reader import ReaderNetwork, check_reader, export_reader
from gemel.twin import SharedTwin

MOST_DIFFERENCE = 1e-3
"""Of two embeddings or distances, relative to the largest number in any of them."""


@final
@dataclass(frozen=True)
class Parity:
    """How near ONNX Runtime comes to torch, measured at export on validation items."""

    items: int
    pairs: int
    largest_difference: float
    largest_distance_difference: float
    flipped_verdicts: int


def export_networks(twin: SharedTwin, folder: Path) -> None:
    """Writes the three files of weights; `twin` is left as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    twin = plain_copy(twin)
    items = twin.encoder.example()
    count, steps = Dim("items", min=1), Dim("steps", min=1)
    dynamic = ({0: count},) if len(items) == 1 else ({0: count, 1: steps}, {0: count})
    size = twin.encoder.embedding_size
    batch, left, right = Dim("sets", min=1), Dim("left", min=1), Dim("right", min=1)
    with _quiet():
        torch.onnx.export(
            twin.encoder,
            items,
            folder / ENCODER,
            input_names=list(FEEDS[: len(items)]),
            output_names=["embeddings"],
            dynamic_shapes=dynamic,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        torch.onnx.export(
            twin.metric,
            (torch.rand(2, 3, size), torch.rand(2, 4, size)),
            folder / METRIC,
            input_names=["left", "right"],
            output_names=["distances"],
            dynamic_shapes=({0: batch, 1: left}, {0: batch, 1: right}),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    if twin.reader is not None:
        export_reader(ReaderNetwork(twin.reader, twin.metric), folder)
    save_file(
        {name: value.contiguous() for name, value in twin.state_dict().items()},
        folder / WEIGHTS,
    )


def plain_copy(twin: SharedTwin) -> SharedTwin:
    """The twin on the CPU, in full precision, uncompiled, ready to answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = twin.encoder._compiled_call_impl
        twin.encoder._compiled_call_impl = None
        plain = copy.deepcopy(twin)
        twin.encoder._compiled_call_impl = compiled
    return plain.to("cpu", memory_format=torch.contiguous_format).float().eval()  # type: ignore[call-overload,no-any-return]


def measure_parity(
    twin: SharedTwin,
    networks: Networks,
    packed: Packed,
    pairs: tuple[Indices, Indices],
    threshold: float,
) -> Parity:
    """Holds ONNX Runtime against torch on the same items; raises `ExportError` where they differ.

    `pairs` are positions in `packed`.
    """
    plain = plain_copy(twin)
    ours = networks.encode(packed)
    with torch.no_grad():
        items = tuple(torch.from_numpy(array) for array in networks.input.feed(packed))
        parts = (slice(start, start + 64) for start in range(0, len(packed), 64))
        theirs = torch.cat([plain.embed(tuple(each[part] for each in items)) for part in parts])
        left, right = (theirs[torch.from_numpy(side)][:, None] for side in pairs)
        their_distance = plain.metric(left, right)[:, 0, 0].numpy()
    distance = networks.comparer(ours).pairs(*pairs)
    parity = Parity(
        items=len(packed),
        pairs=len(distance),
        largest_difference=float(np.abs(ours - theirs.numpy()).max()),
        largest_distance_difference=float(np.abs(distance - their_distance).max()),
        flipped_verdicts=int(((distance <= threshold) != (their_distance <= threshold)).sum()),
    )
    scale = float(theirs.abs().max())
    if plain.reader is not None:
        check_reader(ReaderNetwork(plain.reader, plain.metric), networks.folder, theirs)
    _check(parity, scale, max(scale, float(np.abs(their_distance).max())))
    return parity


def _check(parity: Parity, embedding_scale: float, distance_scale: float) -> None:
    for what, difference, scale in (
        ("embeddings", parity.largest_difference, embedding_scale),
        ("distances", parity.largest_distance_difference, distance_scale),
    ):
        allowed = MOST_DIFFERENCE * max(scale, 1e-6)
        if not difference <= allowed:  # so that nan is a difference too
            raise ExportError(
                f"the exported network must answer as the trained one does, and {what} differ by "
                f"{difference:.2g} (allowed {allowed:.2g}), {parity.flipped_verdicts} of "
                f"{parity.pairs} verdicts change: nothing was exported. Please report this with "
                "the recipe"
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter speaks of operators that no network here uses."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
