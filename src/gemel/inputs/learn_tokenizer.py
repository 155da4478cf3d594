"""Learn a vocabulary from training texts: words, byte-pair merges, or characters.

Byte-pair encoding: R. Sennrich, B. Haddow & A. Birch, "Neural machine translation of rare words
with subword units", ACL 2016, as the `tokenizers` library trains it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any, Literal, TypeAlias

from gemel.errors import MissingExtra

Tokens: TypeAlias = Literal["words", "byte-pair", "characters"]

SPECIAL = ["[PAD]", "[UNK]"]
"""Padding is id 0 and unknown is id 1, as in `TextInput`."""


def learn_tokenizer(
    texts: Iterable[str],
    tokens: Tokens,
    most: int = 20_000,
    least_count: int = 1,
    more: Iterable[str] = (),
) -> str:
    """The JSON of a tokenizer whose vocabulary has at most `most` entries, most frequent first.

    A word or character must occur `least_count` times to be included (byte-pair merges at least
    twice). Except for byte pairs, entries of `more` that do not occur in the texts fill the room
    that is left. Texts are lower-cased. Raises MissingExtra without the package `tokenizers`.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise MissingExtra("tokenizers", "text", "learning from texts") from None
    if tokens == "byte-pair":
        return _byte_pairs(texts, most, least_count)
    empty = _configured(Tokenizer(_word_level({})), tokens)
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_pieces(empty, text))
    # Ties are broken alphabetically, so that the order of the texts does not matter.
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    found = (piece for piece, count in ranked if count >= least_count)
    kept = islice(dict.fromkeys(chain(SPECIAL, found, more)), most)
    vocabulary = {piece: number for number, piece in enumerate(kept)}
    learned: str = _configured(Tokenizer(_word_level(vocabulary)), tokens).to_str()
    return learned


def _word_level(vocabulary: dict[str, int]) -> Any:
    from tokenizers.models import WordLevel

    return WordLevel(vocabulary or {"[UNK]": 1}, unk_token="[UNK]")


def _configured(tokenizer: Any, tokens: Tokens) -> Any:
    """The tokenizer with its normalizer (lower case) and pre-tokenizer set."""
    from tokenizers import Regex, normalizers, pre_tokenizers

    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = {
        "words": pre_tokenizers.Whitespace(),
        "byte-pair": pre_tokenizers.Metaspace(),
        "characters": pre_tokenizers.Split(Regex("."), "isolated"),
    }[tokens]
    return tokenizer


def _pieces(tokenizer: Any, text: str) -> list[str]:
    normal = tokenizer.normalizer.normalize_str(text)
    return [piece for piece, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal)]


def _byte_pairs(texts: Iterable[str], most: int, least_count: int) -> str:
    from tokenizers import Tokenizer, models, trainers

    tokenizer = _configured(Tokenizer(models.BPE(unk_token="[UNK]")), "byte-pair")
    trainer = trainers.BpeTrainer(
        vocab_size=most,
        min_frequency=max(2, least_count),
        special_tokens=SPECIAL,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    learned: str = tokenizer.to_str()
    return learned
