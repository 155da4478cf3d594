"""A view of pictures in which each stands four times: upright, and turned by 90, 180 and 270°."""

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
"""Turns against the clock, by name, in the order of the items."""

WORDS = tuple(TURNS)


@final
@dataclass(frozen=True)
class QuarterTurns:
    """Item 4·i + t is picture i of `upright` turned by t quarters; nothing is kept in memory."""

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
        """That of the pictures, with a word of its own: nothing needs to be turned for it."""
        return f"quarter-turns-{self.upright.fingerprint()}"
