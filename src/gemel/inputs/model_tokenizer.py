"""Load the tokenizer of a pretrained model from its folder."""

from __future__ import annotations

from os.path import expanduser
from pathlib import Path
from typing import Any

from gemel.errors import MissingExtra, RecipeError


def model_tokenizer(folder: str | Path) -> str:
    """The JSON of the folder's `tokenizer.json`, with padding and truncation turned off.

    Raises RecipeError if the folder has none or it cannot be read, MissingExtra without the package
    `tokenizers`.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise MissingExtra("tokenizers", "text", "reading a model's tokenizer") from None
    path = Path(expanduser(folder)) / "tokenizer.json"
    if not path.is_file():
        raise RecipeError(
            f"{str(folder)!r} must be the folder of a sentence-transformer model, and it has no "
            "tokenizer.json: set encoder.folder to such a folder"
        )
    try:
        tokenizer: Any = Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises Exception itself
        raise RecipeError(
            f"{str(path)!r} cannot be read as a tokenizer ({error}): get the model's file again"
        ) from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    saved: str = tokenizer.to_str()
    return saved
