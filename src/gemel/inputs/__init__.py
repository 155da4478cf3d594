"""Inputs: how a raw item becomes an array, identically in training and in prediction.

A new kind of item needs an input here, a stem in the encoders, and the file endings or cells by
which `gemel.data` recognises it.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from gemel.inputs.image import ImageInput
from gemel.inputs.kind_of import kind_of
from gemel.inputs.learn_tokenizer import Tokens, learn_tokenizer
from gemel.inputs.model_tokenizer import model_tokenizer
from gemel.inputs.plain_text import plain_text
from gemel.inputs.propose import propose_image_input
from gemel.inputs.raw import Raw
from gemel.inputs.series import SeriesInput, propose_series_input
from gemel.inputs.text import TextInput, text_digest

Input: TypeAlias = Annotated[ImageInput | TextInput | SeriesInput, Field(discriminator="kind")]
"""An input of any kind.

If `varying`, items differ in length: `read` returns (length, *shape) and a batch is `Padded`.
Otherwise `read` returns (*shape,) and a batch is an array. `feed` turns a batch into the arguments
of the encoder.
"""

Inputs: TypeAlias = tuple[Input, Input]
"""The inputs of the left and the right side."""

Kind: TypeAlias = Literal["image", "text", "series"]
"""The kind of a dataset's items."""

INPUTS = (ImageInput, TextInput, SeriesInput)
"""Every kind of input; each must pass the contract in tests/inputs/test_every_input.py."""

__all__ = [
    "INPUTS",
    "ImageInput",
    "Input",
    "Inputs",
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
