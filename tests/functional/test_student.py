from __future__ import annotations

import pytest

from gemel.functional.student import student_t


@pytest.mark.parametrize("freedom", [1, 2, 3, 5, 10, 30, 1_000])
def test_matches_scipy(freedom):
    stats = pytest.importorskip("scipy.stats")
    assert student_t(0.975, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=3e-3)


def test_three_degrees_are_as_tables_have_them():
    # 3.182; without the ninth power of z it is 3.174.
    assert student_t(0.975, 3) == pytest.approx(3.182446, rel=1.5e-3)
