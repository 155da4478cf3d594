"""Encoders along time: Bromley's sizes, padding, and what a series may be made to look like."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from gemel.augment import SeriesAugment
from gemel.augment.series import warped
from gemel.encoders import ENCODERS, PixelStatistics, Samples
from gemel.encoders.masked import parts_over
from gemel.encoders.tdnn import ScaledTanh, TdnnEncoder
from gemel.errors import RecipeError


def samples(channels=3):
    return Samples(PixelStatistics([0.2] * channels, [0.5] * channels))


def test_small_units_are_brought_to_one_size_and_what_stands_still_is_only_centred():
    microvolts, still, rounding, centred = (3e-5, 1e-5), (2.0, 0.0), (1e6, 0.01), (-2e-16, 1e-16)
    mean, std = zip(microvolts, still, rounding, centred, strict=True)
    stem = Samples(PixelStatistics(mean, std))
    seen = stem(torch.tensor([[[4e-5, 2.5, 1e6, 1.0]]]))
    torch.testing.assert_close(seen, torch.tensor([[[1.0, 0.5, 0.0, 1.0]]]))


class TestTdnn:
    def test_has_the_paper_s_layers(self):
        encoder = TdnnEncoder(samples(8))
        inner = torch.zeros(1, 8, 200)
        sizes = []
        for layer in encoder.layers[:-2]:
            inner = layer(inner)
            sizes.append(tuple(inner.shape[1:]))
        # 8 by 200, then 12 by 64, then 16 by 19, each after averaging by threes.
        assert sizes[2] == (12, 64)
        assert sizes[5] == (16, 19)
        assert encoder.embedding_size == 16 * 19
        # 12·8·9 + 12 weights and biases in the first stage, 16·12·8 + 16 in the second.
        assert sum(weights.numel() for weights in encoder.parameters()) == 876 + 1552

    def test_a_unit_sees_11_samples(self):
        encoder = TdnnEncoder(samples(1))
        values = torch.zeros(1, 200, 1, requires_grad=True)
        first = encoder.layers[:3](values.transpose(1, 2))
        first[0, 0, 5].backward()
        (seen,) = values.grad[0, :, 0].nonzero(as_tuple=True)
        # Unit 5 averages convolutions at 15, 16, 17, each over 9 samples.
        assert seen.tolist() == list(range(15, 26))

    def test_squashes_by_lecuns_tanh_and_averages(self):
        # 1.7159 tanh(1) = 1.7159 · 0.761594
        assert ScaledTanh()(torch.tensor(1.5)).item() == pytest.approx(1.306820, abs=1e-5)
        encoder = TdnnEncoder(Samples(PixelStatistics.untouched(3)))
        values = 3 * torch.randn(2, 200, 3, generator=torch.Generator().manual_seed(0))
        expected = values.transpose(1, 2)
        for conv in (encoder.layers[0], encoder.layers[3]):
            expected = F.avg_pool1d(1.7159 * (conv(expected) * 2 / 3).tanh(), 3)
        found = encoder(values, torch.tensor([200, 200]))
        torch.testing.assert_close(found, expected.flatten(1))

    def test_too_short_a_length_is_refused(self):
        with pytest.raises(RecipeError, match="needs more than 20 samples"):
            TdnnEncoder(samples(), length=20)


def test_parts_are_means_of_equal_shares_by_hand():
    frames = torch.tensor([[[1.0], [2.0], [3.0], [4.0]], [[5.0], [7.0], [99.0], [99.0]]])
    parts = parts_over(frames, torch.tensor([4, 2]), torch.tensor([4, 4]), most=4)[..., 0]
    # Four frames in four parts; two frames in four parts, each standing for two.
    torch.testing.assert_close(parts, torch.tensor([[1.0, 2, 3, 4], [5, 5, 7, 7]]))


def test_resnet1d_sums_up_an_items_own_frames_by_mean_and_maximum():
    encoder = ENCODERS["resnet1d"](samples(), width=4, strides=(2,), output="linear").eval()
    values, lengths = torch.rand(2, 9, 3), torch.tensor([9, 4])
    found = encoder(values, lengths)
    for row, length in enumerate(lengths):
        own = encoder.stem(values[row : row + 1, :length])
        (frames,), _ = encoder.blocks[0](own, length[None])
        expected = encoder.dense(torch.cat([frames.mean(0), frames.amax(0)]))
        torch.testing.assert_close(found[row], expected)


@pytest.mark.parametrize("pool", ["mean", "max", "last"])
def test_bilstm_pools_the_states_of_an_items_own_steps(pool):
    encoder = ENCODERS["bilstm"](samples(), hidden=4, pool=pool, embedding_size=0).eval()
    values, lengths = torch.rand(2, 6, 3), torch.tensor([6, 2])
    found = encoder(values, lengths)
    for row, length in enumerate(lengths):
        states, (last, _) = encoder.layers[0].layer(encoder.stem(values)[row, :length])
        pools = {"mean": states.mean(0), "max": states.amax(0), "last": last.flatten()}
        torch.testing.assert_close(found[row], pools[pool])


def test_segments_are_a_map_along_time():
    """What happens late in an item changes the late places of each number's row, and no others."""
    encoder = ENCODERS["resnet1d"](
        samples(), width=4, strides=(1,), kernel=3, segments=8, embedding_size=24, output="linear"
    ).eval()
    assert encoder.map_size == (1, 8)
    values, lengths = torch.rand(1, 32, 3), torch.tensor([32])
    late = values.clone()
    late[:, 28:] += 1
    rows = (encoder(values, lengths) - encoder(late, lengths)).reshape(3, 8)
    assert not rows[:, :6].any()
    assert rows[:, 7].all()


