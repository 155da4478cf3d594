"""Sequences made comparable: resampled, normalised, with channels derived by hand."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.errors import ItemError
from gemel.inputs.series import Recording, SeriesInput
from gemel.inputs.series.derive import DERIVED, derive
from gemel.inputs.series.propose import propose_series_input
from gemel.inputs.series.resample import even_places, resample

BROMLEY = (
    "pen",
    "detrended:x",
    "detrended:y",
    "relative-speed",
    "centripetal",
    "tangential",
    "direction-cosine",
    "curvature-cosine",
)


def pen_trace(x, y, stroke=None, time=None):
    n = len(x)
    stroke = np.zeros(n) if stroke is None else stroke
    time = 10.0 * np.arange(n) if time is None else time
    return Recording(("x", "y", "time", "stroke"), np.column_stack([x, y, time, stroke]))


class TestResample:
    def test_a_fitting_length_is_untouched(self):
        values = np.random.default_rng(0).normal(size=(7, 2))
        assert resample(values, 7) is values

    def test_stretches_along_straight_lines(self):
        values = np.array([[0.0, 5.0], [2.0, 5.0], [4.0, 5.0]])
        np.testing.assert_allclose(resample(values, 5)[:, 0], [0, 1, 2, 3, 4])

    def test_noise_is_averaged_when_there_is_much_of_it(self):
        zigzag = np.tile([1.0, -1.0], 500)[:, None]
        assert np.abs(resample(zigzag, 20)).max() < 0.05

    def test_a_straight_line_stays_one_whatever_the_length(self):
        line = np.linspace(0, 99, 100)[:, None]
        inner = resample(line, 10)[1:-1, 0]
        np.testing.assert_allclose(inner, np.linspace(0, 99, 10)[1:-1])

    def test_along_time_a_pause_takes_its_share(self):
        values, time = np.array([[0.0], [1.0], [1.0], [2.0]]), np.array([0.0, 1.0, 9.0, 10.0])
        np.testing.assert_allclose(resample(values, 6, time)[:, 0], [0, 1, 1, 1, 1, 2])

    def test_time_that_stands_still_says_nothing(self):
        assert even_places(np.zeros(5)) is None
        assert even_places(np.array([0.0, 2.0, 1.0])).tolist() == [0, 2, 2]

    @settings(max_examples=100, deadline=None)
    @given(st.integers(2, 60), st.integers(2, 60), st.integers(0, 2**32 - 1))
    def test_stays_within_what_was_recorded(self, samples, length, seed):
        values = np.random.default_rng(seed).normal(size=(samples, 2))
        made = resample(values, length)
        assert made.shape == (length, 2)
        assert (made >= values.min(0) - 1e-9).all()
        assert (made <= values.max(0) + 1e-9).all()


class TestChannels:
    def test_a_straight_stroke_points_one_way_at_one_speed(self):
        columns = {"x": 3.0 * np.arange(9), "y": 4.0 * np.arange(9)}
        # 3-4-5: speed 5, cosine 3/5, sine 4/5, no turning.
        np.testing.assert_allclose(derive("speed", columns), 5)
        np.testing.assert_allclose(derive("relative-speed", columns), 1)
        np.testing.assert_allclose(derive("direction-cosine", columns), 0.6)
        np.testing.assert_allclose(derive("direction-sine", columns), 0.8)
        np.testing.assert_allclose(derive("curvature-cosine", columns), 1)
        np.testing.assert_allclose(derive("centripetal", columns), 0, atol=1e-12)
        np.testing.assert_allclose(derive("tangential", columns), 0, atol=1e-12)
        np.testing.assert_allclose(derive("detrended:x", columns), 0, atol=1e-9)

    def test_a_circle_turns_evenly(self):
        angle = np.linspace(0, 4 * np.pi, 400)
        columns = {"x": np.cos(angle), "y": np.sin(angle)}
        step = angle[1]
        inner = slice(5, -5)
        # Speed times turning rate over mean speed: the turning rate itself.
        np.testing.assert_allclose(derive("centripetal", columns)[inner], step, rtol=1e-3)
        np.testing.assert_allclose(
            derive("curvature-cosine", columns)[inner], np.cos(2 * step), rtol=1e-3
        )

    def test_velocity_and_acceleration_of_a_parabola(self):
        columns = {"x": np.arange(8.0) ** 2}
        np.testing.assert_allclose(derive("velocity:x", columns)[1:-1], 2 * np.arange(1, 7))
        np.testing.assert_allclose(derive("acceleration:x", columns)[2:-2], 2)

    def test_the_pen_is_up_between_strokes_and_where_one_begins(self):
        columns = {"stroke": np.array([0, 0, 0.5, 1, 1, 2.0])}
        assert derive("pen", columns).tolist() == [1, 1, -1, -1, 1, -1]

    def test_a_resting_pen_gives_numbers(self):
        still = pen_trace(np.ones(9), np.ones(9))
        read = SeriesInput(channels=tuple(DERIVED), length=9, normalise="shape").read(still)
        assert np.isfinite(read).all()

    def test_a_recorded_column_goes_before_a_derived_one_of_its_name(self):
        assert derive("speed", {"speed": np.array([7.0, 8.0])}).tolist() == [7, 8]


class TestSeriesInput:
    def test_bromleys_eight_channels_of_200_samples(self):
        rng = np.random.default_rng(1)
        trace = pen_trace(rng.normal(size=77).cumsum(), rng.normal(size=77).cumsum())
        reader = SeriesInput(channels=BROMLEY, length=200, along="time", normalise="shape")
        assert reader.read(trace).shape == (200, 8)

    def test_each_column_has_mean_0_and_deviation_1(self):
        reader = SeriesInput(channels=("1", "2"), normalise="each")
        read = reader.read(np.random.default_rng(0).normal(5, 3, size=(50, 2)))
        np.testing.assert_allclose(read.mean(0), 0, atol=1e-5)
        np.testing.assert_allclose(read.std(0), 1, atol=1e-5)

    def test_a_shape_is_moved_and_scaled_and_keeps_its_aspect(self):
        rng = np.random.default_rng(2)
        x, y = rng.normal(size=30), 5 * rng.normal(size=30)
        reader = SeriesInput(channels=("x", "y"), normalise="shape")
        read = reader.read(pen_trace(x, y))
        other = reader.read(pen_trace(7 * x + 100, 7 * y - 30))
        np.testing.assert_allclose(read, other, atol=1e-4)
        assert read[:, 1].std() / read[:, 0].std() == pytest.approx(y.std() / x.std(), rel=1e-4)

    def test_without_a_length_items_keep_theirs_up_to_a_bound(self):
        reader = SeriesInput(channels=("1",), most_samples=10)
        assert [len(reader.read(np.arange(n))) for n in (2, 9, 10, 500)] == [2, 9, 10, 10]
        assert reader.remarks(np.zeros((11, 1)), np.array([2, 9])) == ()
        (told,) = reader.remarks(np.zeros((12, 1)), np.array([2, 10]))
        assert "1 of 2 sequences has 10 samples" in told

    def test_every_so_many_samples_one_and_what_takes_longer_is_longer(self):
        reader = SeriesInput(channels=("1",), every=2, most_samples=8, normalise="none")
        assert reader.read(np.arange(9.0)).ravel().tolist() == [0, 2, 4, 6, 8]
        assert [len(reader.read(np.zeros(n))) for n in (2, 3, 5, 15, 16, 900)] == [2, 2, 3, 8, 8, 8]

    def test_every_so_much_time_one_pauses_included(self):
        trace = pen_trace(np.arange(4.0), np.zeros(4), time=np.array([0.0, 10.0, 70.0, 80.0]))
        reader = SeriesInput(channels=("x",), every=20, along="time", normalise="none")
        read = reader.read(trace).ravel()
        assert read == pytest.approx([0, 7 / 6, 1.5, 11 / 6, 3])

    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    def test_numbers_whose_sums_are_none_are_refused(self):
        huge = np.array([[1e308], [1e308], [-1e308], [-1e308], [1e308], [1e308]])
        with pytest.raises(ItemError, match="too large to compute with: use another unit"):
            SeriesInput(channels=("1",), length=2).read(huge)

    def test_a_length_and_one_for_every_so_many_are_refused_together(self):
        with pytest.raises(ValueError, match="leave out one of them"):
            SeriesInput(channels=("1",), length=8, every=2)

    def test_channels_may_be_made_alike_after_they_are_derived(self):
        values = np.random.default_rng(3).normal(size=(40, 2)) * (5, 0.1) + (90, 2)
        reader = SeriesInput(channels=("1", "velocity:2", "acceleration:1"), normalise="channels")
        read = reader.read(values)
        assert np.abs(read.mean(0)).max() < 1e-6
        assert read.std(0) == pytest.approx(np.ones(3), abs=1e-6)

    def test_a_missing_channel_is_named_with_those_that_are_there(self, tmp_path):
        (tmp_path / "odd.csv").write_text("x,z\n1,2\n3,4\n")
        with pytest.raises(
            ItemError, match=r"odd.csv' must have a channel 'y' with numbers, got x, z"
        ):
            SeriesInput(channels=("x", "y")).read(tmp_path / "odd.csv")

    def test_an_unknown_derivation_says_what_there_is(self):
        with pytest.raises(ValueError, match=r"velocity\|acceleration.*got 'speeed:x'"):
            SeriesInput(channels=("speeed:x",))

    def test_huge_numbers_stay_finite_as_floats(self):
        read = SeriesInput(channels=("1",), normalise="none").read(np.array([1e300, -1e300]))
        assert read.ravel().tolist() == [1e6, -1e6]

    @settings(max_examples=60, deadline=None)
    @given(
        st.integers(2, 40), st.sampled_from(["none", "each", "shape"]), st.integers(0, 2**32 - 1)
    )
    def test_every_channel_of_every_trace_is_finite(self, samples, how, seed):
        rng = np.random.default_rng(seed)
        walk = rng.integers(-1, 2, size=(samples, 2)).cumsum(0)
        trace = pen_trace(*walk.T, stroke=rng.integers(0, 2, samples).cumsum())
        read = SeriesInput(channels=tuple(DERIVED), length=16, normalise=how).read(trace)
        assert np.isfinite(read).all()


def test_sequences_that_are_looked_at_are_not_kept_in_memory():
    samples, count = 200_000, 40
    tracemalloc.start()
    found = propose_series_input(np.zeros(samples) for _ in range(count))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.channels == ("1",)
    assert peak < 8 * samples * count / 2


def test_sequences_without_a_common_channel_are_named_with_theirs(tmp_path):
    named, counted = tmp_path / "named.csv", tmp_path / "counted.npy"
    named.write_text("x,y\n0,1\n1,2\n")
    np.save(counted, np.zeros((3, 2)))
    with pytest.raises(ItemError) as caught:
        propose_series_input([named, counted])
    assert "named.csv has x, y and " in str(caught.value)
    assert "counted.npy has 1, 2." in str(caught.value)
