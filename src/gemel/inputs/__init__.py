"""How a raw item becomes an array: the only way in, for training and for prediction."""

from __future__ import annotations

from typing import TypeAlias

from gemel.inputs.decode import Picture
from gemel.inputs.image import ImageInput
from gemel.inputs.propose import propose_image_input

Input: TypeAlias = ImageInput
"""One input of any kind. With texts and series it becomes a union, discriminated by `kind`."""

Raw: TypeAlias = Picture
"""An item before its input has read it: a path, the bytes of a file, an array, a Pillow image."""

INPUTS = (ImageInput,)
"""Every kind of input; each must pass the contract in tests/inputs/test_every_input.py."""

__all__ = ["INPUTS", "ImageInput", "Input", "Raw", "propose_image_input"]
