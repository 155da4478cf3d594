"""Texts: tokens of a learned vocabulary, as many as the text has, up to a bound."""

from __future__ import annotations

import json
import unicodedata
from functools import cached_property
from hashlib import blake2b
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from gemel.arrays import Array, Indices, Packed, Padded
from gemel.counting import count
from gemel.errors import ItemError, MissingExtra
from gemel.inputs.decode import Picture
from gemel.inputs.plain_text import plain_text, quoted

PADDING, UNKNOWN = 0, 1
"""The first two ids of every vocabulary that is learned here."""


@final
class TextInput(BaseModel):
    """How any text becomes token ids; saved with the matcher.

    `tokenizer` is the JSON of the `tokenizers` library, learned here or a pretrained model's; what
    the latter puts before and behind a text stays where the text is cut. Packed texts keep one
    token more than `most_tokens`, by which those that are cut can be counted; an encoder never sees
    it.

    >>> from gemel.inputs import learn_tokenizer
    >>> reader = TextInput(tokenizer=learn_tokenizer(["a red car", "a car"], "words"))
    >>> reader.read("A blue car!").tolist()
    [2, 1, 3, 1]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    varying: ClassVar[bool] = True
    kind: Literal["text"] = "text"
    tokenizer: str = Field(repr=False)
    most_tokens: int = Field(default=64, ge=1)

    @property
    def shape(self) -> tuple[()]:
        """Of one token: a number."""
        return ()

    @property
    def dtype(self) -> np.dtype[np.int32]:
        return np.dtype(np.int32)

    @property
    def vocabulary(self) -> int:
        """How many ids there are, padding and unknown among them."""
        size: int = self._tokenizer.get_vocab_size()
        return size

    def tokens(self) -> list[str]:
        """The token of each id."""
        return [self._tokenizer.id_to_token(number) for number in range(self.vocabulary)]

    def read(self, raw: Picture) -> NDArray[np.int32]:
        """(length,) the ids of a text.

        Raises ItemError for what is no text, is empty, far too long, or holds nothing known.
        """
        text = plain_text(raw)
        encoded = self._tokenizer.encode(text)
        if not self._knows(encoded):
            raise ItemError(
                f"{quoted(text)} holds nothing that this matcher knows: its vocabulary was learned "
                "from texts of another language or script"
            )
        return self._ids(encoded)

    def read_with_digest(self, raw: Picture) -> tuple[NDArray[np.int32], bytes]:
        """The ids, and 16 bytes that are equal for texts that read alike, whatever the vocabulary.

        A text that holds nothing known is read here: figures are of the texts as they come, and
        the split may not depend on the vocabulary.
        """
        text = plain_text(raw)
        return self._ids(self._tokenizer.encode(text)), text_digest(text)

    def feed(self, packed: Packed) -> tuple[Array, ...]:
        """What the encoder takes: (n, longest) ids, and (n,) lengths."""
        assert isinstance(packed, Padded), "texts differ in length"
        lengths = np.minimum(packed.lengths, self.most_tokens)
        return packed.values[:, : lengths.max()].astype(np.int64), lengths

    def remarks(self, lengths: Indices) -> tuple[str, ...]:
        """What there is to tell of packed texts by their lengths."""
        cut = int((lengths > self.most_tokens).sum())
        if not cut:
            return ()
        are = "is" if cut == 1 else "are"
        return (
            f"{cut:,} of {count(len(lengths), 'text')} {are} cut after {self.most_tokens} tokens; "
            "set input.most_tokens to read more of them.",
        )

    def _ids(self, encoded: Any) -> NDArray[np.int32]:
        ids = encoded.ids
        if len(ids) > self.most_tokens and encoded.special_tokens_mask[-1]:
            ids = [*ids[: self.most_tokens - 1], ids[-1], ids[-1]]
        return np.array(ids[: self.most_tokens + 1] or [UNKNOWN], np.int32)

    def _knows(self, encoded: Any) -> bool:
        """Whether any token of the text itself is a known one."""
        pieces = zip(encoded.ids, encoded.special_tokens_mask, strict=True)
        return any(not added and token != self._unknown for token, added in pieces)

    @cached_property
    def _unknown(self) -> int | None:
        """The id of what is unknown; None where the tokenizer knows every byte."""
        model = json.loads(self.tokenizer)["model"]
        if "unk_id" in model:
            number: int | None = model["unk_id"]
            return number
        token = model.get("unk_token")
        return None if token is None else self._tokenizer.token_to_id(token)

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtra("tokenizers", "text", "reading texts") from None
        return Tokenizer.from_str(self.tokenizer)


def text_digest(text: str) -> bytes:
    """16 bytes of a text that `plain_text` has read, equal for texts that differ in case alone.

    Words are read in lower case, and what reads alike may not lie on two sides of a split.
    """
    alike = unicodedata.normalize("NFKC", text).casefold()
    return blake2b(alike.encode(), digest_size=16).digest()
