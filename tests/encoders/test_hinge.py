"""The hinge encoder: what it counts, by hand and by a plain loop, and what it does not see."""

from __future__ import annotations

from math import cos, pi, sin

import pytest
import torch

from gemel.encoders import ENCODERS, PixelStatistics
from gemel.encoders.hinge import bell
from gemel.encoders.ink_points import SPECK
from gemel.errors import RecipeError


def made(shape=(1, 40, 60), **settings):
    settings = {"radii": ((3,),), "cells": ((1, 1),), "axes": 8, **settings}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ENCODERS["hinge"](shape, PixelStatistics.untouched(1), **settings).eval()


def paper(height=40, width=60):
    return torch.ones(1, 1, height, width)


def scribble(seed=0, height=40, width=60):
    """A stroke of three pixels along a walk."""
    picture, random = paper(height, width), torch.Generator().manual_seed(seed)
    y, x = height // 2, 12
    while x < width - 12:
        picture[0, 0, y - 1 : y + 2, x - 1 : x + 2] = 0
        y = min(height - 10, max(9, y + int(torch.randint(-2, 3, (), generator=random))))
        x += 1
    return picture


def test_shares_are_those_of_a_plain_loop_over_the_points():
    encoder = made(radii=((2, 5),), directions=4)
    picture = scribble()
    ink = picture[0, 0] == 0
    steps = [
        (round(radius * sin(pi * k / 2)), round(radius * cos(pi * k / 2)))
        for radius in (2, 5)
        for k in range(4)
    ]
    points = [(int(y), int(x)) for y, x in ink.nonzero()]
    expected = [
        sum(bool(ink[y + a, x + b] and ink[y + c, x + d]) for y, x in points) / len(points)
        for i, (a, b) in enumerate(steps)
        for c, d in steps[i:]
    ]
    (block,) = encoder.described(picture)
    assert block.shape == (1, 1, 36)
    torch.testing.assert_close(block[0, 0].square(), torch.tensor(expected), atol=1e-5, rtol=1e-4)


def test_a_long_stroke_across_sees_ink_left_and_right_and_none_above():
    picture = paper()
    picture[:, :, 19:22, 5:55] = 0
    (block,) = made(directions=4).described(picture)
    right, right_and_down, right_and_left = block[0, 0].square()[:3].tolist()
    # 50 points in each of its rows: the last 3 have no ink at radius 3 to the right, the first 3
    # none to the left.
    assert right == pytest.approx(47 / 50, abs=1e-5)
    assert right_and_down == pytest.approx(0, abs=1e-5)
    assert right_and_left == pytest.approx(44 / 50, abs=1e-5)


def test_neither_place_nor_polarity_nor_dust_changes_anything():
    encoder = made(radii=((2, 4), (9,)), cells=((1, 1), (3, 2)))
    picture = scribble()
    dusty = picture.clone()
    dusty[0, 0, 1, 55:58] = 0
    assert SPECK > 3
    expected = encoder.described(picture)
    for other in (picture.roll((3, -5), (2, 3)), 1 - picture, dusty, picture * 0.5 + 0.3):
        for block, same in zip(encoder.described(other), expected, strict=True):
            torch.testing.assert_close(block, same, atol=1e-5, rtol=1e-4)


def test_cells_lie_between_equal_shares_of_the_ink():
    """A narrow drawing and one drawn out by empty paper between its halves have the same cells."""
    halves = scribble(1)
    near, far = paper(40, 160), paper(40, 160)
    for picture, gap in ((near, 50), (far, 90)):
        picture[..., :60] = halves
        picture[..., gap : gap + 60] = torch.minimum(picture[..., gap : gap + 60], halves)
    encoder = made((1, 40, 160), cells=((2, 1),))
    (first,), (second,) = encoder.described(near), encoder.described(far)
    torch.testing.assert_close(first, second, atol=1e-5, rtol=1e-4)


def test_bells_of_all_cells_add_up_to_one():
    share = torch.linspace(0, 1, 23)[None]
    for cells in (1, 2, 6):
        torch.testing.assert_close(bell(share, cells).sum(1), torch.ones(1, 23))


def test_a_few_points_strewn_over_the_drawing_say_about_the_same():
    picture = scribble(2)
    (every,), (few,) = made().described(picture), made(points=60).described(picture)
    assert int((picture == 0).sum()) > 120
    assert (every.square() - few.square()).abs().max() < 0.15
    assert not torch.equal(every, few)


def test_empty_paper_has_an_embedding_too():
    assert torch.isfinite(made()(paper())).all()


def test_only_the_square_layer_learns_and_it_starts_as_the_identity():
    encoder = made(radii=((2,), (3,)), cells=((1, 1), (1, 1)))
    assert [name for name, _ in encoder.named_parameters()] == ["turned.weight"]
    assert torch.equal(encoder.turned.weight, torch.eye(16))


def test_blocks_without_their_cells_are_refused():
    with pytest.raises(RecipeError, match=r"got 2 lists in encoder.radii and 1 in encoder.cells"):
        made(radii=((2,), (3,)))
