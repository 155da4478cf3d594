"""The contract of all encoders. A new encoder joins by one line in ENCODERS."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file, save_file

from gemel.encoders import ENCODERS, PixelStatistics, Samples, SequenceEncoder, TokenVectors
from gemel.encoders.standardise import Standardise
from sentence_folders import random_model

SHAPES = {
    "koch": (1, 105, 105),
    "conv4": (3, 28, 28),
    "compact": (3, 24, 40),
    "mlp": (1, 8, 8),
    "hoffer": (1, 24, 28),
    "chopra": (1, 30, 28),
    "signet": (1, 32, 40),
    "zagoruyko": (2, 64, 70),
}
SEQUENCES = sorted(name for name, part in ENCODERS.items() if issubclass(part, SequenceEncoder))
SERIES = ("canvas", "resnet1d", "tdnn")
"""Sequence encoders that are tried on samples; the others on tokens."""
NEEDS_NUMBERS = {"bilstm", "contextual"}
"""An LSTM packs by lengths, which tensors without numbers do not have."""
VOCABULARY = 11


def made(name, seed=0):
    shape = SHAPES.get(name, (3, 20, 24))
    settings = {"embedding_size": 64} if name == "koch" else {}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        if name in SERIES:
            return ENCODERS[name](Samples(PixelStatistics([0.4] * 3, [0.3] * 3)))
        if name == "sentence-transformer":
            return ENCODERS[name](random_model(), tuned=True)
        if name in SEQUENCES:
            return ENCODERS[name](TokenVectors(torch.randn(VOCABULARY, 6)))
        return ENCODERS[name](
            shape, PixelStatistics([0.4] * shape[0], [0.3] * shape[0]), **settings
        )


@pytest.fixture(params=sorted(ENCODERS))
def name(request):
    return request.param


def items(encoder, count=4):
    """As the encoder takes them; a call is `encoder(*items(encoder))`."""
    seeded = torch.Generator().manual_seed(5)
    if isinstance(encoder, SequenceEncoder):
        lengths = torch.randint(1, 9, (count,), generator=seeded)
        lengths[0] = 8
        if isinstance(encoder.stem, Samples):
            samples = torch.rand(count, 8, 3, generator=seeded)
            return samples * (torch.arange(8) < lengths[:, None])[..., None], lengths
        values = torch.randint(1, VOCABULARY, (count, 8), generator=seeded)
        return values * (torch.arange(8) < lengths[:, None]), lengths
    return (torch.rand(count, *encoder.input_shape, generator=seeded),)


def test_gives_one_embedding_of_the_declared_size_per_item(name):
    encoder = made(name).eval()
    embeddings = encoder(*items(encoder))
    assert embeddings.shape == (4, encoder.embedding_size)
    assert torch.isfinite(embeddings).all()


def test_embeddings_are_where_the_declared_output_says(name):
    encoder = made(name).eval()
    embeddings = encoder(*items(encoder))
    match encoder.output:
        case "unit":
            torch.testing.assert_close(embeddings.norm(dim=1), torch.ones(4))
        case "softmax":
            torch.testing.assert_close(embeddings.sum(1), torch.ones(4))
        case "sigmoid":
            assert ((embeddings >= 0) & (embeddings <= 1)).all()
        case "relu":
            assert (embeddings >= 0).all()
        case "linear":
            pass
        case other:
            pytest.fail(f"no such output: {other}")


def test_an_item_is_encoded_alike_whatever_it_stands_beside(name):
    encoder = made(name).eval()
    batch = items(encoder)
    alone = torch.cat([encoder(*(part[i : i + 1] for part in batch)) for i in (2, 0, 3, 1)])
    torch.testing.assert_close(alone, encoder(*batch)[[2, 0, 3, 1]], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", sorted(set(ENCODERS) - NEEDS_NUMBERS))
def test_everything_is_computed_on_the_device_of_the_items(name):
    encoder = made(name).eval()
    batch = [part.to("meta") for part in items(encoder)]  # a device that every machine has
    assert encoder.to("meta")(*batch).device.type == "meta"


@pytest.mark.parametrize("name", SEQUENCES)
def test_what_stands_behind_the_end_of_a_sequence_changes_nothing(name):
    encoder = made(name).eval()
    values, lengths = items(encoder)
    expected = encoder(values, lengths)
    own = torch.arange(8) < lengths[:, None]
    frame = values.shape[2:]
    rubbish = torch.where(own.view(4, 8, *[1] * len(frame)), values, VOCABULARY - 1)
    longer = torch.cat([rubbish, torch.full((4, 5, *frame), 3)], 1)
    torch.testing.assert_close(encoder(longer, lengths), expected, atol=1e-5, rtol=1e-4)
    for row, length in enumerate(lengths.tolist()):
        alone = encoder(values[row : row + 1, :length], lengths[row : row + 1])
        torch.testing.assert_close(alone[0], expected[row], atol=1e-5, rtol=1e-4)


def test_same_seed_same_weights_and_other_seed_other_weights(name):
    first, again, other = (made(name, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


def test_saved_and_loaded_it_answers_identically(name, tmp_path):
    encoder, other = made(name, 1).eval(), made(name, 2).eval()
    save_file(encoder.state_dict(), tmp_path / "weights.safetensors")
    other.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    assert torch.equal(encoder(*items(encoder)), other(*items(encoder)))


def test_every_weight_learns(name):
    encoder = made(name).train()
    encoder(*items(encoder, 8)).square().mul(torch.arange(encoder.embedding_size)).sum().backward()
    for key, parameter in encoder.named_parameters():
        assert parameter.grad.any(), key
        assert torch.isfinite(parameter.grad).all(), key


@pytest.mark.parametrize("name", sorted(set(ENCODERS) - set(SEQUENCES)))
def test_pixels_are_standardised_by_the_first_layer(name):
    encoder = made(name).eval()
    layer = next(part for part in encoder.modules() if type(part).__name__ == "Standardise")
    channels = encoder.input_shape[0]
    grey = torch.full((1, channels, 2, 2), 0.7)
    torch.testing.assert_close(layer(grey), torch.full((1, channels, 2, 2), (0.7 - 0.4) / 0.3))


def test_pixels_that_never_changed_in_training_stay_finite():
    layer = Standardise(PixelStatistics([0.5], [0.0]))
    # As if they had changed by a thousandth: 0 / 0.001 and 0.2 / 0.001.
    seen = layer(torch.tensor([0.5, 0.7]).view(1, 1, 1, 2)).flatten()
    assert seen.tolist() == pytest.approx([0, 200], rel=1e-4)
