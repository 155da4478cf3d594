"""Augmentation of sequences, where the right answer is known."""

from __future__ import annotations

import torch

from gemel.augment import SeriesAugment


def jittered(values, lengths):
    augment = SeriesAugment(jitter=0.5)
    (changed, _) = augment((values, lengths), torch.Generator().manual_seed(0))
    return (changed - values).abs()


def test_noise_is_of_an_item_s_own_deviation_whoever_it_is_padded_to():
    wave = torch.sin(torch.arange(32.0))[None, :, None]
    alone = jittered(wave, torch.tensor([32]))
    padded = torch.cat([wave, torch.full((1, 176, 1), 9.0)], 1)
    beside = jittered(padded, torch.tensor([32]))[:, :32]
    # A generator draws the same first numbers for both: their counts are multiples of 16.
    torch.testing.assert_close(beside, alone)
    still = jittered(torch.full((1, 32, 1), 3.0), torch.tensor([32]))
    assert still.max() < 1e-5


def test_scaling_stretches_a_channel_about_its_mean_wherever_its_zero_is():
    wave = torch.sin(torch.arange(32.0))[None, :, None].expand(2, -1, -1)
    values = torch.cat([wave, torch.full((2, 16, 1), 50.0)], 1)  # padding
    lengths, augment = torch.tensor([32, 32]), SeriesAugment(scale=0.5)
    changed, far = (
        augment((values + zero, lengths), torch.Generator().manual_seed(3))[0][:, :32] - zero
        for zero in (0.0, 1000.0)
    )
    torch.testing.assert_close(far, changed, atol=1e-3, rtol=0)
    torch.testing.assert_close(changed.mean(1), wave.mean(1))
    stretched = changed.std(1) / wave.std(1)
    assert stretched[0] != stretched[1]
    assert ((stretched > 0.5) & (stretched < 1.5)).all()


def test_a_sequence_of_one_sample_stays_what_it_is():
    augment = SeriesAugment(warp=0.2, crop=0.5)
    for longest in (1, 8):
        values = torch.ones(4, longest, 2)
        values[0, 1:] = 0.0
        lengths = torch.tensor([1, *[longest] * 3])
        changed, _ = augment((values, lengths), torch.Generator().manual_seed(0))
        torch.testing.assert_close(changed, values)


def test_a_crop_leaves_out_what_comes_first_as_well_as_what_comes_last():
    rising = torch.arange(50.0).expand(20, 50)[..., None]
    cut, _ = SeriesAugment(crop=0.3)(
        (rising, torch.full((20,), 50)), torch.Generator().manual_seed(0)
    )
    begins, ends = cut[:, 0, 0], cut[:, -1, 0]
    assert begins.max() > 5
    assert ends.min() < 44
    # Up to three tenths of 49 steps are left out.
    assert (ends - begins >= 0.7 * 49 - 1e-3).all()
