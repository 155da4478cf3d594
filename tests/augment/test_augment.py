"""What augmentation may do, on pictures whose right answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gemel.augment import AffineRange, Augment, Warp, overlay
from gemel.augment.affine import draw_matrices
from gemel.augment.quarter_turns import quarter_turns

FULL = Augment(
    Warp(AffineRange(10, 0.2, (0.8, 1.2), 0.1, 0.1, mirror=True), elastic=0.02),
    brightness=0.2,
    contrast=0.2,
    erase=0.4,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("channels", [1, 3])
def test_keeps_shape_range_and_type(channels):
    pictures = torch.rand(5, channels, 9, 14)
    changed = FULL(pictures, seeded())
    assert changed.shape == pictures.shape
    assert changed.dtype == pictures.dtype
    assert ((changed >= 0) & (changed <= 1)).all()
    assert not torch.equal(changed, pictures)


def test_a_seed_changes_pictures_alike_and_another_seed_otherwise():
    pictures = torch.rand(5, 3, 16, 16)
    assert torch.equal(FULL(pictures, seeded(1)), FULL(pictures, seeded(1)))
    assert not torch.equal(FULL(pictures, seeded(1)), FULL(pictures, seeded(2)))


def test_every_picture_is_changed_in_its_own_way():
    twice = torch.rand(1, 1, 16, 16).repeat(2, 1, 1, 1)
    first, second = FULL(twice, seeded())
    assert not torch.equal(first, second)


def test_off_means_untouched():
    pictures = torch.rand(3, 1, 8, 8)
    assert torch.equal(Augment()(pictures, seeded()), pictures)


def test_a_mirror_only_exchanges_left_and_right():
    pictures = torch.rand(64, 1, 6, 7)
    changed = Warp(AffineRange(mirror=True))(pictures, seeded())
    flipped = [
        torch.allclose(a, b.flip(-1), atol=1e-5) for a, b in zip(changed, pictures, strict=True)
    ]
    kept = [torch.allclose(a, b, atol=1e-5) for a, b in zip(changed, pictures, strict=True)]
    assert all(f or k for f, k in zip(flipped, kept, strict=True))
    assert 15 < sum(flipped) < 49


def test_a_rotation_keeps_lengths_and_stays_within_its_angle():
    matrices = draw_matrices(500, AffineRange(rotation=30), seeded())[:, :, :2]
    torch.testing.assert_close(
        matrices @ matrices.transpose(1, 2), torch.eye(2).expand(500, 2, 2), atol=1e-5, rtol=0
    )
    angles = torch.atan2(matrices[:, 1, 0], matrices[:, 0, 0]).rad2deg()
    assert 25 < angles.abs().max() <= 30.001


def test_what_is_turned_keeps_its_shape_in_pixels_whatever_the_sides_are():
    limits = AffineRange(rotation=30, shift=0.2)
    matrices = draw_matrices(500, limits, seeded(), aspect=4.0)[:, :, :2]
    pixels = torch.tensor([4.0, 1.0])  # as many of them a unit of the coordinates has each way
    turned = pixels[:, None] * matrices / pixels
    torch.testing.assert_close(
        turned @ turned.transpose(1, 2), torch.eye(2).expand(500, 2, 2), atol=1e-5, rtol=0
    )
    wide = torch.zeros(1, 1, 40, 160)
    wide[:, :, 18:22, 40:120] = 1  # a bar of 80 by 4
    for seed in range(5):
        bar = Warp(AffineRange(rotation=20))(wide, seeded(seed))[0, 0]
        rows, columns = torch.nonzero(bar > 0.5, as_tuple=True)
        spread = torch.cov(torch.stack([rows, columns]).float())
        lengths = torch.linalg.eigvalsh(spread).mul(12).sqrt()
        torch.testing.assert_close(lengths, torch.tensor([4.0, 80.0]), atol=1.5, rtol=0)


def test_a_scale_of_two_shows_the_middle_at_double_size():
    pictures = torch.zeros(1, 1, 8, 8)
    pictures[:, :, 2:6, 2:6] = 1
    larger = Warp(AffineRange(scale=(2.0, 2.0)))(pictures, seeded())
    assert pictures.mean() == 0.25
    assert larger[:, :, 1:-1, 1:-1].min() == 1  # the outermost ring blends with the border


@pytest.mark.parametrize(
    ("part", "moved"),
    [
        ({"rotation": 90.0}, [[1, 1, 0], [1, 1, 0]]),
        ({"shear": 0.3}, [[0, 1, 0], [0, 0, 0]]),
        ({"shear": 0.3, "axes": "apart"}, [[0, 1, 0], [1, 0, 0]]),
        ({"scale": (0.8, 1.2)}, [[1, 0, 0], [0, 1, 0]]),
        ({"scale": (0.8, 1.2), "axes": "apart"}, [[1, 0, 0], [0, 1, 0]]),
        ({"stretch": 0.3}, [[1, 0, 0], [0, 1, 0]]),
        ({"shift": 0.1}, [[0, 0, 1], [0, 0, 1]]),
    ],
)
def test_each_part_is_applied_as_often_as_its_probability_says(part, moved):
    for probability in (0.5, 0.2):
        matrices = draw_matrices(2000, AffineRange(**part, probability=probability), seeded())
        changed = (matrices != torch.eye(2, 3)).float().mean(0)
        expected = probability * torch.tensor(moved)
        torch.testing.assert_close(changed, expected, atol=0.05, rtol=0)


def test_a_shift_goes_as_far_as_its_share_of_each_side():
    # Pictures of their own rows and columns: what is seen in the middle is where it came from.
    rows, columns = torch.meshgrid(torch.arange(20.0), torch.arange(60.0), indexing="ij")
    pictures = torch.stack([rows, columns])[:, None].repeat(1000, 1, 1, 1)
    moved = (Warp(AffineRange(shift=0.1))(pictures, seeded()) - pictures)[:, 0, 10, 30]
    down, across = moved[::2].abs().max().item(), moved[1::2].abs().max().item()
    # A tenth of 20 rows and of 60 columns.
    assert (down, across) == (pytest.approx(2, rel=0.01), pytest.approx(6, rel=0.01))


def test_erasing_covers_half_of_the_pictures_and_no_side_too_long():
    pictures = torch.rand(400, 1, 20, 20)
    changed = Augment(erase=0.5)(pictures, seeded()) != pictures
    hit = changed.any(dim=(1, 2, 3))
    assert hit.float().mean().item() == pytest.approx(0.5, abs=0.12)
    assert changed.any(2).sum(-1).max() <= 11


def test_axes_apart_are_scaled_and_sheared_by_draws_of_their_own():
    limits = {"shear": 0.3, "scale": (0.8, 1.2)}
    apart = draw_matrices(2000, AffineRange(**limits, axes="apart"), seeded())
    # Without rotation the map is shear times scale, so its columns are each axis' own.
    across, down = 1 / apart[:, 0, 0], 1 / apart[:, 1, 1]
    for scale in (across, down):
        assert 0.799 < scale.min() < 0.81
        assert 1.19 < scale.max() < 1.201
    assert abs(np.corrcoef(across, down)[0, 1]) < 0.1
    shears = apart[:, 1, 0] * across, apart[:, 0, 1] * down
    for shear in shears:
        assert 0.29 < shear.abs().max() <= 0.3001
    assert abs(np.corrcoef(*shears)[0, 1]) < 0.1
    together = draw_matrices(2000, AffineRange(**limits), seeded())
    assert (together[:, 1, 0] == 0).all()
    torch.testing.assert_close(together[:, 0, 0], together[:, 1, 1])


def test_the_asked_for_share_stays_untouched():
    pictures = torch.rand(900, 1, 6, 6)
    changed = Augment(Warp(AffineRange(rotation=10)), untouched=1 / 9)(pictures, seeded())
    kept = (changed == pictures).all(dim=(1, 2, 3)).float().mean().item()
    assert kept == pytest.approx(1 / 9, abs=0.04)


def test_four_quarter_turns_by_hand():
    corner = torch.zeros(4, 1, 2, 2)
    corner[:, :, 0, 0] = 1
    turned = quarter_turns(corner, np.arange(4))
    # Against the clock: upper left, lower left, lower right, upper right.
    assert turned.flatten(1).argmax(1).tolist() == [0, 2, 3, 1]


def test_a_group_is_warped_as_one_and_groups_apart():
    pictures = torch.rand(1, 1, 12, 12).repeat(6, 1, 1, 1)
    warp = Warp(group=AffineRange(shear=0.3, scale=(0.8, 1.2), axes="apart"))
    groups = torch.tensor([0, 0, 0, 1, 1, 1])
    changed = warp(pictures, seeded(), groups)
    for members in (changed[:3], changed[3:]):
        assert torch.equal(members[0], members[1])
        assert torch.equal(members[0], members[2])
    assert not torch.equal(changed[0], changed[3])
    assert torch.equal(warp(pictures, seeded()), pictures)  # nothing is drawn without groups


def test_two_maps_are_one_resampling_of_what_both_do():
    # A picture's own shift to the right comes before its group's mirror: the output's left edge
    # shows what the own map takes from inside, mirrored.
    own = Warp(AffineRange(rotation=40))
    both = Warp(AffineRange(rotation=40), AffineRange(mirror=True))
    pictures = torch.rand(1, 1, 31, 31)
    pictures = torch.nn.functional.avg_pool2d(pictures, 5, 1, 2)  # smooth: resampling loses little
    for seed in range(6):
        ours = both(pictures, seeded(seed), torch.tensor([0]))
        apart = own(pictures, seeded(seed)), own(pictures.flip(-1), seeded(seed))
        assert any(torch.allclose(ours, way, atol=1e-5) for way in apart)


def test_elastic_moves_places_smoothly_and_as_far_as_said():
    # Pictures of their own coordinates: what is seen at a place is where it came from.
    side = 33
    ramp = torch.linspace(0, 1, side).expand(400, 1, side, side)
    moved = Warp(elastic=0.02)(ramp, seeded()) - ramp
    inner = moved[:, 0, side // 2, side // 2]  # a point of the lattice
    assert inner.std().item() == pytest.approx(0.02 * side / (side - 1), rel=0.15)
    inside = moved[:, 0, 4:-4, 4:-4]  # nothing there comes from outside
    steps = inside[..., 1:] - inside[..., :-1]
    assert steps.abs().max() < 0.03


def test_an_overlay_shows_the_ink_of_both_whether_dark_or_light():
    dark = torch.ones(2, 1, 5, 5)
    dark[0, 0, 1, 1] = 0
    dark[1, 0, 3, 3] = 0.2
    over = torch.tensor([1, 1])
    for pictures in (dark, 1 - dark):
        laid = overlay(pictures, over)
        assert laid[0, 0, 1, 1] == pictures[0, 0, 1, 1]
        assert laid[0, 0, 3, 3] == pictures[1, 0, 3, 3]
        assert torch.equal(laid[1], pictures[1])
