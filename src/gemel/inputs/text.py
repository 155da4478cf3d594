"""The input of texts: token ids of a learned or pretrained vocabulary, truncated to a maximum."""

from __future__ import annotations

import json
import unicodedata
from functools import cached_property
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from gemel.arrays import Array, Indices, Packed, Padded, Same
from gemel.counting import count
from gemel.errors import ItemError, MissingExtra
from gemel.inputs.digest import Digested, digest
from gemel.inputs.plain_text import plain_text, quoted
from gemel.inputs.raw import Raw

PADDING, UNKNOWN = 0, 1
"""The first two ids of every vocabulary that `learn_tokenizer` learns."""


@final
class TextInput(BaseModel):
    """Reads any text as token ids; saved with the matcher.

    `tokenizer` is the JSON of the `tokenizers` library, learned by `learn_tokenizer` or of a
    pretrained model, whose special tokens around a text are kept when it is truncated. `read` keeps
    up to `most_tokens` + 1 ids, so that truncated texts can be counted; `feed` drops the last.

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
        """() of one token id."""
        return ()

    @property
    def dtype(self) -> np.dtype[np.int32]:
        return np.dtype(np.int32)

    @property
    def vocabulary(self) -> int:
        """The number of ids, including special tokens."""
        size: int = self._tokenizer.get_vocab_size()
        return size

    def tokens(self) -> list[str]:
        """The token of each id."""
        return [self._tokenizer.id_to_token(number) for number in range(self.vocabulary)]

    def read(self, raw: Raw) -> NDArray[np.int32]:
        """(length,) the token ids of a text.

        Raises ItemError for anything that is not a text, is empty or far too long, or has no known
        token.
        """
        text = plain_text(raw)
        ids = self._ids(self._tokenizer.encode(text))
        if not self.knows(ids).any():
            raise ItemError(
                f"{quoted(text)} holds nothing that this matcher knows: none of its words or word "
                "pieces was in the training texts. Train by a recipe that reads characters "
                "(text-names, neculoiu-2016) for new words and for scripts without spaces, such as "
                "Chinese"
            )
        return ids

    def read_with_digest(self, raw: Raw) -> Digested:
        """The ids, and a 16-byte digest of the text that does not depend on the vocabulary.

        Texts without a known token are accepted here, because neither the test items nor the split
        may depend on the vocabulary.
        """
        text = plain_text(raw)
        return Digested(self._ids(self._tokenizer.encode(text)), text_digest(text))

    def feed(self, packed: Packed) -> tuple[Array, ...]:
        """The arguments of the encoder: (n, longest) ids and (n,) lengths."""
        assert isinstance(packed, Padded), "texts differ in length"
        lengths = np.minimum(packed.lengths, self.most_tokens)
        return packed.values[:, : lengths.max()].astype(np.int64), lengths

    def remarks(self, ids: Array, lengths: Indices) -> tuple[str, ...]:
        """Notices about packed texts; `ids` (sum of lengths,) are theirs, concatenated."""
        known = np.add.reduceat(self.knows(ids), np.cumsum(lengths) - lengths)
        cut = int((lengths > self.most_tokens).sum())
        return self.notices(len(lengths), cut=cut, unknown=int((known == 0).sum()))

    def notices(self, texts: int, *, cut: int, unknown: int) -> tuple[str, ...]:
        """Notices about texts that are truncated, and texts without a known token."""
        notices: list[str] = []
        if cut:
            notices.append(
                f"{cut:,} of {count(texts, 'text')} {'is' if cut == 1 else 'are'} cut after "
                f"{self.most_tokens} tokens; set input.most_tokens to read more of them."
            )
        if unknown:
            notices.append(
                f"{unknown:,} of {count(texts, 'text')} {'holds' if unknown == 1 else 'hold'} "
                "nothing that was learned in training, so the network cannot tell such texts "
                "apart, and compare refuses them. Recipes that read characters (text-names, "
                "neculoiu-2016) know misspelt and new words too, and scripts that write no spaces "
                "between words, such as Chinese."
            )
        return tuple(notices)

    def knows(self, ids: Array) -> Same:
        """(…) whether each id is a known token: neither unknown nor special."""
        known: Same = self._known[ids]
        return known

    def _ids(self, encoded: Any) -> NDArray[np.int32]:
        ids = encoded.ids
        if len(ids) > self.most_tokens and encoded.special_tokens_mask[-1]:
            ids = [*ids[: self.most_tokens - 1], ids[-1], ids[-1]]
        return np.array(ids[: self.most_tokens + 1] or [UNKNOWN], np.int32)

    @cached_property
    def _known(self) -> Same:
        """(vocabulary,) false for the unknown token and the special tokens added to every text."""
        known = np.full(self.vocabulary, True)
        known[self._tokenizer.encode("").ids] = False
        model = json.loads(self.tokenizer)["model"]
        unknown = model.get("unk_id")
        if unknown is None and model.get("unk_token") is not None:
            unknown = self._tokenizer.token_to_id(model["unk_token"])
        if unknown is not None:
            known[unknown] = False
        return known

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtra("tokenizers", "text", "reading texts") from None
        return Tokenizer.from_str(self.tokenizer)


def text_digest(text: str) -> bytes:
    """A 16-byte digest of a text from `plain_text`, ignoring case and compatibility forms (NFKC).

    Learned tokenizers read lower case, and texts that read alike must be in one part of a split.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return digest(folded.encode())
