"""Sequences in Python with named columns: mappings, and what data frames have in common."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from gemel.errors import ItemError
from gemel.inputs import SeriesInput, kind_of
from gemel.inputs.series import read_recording


class Column:
    """A stand-in for a column of pandas or Polars."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return self.values

    def __iter__(self):
        return iter(self.values)

    def to_numpy(self):
        return self.values


class Frame:
    """A stand-in for a data frame of pandas or Polars: iterating it gives no rows."""

    def __init__(self, **columns):
        self.columns = list(columns)
        self.held = {name: Column(values) for name, values in columns.items()}

    def __getitem__(self, name):
        return self.held[name]

    def to_numpy(self):
        raise AssertionError("columns are read one by one, since dates are among them")


CSV = b"Accel,Temp\n1,20\n2,21\n4,22.5\n"
COLUMNS = {"Accel": [1, 2, 4], "Temp": [20, 21, 22.5]}


@pytest.mark.parametrize("made", [dict, lambda columns: Frame(**columns)])
def test_named_columns_are_what_a_csv_of_them_is(made):
    read = SeriesInput(channels=("temp", "accel"))
    expected = read.read_with_digest(CSV)
    got = read.read_with_digest(made(COLUMNS))
    np.testing.assert_array_equal(got.values, expected.values)
    assert got.digest == expected.digest
    assert kind_of(made(COLUMNS)) == "series"


def test_dates_and_remarks_are_left_out_and_none_is_a_gap():
    dates = np.array(["2024-01-01T00:00:00", "2024-01-01T00:00:01"], "datetime64[ns]")
    table = Frame(day=dates, note=["on", ""], when=[datetime(2024, 1, 1)] * 2, x=[1.0, 2.0])
    assert read_recording(table).columns == ("x",)
    recording = read_recording({"x": [1, None, 3], "y": [1, 1, 1], "empty": [None] * 3})
    assert recording.columns == ("x", "y")
    assert recording.values[:, 0].tolist() == [1, 2, 3]
    assert recording.gaps_of(["x", "y"]) == 1


@pytest.mark.parametrize(
    "dates",
    [
        np.array(["2024-01-01T00:00:59", "NaT", "2024-01-01T00:01:01.5"], "datetime64[ns]"),
        [datetime(2024, 1, 1, 0, 0, 59), None, datetime(2024, 1, 1, 0, 1, 1, 500_000)],
        ["2024-01-01T00:00:59Z", "", "2024-01-01 01:01:01.5+01:00"],
        np.array([0, "NaT", 2500], "timedelta64[ms]"),
    ],
)
@pytest.mark.parametrize("made", [dict, lambda columns: Frame(**columns)])
def test_dates_and_durations_in_the_column_time_are_seconds(dates, made):
    recording = read_recording(made({"Time": dates, "x": [1.0, None, 6.0]}))
    assert recording.columns == ("time", "x")
    assert recording.values.tolist() == [[0, 1], [1.25, 3.5], [2.5, 6]]


def test_durations_are_seconds_in_any_unit_and_may_be_masked():
    pauses = np.ma.array([1000, 9, 3000], "timedelta64[ms]", mask=[False, True, False])
    assert read_recording({"pause": pauses}).values.ravel().tolist() == [1, 2, 3]


def test_columns_that_pandas_numbers_are_those_of_an_array():
    values = np.array([[1.0, 2.0], [3.0, 5.0]])
    frame = {number: values[:, number] for number in range(2)}
    assert read_recording(frame).columns == read_recording(values).columns == ("1", "2")
    assert read_recording({"Unnamed: 0": [0, 1], **frame}).columns == ("1", "2")
    assert read_recording({"time": [0, 1], **frame}).columns == ("time", "0", "1")


def test_what_a_column_masks_is_missing():
    recording = read_recording({"x": np.ma.masked_equal([0, -999, 2], -999)})
    assert recording.values.ravel().tolist() == [0, 1, 2]
    assert recording.gaps_of(["x"]) == 1


def test_a_column_of_a_frame_is_a_sequence_of_one_channel():
    assert kind_of(Column([1, 2, 5])) == "series"
    assert read_recording(Column([1, 2, 5])).values.tolist() == [[1], [2], [5]]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"x": [1, 2], "y": [1, 2, 3]}, "equally long, got 2 in x, 3 in y: fill gaps"),
        ({"x": [1, "b"]}, "column 'x' of the sequence must hold numbers and gaps alone"),
        ({"x": ["a", "b"]}, "must have a column of numbers, got x: add one"),
        ({}, "must have a column of numbers, got no column: add one"),
        ({"x": [1, 2], " X": [1, 2]}, "two columns 'x': rename one"),
        (
            {"x": [[1, 2], [3, 4]]},
            "column 'x' of the sequence must hold numbers and gaps alone, one",
        ),
        ({"x": [[1], [2, 3]]}, "column 'x' of the sequence must hold numbers and gaps alone, one"),
        ({"x": 1.0, "y": 2.0}, "column 'x' of the sequence must hold numbers and gaps alone, one"),
        ({"x": [1, 2], "y": None}, "column 'y' of the sequence must hold numbers and gaps alone"),
        (
            {"x": [1, 2], "on": np.array([np.True_, "?"], object)},
            "column 'on' of the sequence must hold numbers and gaps alone",
        ),
    ],
)
def test_what_cannot_be_read_is_told(table, told):
    with pytest.raises(ItemError, match=told):
        read_recording(table)


def test_an_array_for_named_channels_says_how_columns_are_named():
    read = SeriesInput(channels=("accel", "temp"))
    with pytest.raises(ItemError, match=r"got 1, 2 without names: name .* by a frame or dict"):
        read.read(np.ones((5, 2)))
