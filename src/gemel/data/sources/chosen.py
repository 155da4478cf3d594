"""A selection of raw items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Indices
from gemel.data.dataset import Items
from gemel.inputs import Raw
from gemel.inputs.digest import digest_of_all


@final
@dataclass(frozen=True)
class ChosenItems:
    """A selection of other items, renumbered from 0."""

    items: Items
    chosen: Indices

    def __len__(self) -> int:
        return len(self.chosen)

    def raw(self, index: int) -> Raw:
        return self.items.raw(int(self.chosen[index]))

    def name(self, index: int) -> str:
        return self.items.name(int(self.chosen[index]))

    def fingerprint(self) -> str:
        chosen = np.ascontiguousarray(self.chosen).tobytes()
        return digest_of_all([self.items.fingerprint().encode(), chosen]).hex()
