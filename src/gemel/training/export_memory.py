"""One step of a memory as ONNX, its parity with torch proven over a whole sequence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.export import Dim

from gemel.arrays import Embeddings
from gemel.errors import ExportError
from gemel.memories import Memory, remember
from gemel.recall import MEMORY, MEMORY_WEIGHTS, Recall
from gemel.training.export import quiet

MOST_DIFFERENCE = 1e-3
"""Of two distances, relative to the largest of them."""
CHECKED_ITEMS = 20
"""The length of the sequence that is walked through twice: by torch and by ONNX Runtime."""


def export_memory(memory: Memory, size: int, folder: Path) -> None:
    """Writes `memory.onnx` and the weights; `size` is the number of an embedding's numbers."""
    memory = memory.to("cpu").float().eval()
    sequences = Dim("sequences", min=1)
    given = (size, memory.ways, memory.state_size)
    with quiet():
        torch.onnx.export(
            memory,
            tuple(torch.rand(2, numbers) for numbers in given),
            folder / MEMORY,
            input_names=["items", "told", "state"],
            output_names=["distances", "after"],
            dynamic_shapes=({0: sequences}, {0: sequences}, {0: sequences}),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    save_file(memory.state_dict(), folder / MEMORY_WEIGHTS)


def check_memory(memory: Memory, folder: Path, embeddings: Embeddings) -> None:
    """Raises `ExportError` where ONNX Runtime walks through a sequence otherwise than torch."""
    items = embeddings[None, :CHECKED_ITEMS]
    classes = np.arange(items.shape[1])[None] % memory.ways
    ours = Recall(folder / MEMORY, embeddings).walk(items, classes)
    told = torch.eye(memory.ways)[torch.from_numpy(classes)]
    with torch.no_grad():
        theirs = remember(memory.eval(), torch.from_numpy(items), told).numpy()
    difference, allowed = np.abs(ours - theirs).max(), MOST_DIFFERENCE * np.abs(theirs).max()
    if not difference <= allowed:  # so that nan is a difference too
        raise ExportError(
            "the exported memory must answer as the trained one does, and distances differ by "
            f"{difference:.2g} (allowed {allowed:.2g}): nothing was exported. Please report this "
            "with the recipe"
        )
