"""Texts in, ids out; what cannot be read is one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gemel.arrays import padded
from gemel.errors import ItemError
from gemel.inputs import TextInput, learn_tokenizer, plain_text

TEXTS = ["A red car.", "a car, and another car"]
WORDS = TextInput(tokenizer=learn_tokenizer(TEXTS, "words"), most_tokens=3)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("", "must hold more than white space"),
        (" \n\t ", "must hold more than white space"),
        ("x" * 1_000_000, "1,000,000 characters, and at most 100,000 are read"),
        ("zzz qqq", "'zzz qqq' holds nothing that this matcher knows"),
        (np.zeros((4, 4), np.uint8), "compares texts, .*: got ndarray"),
        (Image.new("L", (4, 4)), "compares texts, .*: got Image"),
        (b"bytes", "compares texts, .*: got bytes"),
        (Path("missing.txt"), "'missing.txt' does not exist"),
        (Path("a.png"), "'a.png' is the file of a picture"),
    ],
)
def test_what_is_no_readable_text_is_one_sentence(raw, sentence):
    with pytest.raises(ItemError, match=sentence) as told:
        WORDS.read(raw)
    assert len(str(told.value)) < 250


def test_a_picture_file_named_in_place_of_a_text_is_noticed(tmp_path):
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    with pytest.raises(ItemError, match="the file of a picture, and this matcher compares texts"):
        WORDS.read(str(tmp_path / "a.png"))


def test_a_text_file_is_read_by_its_path(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"a red\r\ncar")
    assert WORDS.read(tmp_path / "a.txt").tolist() == WORDS.read("A red  car").tolist()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_text_file_as_notepad_may_save_it_is_read(tmp_path, encoding):
    (tmp_path / "a.txt").write_text("une fenêtre", encoding)
    assert plain_text(tmp_path / "a.txt") == "une fenêtre"


def test_one_token_more_than_is_shown_tells_that_a_text_is_cut():
    packed = padded([WORDS.read("a car"), WORDS.read("a red car, and another car")])
    assert packed.lengths.tolist() == [2, 4]
    values, lengths = WORDS.feed(packed)
    assert values.shape == (2, 3)
    assert lengths.tolist() == [2, 3]
    ids = np.concatenate([packed.values[0, :2], packed.values[1]])
    (told,) = WORDS.remarks(ids, packed.lengths)
    assert told.startswith("1 of 2 texts is cut after 3 tokens")


def test_texts_that_hold_nothing_known_are_counted():
    texts = ["a car", "zzz", "zzz red", "zzz qqq"]
    ids = [WORDS.read_with_digest(text)[0] for text in texts]
    (told,) = WORDS.remarks(np.concatenate(ids), np.array(list(map(len, ids))))
    assert told.startswith("2 of 4 texts hold nothing that was learned in training")


def test_a_script_without_spaces_is_told_to_be_read_by_its_characters():
    unread, text = "我们今天去学校", "我们明天去学校"
    with pytest.raises(ItemError, match=r"text-names.*without spaces, such as Chinese"):
        WORDS.read(text)
    (told,) = WORDS.notices(2, cut=0, unknown=2)
    assert "text-names" in told
    assert "no spaces between words" in told
    letters = TextInput(tokenizer=learn_tokenizer([unread], "characters"))
    assert letters.read(text).tolist().count(1) == 1


def test_in_a_dataset_a_text_of_unknown_words_stays():
    assert WORDS.read_with_digest("A Red car")[1] == WORDS.read_with_digest("a red  CAR")[1]
    assert WORDS.read_with_digest("a red car")[1] != WORDS.read_with_digest("a red cart")[1]
    ids = WORDS.read_with_digest("zzz qqq").values
    assert ids.tolist() == [1, 1]


@pytest.mark.parametrize("tokens", ["words", "byte-pair", "characters"])
def test_a_vocabulary_does_not_depend_on_the_order_of_the_texts(tokens):
    texts = [f"{a} {b}" for a in ("red", "blue", "green") for b in ("car", "cart", "cat")]
    assert learn_tokenizer(texts, tokens, 40) == learn_tokenizer(texts[::-1], tokens, 40)


def test_a_vocabulary_holds_the_commonest_first_and_is_filled_up():
    reader = TextInput(
        tokenizer=learn_tokenizer(["b b a", "b c a"], "words", 6, 2, ["b", "x", "y"])
    )
    assert reader.tokens() == ["[PAD]", "[UNK]", "b", "a", "x", "y"]


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        plain = plain_text(text)
    except ItemError:
        return
    assert plain == plain_text(plain)
    for tokens in ("words", "characters"):
        reader = TextInput(tokenizer=learn_tokenizer([plain], tokens))
        assert len(reader.read_with_digest(text)[0]) >= 1
