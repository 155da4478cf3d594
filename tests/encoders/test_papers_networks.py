"""Parameter counts, shapes and first weights, as the papers and notes have them."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gemel.encoders import ENCODERS, PixelStatistics
from gemel.encoders.chopra import Subsampling
from gemel.encoders.stem import TokenVectors
from gemel.errors import RecipeError
from gemel.metrics import METRICS


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def grey(name, side, **settings):
    return ENCODERS[name]((1, side, side), PixelStatistics.untouched(1), **settings)


def of(encoder, kinds):
    return [layer for layer in encoder.modules() if isinstance(layer, kinds)]


def pictures(side):
    return torch.rand(2, 1, side, side, generator=torch.Generator().manual_seed(0))


def drawn_anew(encoder):
    """Weights that leave about half of what every layer gives below zero."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in encoder.parameters():
            spread = 2 * weights[0].numel() ** -0.5 if weights.ndim > 1 else 1
            weights.normal_(0, spread, generator=generator)
    return encoder.eval()


@pytest.fixture(scope="module")
def koch():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return grey("koch", 105)


def test_koch_has_the_papers_parameters_with_its_head(koch):
    # 64·(10²+1/…)…: 6,464 + 401,536 + 262,272 + 524,544 + 37,752,832 and the head's 4,097.
    assert parameters(koch) + parameters(METRICS["weighted-l1"](4096)) == 38_951_745


def test_koch_starts_as_the_paper_says(koch):
    for conv in (koch.conv1, koch.conv2, koch.conv3, koch.conv4):
        assert conv.weight.mean().item() == pytest.approx(0, abs=0.001)
        assert conv.weight.std().item() == pytest.approx(0.01, rel=0.05)
        assert conv.bias.mean().item() == pytest.approx(0.5, abs=0.005)
        assert conv.bias.std().item() == pytest.approx(0.01, rel=0.3)
    assert koch.dense.weight.mean().item() == pytest.approx(0, abs=0.001)
    assert koch.dense.weight.std().item() == pytest.approx(0.2, rel=0.01)
    assert koch.dense.bias.mean().item() == pytest.approx(0.5, abs=0.001)
    assert koch.dense.bias.std().item() == pytest.approx(0.01, rel=0.05)


def rectified(maps, layer, pool=1):
    return F.max_pool2d(layer(maps).relu(), pool)


def test_koch_rectifies_and_pools_and_ends_in_sigmoid_units():
    # Not the first weights of the paper, under which next to nothing is below zero.
    small, maps = drawn_anew(grey("koch", 35, kernels=(5, 4, 3, 2), embedding_size=9)), pictures(35)
    expected = maps
    for conv in (small.conv1, small.conv2, small.conv3):
        expected = rectified(expected, conv, pool=2)
    expected = small.dense(rectified(expected, small.conv4).flatten(1)).sigmoid()
    torch.testing.assert_close(small(maps), expected)


def test_koch_refuses_pictures_that_its_kernels_eat_up():
    with pytest.raises(RecipeError, match="larger pictures than 28x28"):
        grey("koch", 28)
    assert grey("koch", 35, kernels=(5, 4, 3, 2))(torch.rand(1, 1, 35, 35)).shape == (1, 4096)


def test_koch_may_be_padded_and_normalised_for_small_pictures():
    small = grey("koch", 35, kernels=(5, 3, 3, 3), padding="same", batch_norm=True)
    # 35 - 17 - 8 - 4 after the poolings; a scale and a shift for each map and each unit.
    assert small.dense.in_features == 256 * 4 * 4
    assert sum(norm.num_features for norm in small.norms) == 64 + 128 + 128 + 256 + 4096
    assert small(torch.rand(2, 1, 35, 35)).shape == (2, 4096)
    assert small.conv1.weight.std() > 0.05  # torch's own first weights, not the paper's 0.01


def test_the_mnist_pair_examples_mlp():
    # 784·128+128 + 128·128+128 + 128·128+128
    assert parameters(grey("mlp", 28)) == 100_480 + 16_512 + 16_512


