"""Charts drawn from values whose place on the sheet is known."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gemel.evaluation.units import Units
from gemel.inputs.series import Recording, recorded
from gemel.report.axes import decades, deviates, linear, rounded, whole_numbers
from gemel.report.chart import LEFT, RIGHT, Absent, Chart
from gemel.report.contents import Decision, TestPairs
from gemel.report.det import det
from gemel.report.histogram import histogram
from gemel.report.naming import figure_name
from gemel.report.numbers import number, percent
from gemel.report.progress import progress
from gemel.report.rates import rates
from gemel.report.reliability import reliability
from gemel.report.roc import roc
from gemel.report.thumbnail import thumbnail
from gemel.report.trace import trace


def pairs(
    same: list[int], distance: list[float], probability: list[float], prior: float = 0.5
) -> TestPairs:
    n = np.arange(len(same))
    return TestPairs(
        n,
        n,
        np.array(same, np.bool_),
        np.array(distance, np.float32),
        np.array(probability),
        Units.of_pairs(n, n),
        Decision(0.5, "eer", prior),
    )


FOUR = pairs([1, 1, 0, 0], [0.0, 0.6, 0.4, 1.0], [0.95, 0.35, 0.65, 0.05])


def test_axes_put_values_where_they_belong() -> None:
    assert linear("", 0, 4).fraction([0, 1, 4]).tolist() == [0, 0.25, 1]
    assert decades("", 0.01).fraction([0.0, 0.1, 1]).tolist() == pytest.approx([0, 0.5, 1])
    # Deviates of 0.1, 0.5 and 0.9 are -1.28, 0 and 1.28: evenly spaced.
    assert deviates("", 0.1, 0.9).fraction([0.1, 0.5, 0.9]).tolist() == pytest.approx([0, 0.5, 1])


def test_ticks_are_round() -> None:
    assert linear("", 0, 1).ticks == (0, 0.2, 0.4, 0.6, 0.8, 1)
    assert whole_numbers("", 1, 3).ticks == (1, 2, 3)
    assert rounded(0.03, 0.97) == pytest.approx((0, 1))


@given(
    st.floats(-1e9, 1e9),
    st.floats(0, 1e9, allow_subnormal=False),
)
def test_any_range_gives_an_axis_that_holds_it(low: float, width: float) -> None:
    axis = linear("", *rounded(low, low + width))

    assert axis.low <= low + 1e-6 * (1 + width + abs(low))
    assert 2 <= len(axis.ticks) <= 12
    assert np.isfinite(axis.fraction([low, low + width])).all()


def test_bands_cover_the_chart_without_a_gap() -> None:
    chart = histogram(FOUR)

    starts = [band.x for band in chart.bands]
    ends = [band.x + band.width for band in chart.bands]
    assert [*starts, RIGHT] == pytest.approx([LEFT, *ends])


def test_the_histogram_counts_each_kind() -> None:
    chart = histogram(FOUR)

    counts = [re.findall(r"(\d+) (?:matching|different)", band.words) for band in chart.bands]
    assert np.array(counts, int).sum(axis=0).tolist() == [2, 2]
    # Of both kinds one of two is at most 0.5.
    assert chart.alternative.count("50.0") == 2


def test_a_det_curve_without_mistakes_is_said_to_lie_outside() -> None:
    parted = pairs([1, 1, 0, 0], [0.0, 0.2, 0.6, 1.0], [0.95, 0.9, 0.2, 0.05])
    assert "beyond the lower left corner" in det(rates(parted)).sentence
    assert "crosses the dashed line" in det(rates(FOUR)).sentence


def test_roc_and_det_say_the_area_and_the_equal_error() -> None:
    both = roc(rates(FOUR)), det(rates(FOUR))

    # Three of the four couples (genuine, impostor) are in order: (0, .4), (0, 1), (.6, 1).
    assert "0.750" in both[0].sentence
    assert "50.0" in both[1].sentence


def test_reliability_moves_the_observed_share_to_the_prior() -> None:
    ten = pairs([1] * 5 + [0] * 5, [0.5] * 10, [0.25] * 10, prior=0.2)

    chart = reliability(ten)

    # Half of them match, and the genuine ones of any world with that prior are a fifth.
    [band] = chart.bands
    stated, observed, number = band.words.replace("\u202f", " ").splitlines()
    assert (stated, number) == ("stated 25.0 %", "10 pairs")
    assert observed.startswith("observed 20.0 % (")


def test_whiskers_know_how_few_labels_the_pairs_are_of() -> None:
    rng = np.random.default_rng(0)
    said = rng.uniform(0.3, 0.39, 400)
    same = rng.random(400) < np.where(np.arange(400) % 4 < 2, 0.1, 0.6)

    def reach(labels: int) -> float:
        made = pairs(same.astype(int).tolist(), [0.5] * 400, said.tolist())
        of_label = np.arange(400) % labels
        chart = reliability(replace(made, units=Units.of_pairs(of_label, of_label)))
        [band] = chart.bands
        low, high = map(float, re.findall(r"([\d.]+)\s%[–)]", band.words.splitlines()[1]))
        return high - low

    assert reach(4) > 3 * reach(400)


def test_training_charts_mark_the_best_epoch() -> None:
    rows = [{"epoch": e, "loss": 1 / e, "eer": v} for e, v in [(1, 0.3), (2, 0.1), (3, 0.2)]]

    loss, error = progress(rows)

    assert isinstance(error, Chart)
    assert (loss.title, error.title) == ("Loss in training", "Equal error rate in validation")
    assert error.sentence.replace("\u202f", " ") == "Best 10.0 %, in epoch 2."


def test_a_single_epoch_is_stated_and_not_drawn() -> None:
    [loss, error] = progress([{"epoch": 1, "loss": 1.5, "eer": 0.03}])

    assert isinstance(loss, Absent)
    assert isinstance(error, Absent)
    assert loss.why == "1.5 in epoch 1."
    assert error.why.replace("\u202f", " ") == "3.0 % in epoch 1."


def test_no_axis_goes_beyond_what_a_figure_can_be() -> None:
    [auc] = progress([{"epoch": epoch, "auc": 1.0} for epoch in (1, 2, 3)])

    assert isinstance(auc, Chart)
    assert auc.frame.up.high == 1


def test_two_epochs_have_no_epochs_between_them() -> None:
    [loss] = progress([{"epoch": epoch, "loss": 1.0 / epoch} for epoch in (1, 2)])

    assert isinstance(loss, Chart)
    assert loss.frame.across.ticks == (1, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0.971, "97.1 %"), (1.0, "100 %"), (0.9999, "99.99 %"), (0.0, "0 %"), (0.0002, "0.02 %")),
        (6e-16, "0 %"),  # what rounding leaves
    ],
)
def test_percentages_claim_no_more_than_they_know(value: float, text: str) -> None:
    assert percent(value).replace("\u202f", " ") == text


@given(st.floats(1e-7, 1 - 1e-7))
def test_only_nothing_and_all_are_written_as_such(value: float) -> None:
    text = percent(value).replace("\u202f", " ").removesuffix(" %")
    assert 0 < float(text) < 100
    assert float(text) == pytest.approx(100 * value, abs=0.051)


def test_figures_have_names_in_words() -> None:
    assert figure_name("tar@far=0.001").label.replace("\u202f", " ") == (
        "True accepts at 0.1 % false accepts"
    )
    assert figure_name("recall@5").label == "Recall at 5"
    assert figure_name("accuracy@20-way-1-shot").label == "20-way-1-shot"
    assert figure_name("accuracy@distance=0.5").label == "Accuracy at distance=0.5"
    assert figure_name("accuracy@instance=2").label == "Accuracy at item 2 of a class"
    assert figure_name("eer@skilled").label == "Equal error rate, skilled forgeries"
    assert figure_name("my_own_figure").label == "my own figure"
    assert [number(value) for value in (0.5, 1e-5, 12345.0, float("nan"))] == [
        "0.500",
        "1e-05",
        "12,345",
        "nan",
    ]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_small_thumbnail_is_the_picture_itself(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (channels, 8, 12), np.uint8)
    pixels[3:] = 255

    image = _decoded(thumbnail(pixels))

    assert image.size == (12, 8)
    assert (np.asarray(image.convert("RGB"))[..., 0] == pixels[0]).all()


def test_a_large_thumbnail_is_made_small_in_proportion() -> None:
    assert _decoded(thumbnail(np.zeros((3, 600, 1200), np.uint8))).size == (96, 48)


def test_two_channels_are_no_picture() -> None:
    with pytest.raises(ValueError, match="1, 3 or 4 channels, got 2"):
        thumbnail(np.zeros((2, 8, 8), np.uint8))


def _decoded(snippet: str) -> Image.Image:
    data = re.search(r'src="data:image/webp;base64,([^"]+)"', snippet)
    assert data is not None
    return Image.open(io.BytesIO(base64.b64decode(data[1])))


def test_a_constant_distance_draws_the_line_of_chance() -> None:
    chart = roc(rates(pairs([1, 0] * 50, [0.5] * 100, [0.5] * 100)))

    chance, curve = (
        np.float64(re.findall(r"([\d.]+) ([\d.]+)", mark.path)) for mark in chart.marks
    )
    assert np.interp(chance[:, 0], *curve.T) == pytest.approx(chance[:, 1], abs=1)


@pytest.mark.parametrize("columns", [("x", "y"), ("current", "voltage")])
def test_a_sequence_looks_alike_in_any_unit(columns):
    values = np.random.default_rng(0).normal(size=(50, 2))
    drawn = trace(Recording(columns, values))
    assert trace(Recording(columns, values * 2.0**-40)) == drawn
    assert "nan" not in trace(Recording(columns, values * 0))


def test_time_is_where_a_curve_goes_and_no_curve_of_its_own():
    level = np.array([0.0, 1.0, 0.0])
    early, even = np.array([0.0, 100.0, 1000.0]), np.array([0.0, 500.0, 1000.0])
    before, after = (
        _points(trace(Recording(("time", "level"), np.stack([time, level], axis=1))))
        for time in (early, even)
    )
    alone = _points(trace(recorded(level, "it")))
    assert len(before) == len(after) == len(alone) == 1
    # The peak is as high in each, at a tenth of the time and at half of it.
    peaks = [line[0][line[0][:, 1].argmin()] for line in (before, after, alone)]
    np.testing.assert_allclose([peak[0] for peak in peaks], [14.4, 60, 60], atol=1)
    np.testing.assert_allclose([peak[1] for peak in peaks], 3, atol=1)


def _points(drawn: str) -> list[np.ndarray]:
    lines = re.findall(r'points="([^"]+)"', drawn)
    return [np.array([point.split(",") for point in line.split()], float) for line in lines]
