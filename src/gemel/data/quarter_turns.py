"""A view of pictures with each in four rotations: by 0, 90, 180 and 270°."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from PIL.Image import Image

from gemel.data.dataset import Items
from gemel.inputs.decode import decode

TURNS = ("rot000", "rot090", "rot180", "rot270")
"""Counter-clockwise rotations by name, in the order of the items."""


@final
@dataclass(frozen=True)
class QuarterTurns:
    """Item 4·i + t is picture i of `upright` rotated by t quarter turns when it is read."""

    upright: Items

    def __len__(self) -> int:
        return len(TURNS) * len(self.upright)

    def raw(self, index: int) -> Image:
        picture, turn = divmod(index, len(TURNS))
        return decode(self.upright.raw(picture)).rotate(90 * turn, expand=True)

    def name(self, index: int) -> str:
        picture, turn = divmod(index, len(TURNS))
        return f"{self.upright.name(picture)}/{TURNS[turn]}"

    def fingerprint(self) -> str:
        """The fingerprint of `upright`, with a prefix."""
        return f"quarter-turns-{self.upright.fingerprint()}"