def test_the_notes_convnet_on_80_by_80_photos():
    conv = ENCODERS["conv"]((3, 80, 80), PixelStatistics.untouched(3))
    # 896 + 9,248 + 18,496 + 36,928, then 64·20·20 = 25,600 to 512 to 5
    assert parameters(conv) == 896 + 9_248 + 18_496 + 36_928 + 25_600 * 512 + 512 + 512 * 5 + 5


def test_conv4_makes_64_numbers_of_a_28_by_28_drawing():
    assert grey("conv4", 28).embedding_size == 64
    with pytest.raises(RecipeError, match="sides of at least 16, got 8x8"):
        grey("conv4", 8)


def test_conv4_has_the_few_shot_papers_layers():
    # 64 filters of 3x3, four times, each with batch norm; it makes a bias of its own needless.
    blocks = [1 * 9 * 64] + 3 * [64 * 9 * 64]
    assert parameters(grey("conv4", 28)) == sum(blocks) + 4 * 2 * 64


def test_sung_keeps_64_maps_of_5_by_5_of_a_28_by_28_drawing():
    encoder = grey("sung", 28)
    assert (encoder.embedding_size, encoder.map_size) == (1600, (5, 5))
    blocks = [1 * 9 * 64 + 64] + 3 * [64 * 9 * 64 + 64]
    assert parameters(encoder) == sum(blocks) + 4 * 2 * 64
    with pytest.raises(RecipeError, match="sides of at least 10, got 9x9"):
        grey("sung", 9)


@pytest.mark.parametrize("side", [1, 4, 8, 15, 28, 64, 105])
def test_compact_fits_any_picture_and_stays_small(side):
    encoder = grey("compact", side).eval()
    assert encoder(torch.rand(2, 1, side, side)).shape == (2, 128)
    assert parameters(encoder) < 4_000_000


def test_the_triplet_network_ends_in_128_numbers_on_both_of_the_papers_sizes():
    mnist = grey("hoffer", 28)
    assert mnist(torch.rand(2, 1, 28, 28)).shape == (2, 128)
    # 32·5² + 32, 32·64·3² + 64, 64·128·3² + 128
    assert parameters(mnist) == 832 + 18_496 + 73_856
    colour = ENCODERS["hoffer"]((3, 32, 32), PixelStatistics.untouched(3))
    assert colour(torch.rand(2, 3, 32, 32)).shape == (2, 128)
    # 64·3·5² + 64, 64·128·3² + 128, 128·256·3² + 256, 256·128·2² + 128
    assert parameters(colour) == 4_864 + 73_856 + 295_168 + 131_200


def test_the_triplet_network_refuses_pictures_that_its_kernels_eat_up():
    with pytest.raises(RecipeError, match="at least 24x24 in grey and 32x32 in colour, got 23x40"):
        ENCODERS["hoffer"]((1, 23, 40), PixelStatistics.untouched(1))
    with pytest.raises(RecipeError, match="got 31x31"):
        ENCODERS["hoffer"]((3, 31, 31), PixelStatistics.untouched(3))


def test_chopra_has_the_papers_maps_and_weights():
    chopra = ENCODERS["chopra"]((1, 56, 46), PixelStatistics.untouched(1))
    # C1 15·(49+1), S2 15·2, C3 45·(15·36+1), S4 45·2, C5 250·(45·25+1), F6 50·(250+1)
    assert parameters(chopra) == 750 + 30 + 24_345 + 90 + 281_500 + 12_550
    maps, sides = torch.rand(1, 1, 56, 46), []
    for layer in chopra.layers:
        maps = layer(maps)
        sides.append(tuple(maps.shape[2:]))
    assert list(dict.fromkeys(sides))[1:] == [(50, 40), (25, 20), (20, 15), (5, 5), (1, 1), ()]


def test_a_subsampling_layer_scales_and_shifts_the_mean_of_each_field():
    layer = Subsampling(1, (2, 2))
    assert layer(torch.tensor([[[[1.0, 3.0], [5.0, 7.0]]]])).item() == 4  # the mean, at first
    # The mean of 1, 3, 5, 7 is 4; 4·2 + 3 = 11.
    torch.nn.init.constant_(layer.scale, 2.0)
    torch.nn.init.constant_(layer.shift, 3.0)
    assert layer(torch.tensor([[[[1.0, 3.0], [5.0, 7.0]]]])).item() == 11


