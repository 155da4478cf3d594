"""The contract that every kind of input passes; a new kind joins by one line in EXAMPLES."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.arrays import padded
from gemel.inputs import INPUTS, ImageInput, SeriesInput, TextInput, learn_tokenizer
from gemel.inputs.kind_of import kind_of

_seeded = np.random.default_rng(0)
_pictures = [
    _seeded.integers(0, 256, shape, dtype=np.uint8)
    for shape in [(12, 10), (7, 30, 3), (40, 40, 4), (1, 1)]
]
EXAMPLES = [
    (ImageInput(height=16, width=12, channels=channels, fit=fit), _pictures)
    for channels in (1, 3)
    for fit in ("pad", "stretch", "crop")
]
_texts = ["a red car", "a blue car, twice as fast", "no", "a car that is far too long to be read"]
EXAMPLES += [
    (TextInput(tokenizer=learn_tokenizer(_texts, tokens, 60), most_tokens=8), _texts)
    for tokens in ("words", "byte-pair", "characters")
]
_series = [_seeded.normal(size=(samples, 2)) for samples in (9, 2, 30)]
EXAMPLES += [
    (SeriesInput(channels=("1", "velocity:2"), length=length, normalise=normalise), _series)
    for length in (None, 12)
    for normalise in ("none", "each")
]


def test_every_input_has_an_example():
    assert {type(input) for input, _ in EXAMPLES} == set(INPUTS)


@pytest.mark.parametrize(("input", "raws"), EXAMPLES)
class TestEveryInput:
    def test_reads_the_same_twice(self, input, raws):
        for raw in raws:
            np.testing.assert_array_equal(input.read(raw), input.read(raw))

    def test_shape_and_dtype_are_as_declared(self, input, raws):
        for raw in raws:
            item = input.read(raw)
            assert item.shape[input.varying :] == input.shape
            assert item.dtype == input.dtype
            assert item.flags.c_contiguous

    def test_saved_and_loaded_it_reads_identically(self, input, raws):
        loaded = type(input).model_validate_json(input.model_dump_json())
        assert loaded == input
        for raw in raws:
            np.testing.assert_array_equal(loaded.read(raw), input.read(raw))

    def test_the_digest_tells_different_items_apart_and_leaves_the_reading_alone(self, input, raws):
        digests = set()
        for raw in raws:
            item, digest, _ = input.read_with_digest(raw)
            np.testing.assert_array_equal(item, input.read(raw))
            digests.add(digest)
        assert len(digests) == len(raws)

    def test_an_encoder_is_fed_values_and_with_them_lengths_where_these_differ(self, input, raws):
        read = [input.read(raw) for raw in raws]
        values, *lengths = input.feed(padded(read) if input.varying else np.stack(read))
        assert values.dtype in (np.float32, np.int64)
        assert values.shape[:1] + values.shape[1 + input.varying :] == (len(raws), *input.shape)
        assert len(lengths) == input.varying
        for length in lengths:
            assert length.dtype == np.int64
            assert length.min() >= 1
            assert length.max() == values.shape[1]

    def test_items_are_fed_alike_alone_and_beside_longer_ones(self, input, raws):
        read = [input.read(raw) for raw in raws]
        together = input.feed(padded(read) if input.varying else np.stack(read))
        for row, item in enumerate(read):
            alone = input.feed(padded([item]) if input.varying else item[None])
            steps = alone[0].shape[1]
            np.testing.assert_array_equal(alone[0][0], together[0][row][:steps])
            assert not together[0][row][steps:].any()

    def test_settings_cannot_be_changed_or_misspelt(self, input, raws):
        with pytest.raises(ValueError, match="frozen"):
            input.kind = "other"
        with pytest.raises(ValueError, match="Extra inputs"):
            type(input).model_validate({**input.model_dump(), "colour": True})


def test_pictures_that_begin_with_letters_are_told_from_recordings():
    assert kind_of(b"P5 4 4 255\n" + bytes(16)) == "image"
    assert kind_of(b"P2\n# grey\n2 1\n255\n0 9\n") == "image"
    assert kind_of(b"P3\tP4\n0.1\t0.2\n") == "series"  # channels of a recording
