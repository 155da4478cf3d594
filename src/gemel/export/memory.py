"""Exports one step of a memory to ONNX, and checks its parity with torch over a sequence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.export import Dim

from gemel.arrays import Embeddings
from gemel.export.onnx_file import write_onnx
from gemel.export.tolerance import check_distances
from gemel.matcher.recall import MEMORY, MEMORY_WEIGHTS, Recall
from gemel.memories import Memory, remember

CHECKED_ITEMS = 20
"""The length of the sequence on which torch and ONNX Runtime are compared."""


def export_memory(memory: Memory, size: int, folder: Path) -> None:
    """Writes `memory.onnx` and the weights; `size` is the embedding dimension."""
    memory = memory.to("cpu").float().eval()
    sequences = Dim("sequences", min=1)
    sizes = {"items": size, "told": memory.ways, "state": memory.state_size}
    inputs = {name: torch.rand(2, numbers) for name, numbers in sizes.items()}
    write_onnx(memory, folder / MEMORY, inputs, ["distances", "after"], [{0: sequences}] * 3)
    save_file(memory.state_dict(), folder / MEMORY_WEIGHTS)


def check_memory(memory: Memory, folder: Path, embeddings: Embeddings) -> None:
    """Raises `ExportError` if ONNX Runtime and torch disagree on a sequence."""
    items = embeddings[None, :CHECKED_ITEMS]
    classes = np.arange(items.shape[1])[None] % memory.ways
    ours = Recall(folder / MEMORY, embeddings).walk(items, classes)
    told = torch.eye(memory.ways)[torch.from_numpy(classes)]
    with torch.no_grad():
        theirs = remember(memory.eval(), torch.from_numpy(items), told).numpy()
    check_distances("memory", ours, theirs)