def test_chopra_squashes_every_layer_but_the_last_by_tanh():
    chopra, maps = drawn_anew(grey("chopra", 28)), pictures(28)
    *layers, last = of(chopra, nn.Conv2d | Subsampling | nn.Linear)
    expected = maps
    for layer in layers:
        expected = layer(expected).tanh()
    torch.testing.assert_close(chopra(maps), last(expected.flatten(1)))


def test_chopra_refuses_pictures_that_it_leaves_nothing_of():
    with pytest.raises(RecipeError, match="at least 24x22, got 20x20: set input"):
        grey("chopra", 20)


def test_signet_is_the_papers_table():
    with torch.device("meta"):  # 114 million weights that nobody needs to draw
        signet = ENCODERS["signet"]((1, 155, 220), PixelStatistics.untouched(1))
    # 96·(121+1) + 256·(96·25+1) + 384·(256·9+1) + 256·(384·9+1), then 256·17·25 to 1024 to 128
    convolutions = 11_712 + 614_656 + 885_120 + 884_992
    assert parameters(signet) == convolutions + (108_800 + 1) * 1024 + (1024 + 1) * 128
    assert signet(torch.empty(1, 1, 155, 220, device="meta")).shape == (1, 128)


def test_signet_with_the_stride_of_the_authors_program():
    with torch.device("meta"):
        signet = ENCODERS["signet"]((1, 155, 220), PixelStatistics.untouched(1), stride=4)
    dense = next(part for part in signet.modules() if isinstance(part, torch.nn.Linear))
    assert dense.in_features == 256 * 3 * 5
    with pytest.raises(RecipeError, match="stride 4 needs larger pictures than 28x28"):
        grey("signet", 28, stride=4)


