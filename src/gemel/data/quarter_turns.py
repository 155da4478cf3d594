"""A view of pictures with each in four rotations: by 0, 90, 180 and 270°."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from PIL.Image import Image, Transpose

from gemel.data.dataset import Items
from gemel.inputs.decode import decode

TURNS: dict[str, Transpose | None] = {
    "rot000": None,
    "rot090": Transpose.ROTATE_90,
    "rot180": Transpose.ROTATE_180,
    "rot270": Transpose.ROTATE_270,
}
"""Counter-clockwise rotations by name, in the order of the items."""

WORDS = tuple(TURNS)


@final
@dataclass(frozen=True)
class QuarterTurns:
    """Item 4·i + t is picture i of `upright` rotated by t quarter turns when it is read."""

    upright: Items

    def __len__(self) -> int:
        return len(TURNS) * len(self.upright)

    def raw(self, index: int) -> Image:
        picture, turn = divmod(index, len(TURNS))
        image = decode(self.upright.raw(picture))
        method = TURNS[WORDS[turn]]
        return image if method is None else image.transpose(method)

    def name(self, index: int) -> str:
        picture, turn = divmod(index, len(TURNS))
        return f"{self.upright.name(picture)}/{WORDS[turn]}"

    def fingerprint(self) -> str:
        """The fingerprint of `upright`, with a prefix."""
        return f"quarter-turns-{self.upright.fingerprint()}"
