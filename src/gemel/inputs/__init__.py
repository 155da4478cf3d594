"""How a raw item becomes an array: the only way in, for training and for prediction.

A new kind of item is an input here, a stem in the encoders, and files or cells that `gemel.data`
knows it by.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from gemel.inputs.decode import Picture
from gemel.inputs.image import ImageInput
from gemel.inputs.kind_of import kind_of
from gemel.inputs.learn_tokenizer import Tokens, learn_tokenizer
from gemel.inputs.model_tokenizer import model_tokenizer
from gemel.inputs.plain_text import plain_text
from gemel.inputs.propose import propose_image_input
from gemel.inputs.series import SeriesInput, propose_series_input
from gemel.inputs.text import TextInput, text_digest

Input: TypeAlias = Annotated[ImageInput | TextInput | SeriesInput, Field(discriminator="kind")]
"""One input of any kind.

`varying` says whether items differ in length: `read` then gives (length, *shape) and a batch is
`Padded`; else (*shape,) and a batch is an array. `feed` makes of a batch what the encoder takes.
"""

Kind: TypeAlias = Literal["image", "text", "series"]
"""What the items of a dataset are."""

Raw: TypeAlias = Picture
"""An item before its input has read it: a path or a text, bytes of a file, an array, an image."""

INPUTS = (ImageInput, TextInput, SeriesInput)
"""Every kind of input; each must pass the contract in tests/inputs/test_every_input.py."""

__all__ = [
    "INPUTS",
    "ImageInput",
    "Input",
    "Kind",
    "Raw",
    "SeriesInput",
    "TextInput",
    "Tokens",
    "kind_of",
    "learn_tokenizer",
    "model_tokenizer",
    "plain_text",
    "propose_image_input",
    "propose_series_input",
    "text_digest",
]