@pytest.mark.parametrize(
    ("encoder", "bound"),
    [
        (grey("mlp", 28), "glorot"),
        (ENCODERS["conv"]((3, 40, 40), PixelStatistics.untouched(3)), "glorot"),
        (ENCODERS["signet"]((1, 64, 96), PixelStatistics.untouched(1)), "glorot"),
        (ENCODERS["tdnn"](TokenVectors(torch.rand(9, 8))), "fan-in"),
    ],
    ids=["mlp", "conv", "signet", "tdnn"],
)
def test_first_weights_are_as_their_docstrings_say_and_biases_zero(encoder, bound):
    layers = [
        layer
        for layer in encoder.modules()
        if isinstance(layer, torch.nn.Conv1d | torch.nn.Conv2d | torch.nn.Linear)
    ]
    assert layers
    for layer in layers:
        fan_in, fan_out = (layer.weight[0].numel(), layer.weight.numel() // layer.weight.shape[1])
        assert not layer.bias.any()
        if bound == "fan-in":
            assert layer.weight.std().item() == pytest.approx(fan_in**-0.5, rel=0.2)
            continue
        # Glorot-uniform: within sqrt(6 / (fan_in + fan_out)), and up to it.
        largest = layer.weight.abs().max().item()
        assert largest <= (6 / (fan_in + fan_out)) ** 0.5 * (1 + 1e-6)  # as floats have it
        assert largest == pytest.approx((6 / (fan_in + fan_out)) ** 0.5, rel=0.02)


def test_signets_response_norm_divides_by_the_sum_of_squares_of_five_maps():
    norm = next(
        layer
        for layer in grey("signet", 64).modules()
        if isinstance(layer, torch.nn.LocalResponseNorm)
    )
    maps = torch.arange(1.0, 8.0).view(1, 7, 1, 1) * 50
    squares = sum((50.0 * other) ** 2 for other in (2, 3, 4, 5, 6))  # two on either side of the 4th
    expected = 200 / (2 + 1e-4 * squares) ** 0.75
    assert norm(maps)[0, 3, 0, 0].item() == pytest.approx(expected)


def as_they_are(numbers, _):
    return numbers


def unit(numbers, encoder):
    (dense,), (norm,) = of(encoder, nn.Linear), of(encoder, nn.BatchNorm1d)
    return F.normalize(norm(dense(numbers)))


def shares(numbers, encoder):
    dense, last = of(encoder, nn.Linear)
    return last(dense(numbers).relu()).softmax(1)


@pytest.mark.parametrize(
    ("name", "side", "pools", "head"),
    [
        ("hoffer", 28, (2, 2, 2), as_they_are),
        ("conv4", 28, (2, 2, 2, 2), as_they_are),
        ("sung", 28, (2, 2, 1, 1), as_they_are),
        ("zagoruyko", 64, (2, 2, 1), as_they_are),
        ("compact", 28, (1, 2, 1, 2, 1, 1), unit),
        ("conv", 28, (1, 2, 1, 2), shares),
    ],
)
def test_convolutions_are_rectified_and_some_of_them_pooled(name, side, pools, head):
    encoder, maps = drawn_anew(grey(name, side)), pictures(side)
    convs = of(encoder, nn.Conv2d)
    norms = of(encoder, nn.BatchNorm2d) or [nn.Identity()] * len(convs)
    expected = maps
    for conv, norm, pool in zip(convs, norms, pools, strict=True):
        expected = rectified(expected, nn.Sequential(conv, norm), pool)
    torch.testing.assert_close(encoder(maps), head(expected.flatten(1), encoder))


def test_the_mlp_rectifies_every_layer():
    mlp, numbers = drawn_anew(grey("mlp", 28)), pictures(28).flatten(1)
    expected = numbers
    for dense in of(mlp, nn.Linear):
        expected = dense(expected).relu()
    torch.testing.assert_close(mlp(numbers.view(2, 1, 28, 28)), expected)


def test_zagoruyko_has_the_papers_layers():
    # 96·(7² + 1), 192·(96·5² + 1), 256·(192·3² + 1); 64 pixels are 20, 10, 6, 3 and 1.
    encoder = grey("zagoruyko", 64)
    assert parameters(encoder) == 4_800 + 460_992 + 442_624
    found = [(conv.stride[0], conv.padding[0]) for conv in of(encoder, nn.Conv2d)]
    assert found == [(3, 0), (1, 0), (1, 0)]
    assert encoder.embedding_size == 256


def test_zagoruyko_refuses_pictures_that_it_leaves_nothing_of():
    with pytest.raises(RecipeError, match="sides of at least 64, got 70x63: set input"):
        ENCODERS["zagoruyko"]((1, 70, 63), PixelStatistics.untouched(1))


@pytest.mark.parametrize(
    ("name", "shape", "dropped"),
    [
        ("mlp", (1, 28, 28), [("ReLU", 0.1), ("ReLU", 0.1)]),
        ("conv", (3, 40, 40), [("ReLU", 0.4)]),
        ("hoffer", (1, 28, 28), [("ReLU", 0.5), ("ReLU", 0.5)]),
        ("hoffer", (3, 32, 32), [("ReLU", 0.5)] * 3),
        ("signet", (1, 64, 96), [("MaxPool2d", 0.3), ("MaxPool2d", 0.3), ("ReLU", 0.5)]),
    ],
)
def test_dropout_stands_where_the_papers_have_it(name, shape, dropped):
    encoder = ENCODERS[name](shape, PixelStatistics.untouched(shape[0]))
    found = [
        (type(before).__name__, layer.p)
        for before, layer in pairwise(encoder.layers)
        if isinstance(layer, nn.Dropout)
    ]
    assert found == dropped


def test_signet_rectifies_every_layer_and_pools_three_times():
    signet = drawn_anew(grey("signet", 64))
    first, second, third, fourth, dense, last = of(signet, nn.Conv2d | nn.Linear)
    norm = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
    maps = pictures(64)
    expected = F.max_pool2d(norm(first(maps).relu()), 3, 2)
    expected = F.max_pool2d(norm(second(expected).relu()), 3, 2)
    expected = F.max_pool2d(fourth(third(expected).relu()).relu(), 3, 2)
    expected = last(dense(expected.flatten(1)).relu()).relu()
    torch.testing.assert_close(signet(maps), expected)