def test_segments_that_do_not_share_evenly_are_refused():
    with pytest.raises(
        RecipeError, match=r"must be a multiple of encoder\.segments .*, got 100 and 16"
    ):
        ENCODERS["resnet1d"](samples(), segments=16, embedding_size=100)


def placed(places):
    torch.manual_seed(0)
    return ENCODERS["resnet1d"](
        samples(),
        width=4,
        strides=(2,),
        kernel=3,
        places=places,
        embedding_size=3 * places,
        output="linear",
    ).eval()


def test_every_frame_has_a_place_and_none_is_behind_the_end():
    encoder = placed(8)
    assert encoder.map_size == (1, 8)
    values = torch.rand(2, 11, 3)
    maps = encoder(values, torch.tensor([11, 5])).reshape(2, 3, 8)
    assert maps[0, :, :6].all()
    assert maps[1, :, :3].all()
    assert not maps[0, :, 6:].any()
    assert not maps[1, :, 3:].any()
    # A place is a frame of its own, whatever comes beside it in the batch or later in the item.
    longer = torch.cat([values, torch.rand(2, 4, 3)], 1)
    later = encoder(longer, torch.tensor([15, 5])).reshape(2, 3, 8)
    torch.testing.assert_close(later[0, :, :4], maps[0, :, :4])
    torch.testing.assert_close(later[1], maps[1])


def test_more_frames_than_places_are_as_many_equal_parts():
    values, lengths = torch.rand(1, 16, 3), torch.tensor([16])
    fine, coarse = (placed(places)(values, lengths).reshape(3, -1) for places in (8, 4))
    torch.testing.assert_close(fine.reshape(3, 4, 2).mean(-1), coarse)


def test_segments_and_places_at_once_are_refused():
    with pytest.raises(RecipeError, match=r"at most one of encoder\.segments and encoder\.places"):
        ENCODERS["resnet1d"](samples(), segments=8, places=8)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("resnet1d", {}),
        ("resnet1d", {"segments": 8}),
        ("resnet1d", {"places": 8}),
        ("bilstm", {}),
    ],
)
def test_training_does_not_depend_on_padding(name, settings):
    torch.manual_seed(0)
    encoder = ENCODERS[name](samples(), **settings).train()
    values, lengths = torch.rand(4, 20, 3), torch.tensor([20, 11, 7, 2])
    longer = torch.cat([values, torch.rand(4, 9, 3)], dim=1)
    alone, beside = encoder(values, lengths), encoder(longer, lengths)
    torch.testing.assert_close(alone, beside, atol=1e-5, rtol=1e-4)


class TestSeriesAugment:
    def test_lengths_stay_and_padding_stays_zero(self):
        augment = SeriesAugment(warp=0.1, crop=0.2, scale=0.2, jitter=0.1)
        values, lengths = torch.rand(3, 12, 2), torch.tensor([12, 5, 2])
        made, kept = augment((values, lengths), torch.Generator().manual_seed(0))
        assert kept.tolist() == [12, 5, 2]
        assert made.shape == values.shape
        assert not made[1, 5:].any()
        assert not made[2, 2:].any()
        assert (made[0] != values[0]).all()

    def test_the_same_seed_changes_alike(self):
        augment = SeriesAugment(warp=0.1, crop=0.2, jitter=0.1)
        items = (torch.rand(3, 12, 2), torch.tensor([12, 5, 2]))
        first, again = (augment(items, torch.Generator().manual_seed(4))[0] for _ in range(2))
        assert torch.equal(first, again)

    def test_time_bends_and_never_runs_back(self):
        rising = torch.arange(50.0).expand(20, 50)[..., None]
        bent = warped(rising, torch.full((20,), 50), (0.29, 0.3), torch.Generator().manual_seed(1))
        assert (bent[:, 1:] >= bent[:, :-1] - 1e-3).all()
        assert bent.min() >= 0
        assert bent.max() <= 49

    def test_a_warp_keeps_both_ends(self):
        rising = torch.arange(10.0)[None, :, None]
        bent = warped(rising, torch.tensor([10]), (0.2, 0.0), torch.Generator().manual_seed(3))
        assert bent[0, 0, 0] == 0
        assert bent[0, -1, 0] == pytest.approx(9, abs=1e-4)

    def test_a_turn_moves_pen_channels_together_and_others_not(self):
        augment = SeriesAugment(rotation=90.0, channels=("x", "y", "pressure"))
        values = torch.rand(8, 6, 3)
        made, _ = augment((values, torch.full((8,), 6)), torch.Generator().manual_seed(0))
        torch.testing.assert_close(made[..., :2].norm(dim=-1), values[..., :2].norm(dim=-1))
        assert torch.equal(made[..., 2], values[..., 2])
        assert not torch.allclose(made[..., 0], values[..., 0])


@pytest.mark.parametrize("strides", [(1, 2, 2), (3, 5)])
@pytest.mark.parametrize("samples_long", [1, 2, 4, 15])
def test_no_convolution_that_is_trained_leaves_a_single_frame(strides, samples_long):
    """There oneDNN does not set all of the gradient of its weights in bf16."""
    encoder = ENCODERS["resnet1d"](samples(), width=4, strides=strides)
    left: list[int] = []
    for part in encoder.modules():
        if isinstance(part, torch.nn.Conv1d):
            part.register_forward_hook(lambda _, __, frames: left.append(frames.shape[-1]))

    encoder(torch.randn(3, samples_long, 3), torch.full((3,), samples_long))

    assert len(left) == 3 * len(strides)
    assert min(left) > 1
