"""Every format of a sequence: what is read, what is refused, and rubbish never crashes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.errors import ItemError
from gemel.inputs.series import read_recording, recorded
from gemel.inputs.series.delimited import parse_delimited
from gemel.inputs.series.pen import SIG_HEADER, parse_sig, parse_strokes
from gemel.inputs.series.ts import parse_ts

TS = "#a remark\n@problemName X\n@timeStamps false\n@classLabel true a b\n@data\n"
SIG = f"{SIG_HEADER}\nDataSize: 3\n10 20 0 5 0\n11 21 10 6 1\n12 22 90 7 0\n"


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


class TestFormats:
    def test_a_csv_may_name_its_channels(self):
        recording = read_recording(b"X; Pressure\n1;2\n3;4.5\n")
        assert recording.columns == ("x", "pressure")
        assert recording.values.tolist() == [[1, 2], [3, 4.5]]

    @pytest.mark.parametrize("content", [b"X;Y\n1,5;2\n3;-4,25", b"x\ty\n1,5\t2\n3\t-4,25\n"])
    def test_a_comma_may_be_the_point_of_a_number(self, content):
        recording = read_recording(content)
        assert recording.columns == ("x", "y")
        assert recording.values.tolist() == [[1.5, 2], [3, -4.25]]

    def test_between_commas_a_comma_is_no_point_since_it_may_part_thousands(self):
        with pytest.raises(ItemError, match=r"line 2 of .* must hold numbers, got '1,234'"):
            read_recording(b'x,y\n"1,234",2\n3,4\n')

    def test_names_may_hold_what_separates_no_numbers(self):
        recording = read_recording(b"time; s,x\n1,2\n3,4\n")
        assert recording.columns == ("time; s", "x")

    def test_channels_may_have_numbers_for_names(self):
        recording = read_recording(b"time,0,1\n0,1,2\n1,3,4\n")
        assert recording.columns == ("time", "0", "1")
        assert recording.values.tolist() == [[0, 1, 2], [1, 3, 4]]

    def test_columns_of_dates_and_remarks_are_left_out(self):
        recording = read_recording(
            b"timestamp,acc x,note\n2024-01-01T00:00:00,1,on\n2024-01-01T00:00:01,2,\n"
        )
        assert recording.columns == ("acc x",)
        assert recording.values.tolist() == [[1], [2]]
        assert recording.wordy == ("timestamp", "note")

    @pytest.mark.parametrize("separator", [",", ";"])
    def test_iso_dates_in_the_column_time_are_seconds_since_the_first(self, separator):
        rows = ["Time,x", "2024-05-31 23:59:59.5,1", ",2", "2024-06-01T00:00:01.75,4"]
        recording = read_recording("\n".join(rows).replace(",", separator).encode())
        assert recording.columns == ("time", "x")
        assert recording.values.tolist() == [[0, 1], [1.125, 2], [2.25, 4]]
        assert recording.wordy == ()

    def test_a_column_time_of_which_a_cell_is_no_date_is_left_out(self):
        recording = read_recording(b"time,x\n2024-05-31,1\nnoon,2\n")
        assert (recording.columns, recording.wordy) == (("x",), ("time",))

    def test_an_index_that_pandas_names_is_no_column_without_numbers(self):
        recording = read_recording(b"Unnamed: 0,x,note\n0,1,on\n1,2,\n")
        assert (recording.columns, recording.wordy) == (("x",), ("note",))

    @pytest.mark.parametrize("content", [b"1,2\n3,4", b"1\t2\n3\t4\n", b" 1  2\n 3 4\n"])
    def test_columns_without_names_are_counted(self, content):
        recording = read_recording(content)
        assert recording.columns == ("1", "2")
        assert recording.values.tolist() == [[1, 2], [3, 4]]

    @pytest.mark.parametrize(
        "content", [b"x,y,\n1,2,\n3,4,\n", b"x,y\n1,2,\n3,4,\n", b"x,y,\n1,2\n3,4\n"]
    )
    def test_separators_at_the_end_of_lines_make_no_column(self, content):
        recording = read_recording(content)
        assert recording.columns == ("x", "y")
        assert recording.values.tolist() == [[1, 2], [3, 4]]
        assert read_recording(content.split(b"\n", 1)[1]).columns == ("1", "2")

    def test_true_and_false_are_numbers_as_in_arrays(self):
        recording = read_recording(b"x,down\n1,True\n2,False\n")
        assert recording.columns == ("x", "down")
        assert recording.values.tolist() == [[1, 1], [2, 0]]

    @pytest.mark.parametrize("name", [b"", b"Unnamed: 0"])
    def test_the_index_that_pandas_writes_is_no_channel(self, name):
        assert read_recording(name + b",x\n0,1\n2,3\n").columns == ("x",)

    def test_columns_that_pandas_numbers_are_counted_from_1_and_no_sample(self):
        recording = read_recording(b",0,1\n0,5,6\n1,7,8\n")
        assert recording.columns == ("1", "2")
        assert recording.values.tolist() == [[5, 6], [7, 8]]
        assert read_recording(b",2020,2021\n0,5,6\n1,7,8\n").columns == ("2020", "2021")
        assert read_recording(b",2020\n4,6\n3,8\n").columns == ("1", "2")
        with pytest.raises(ItemError, match="column 1 holds numbers and has no name"):
            read_recording(b",0,1\n4,5,6\n3,7,8\n")

    @pytest.mark.parametrize(
        "content",
        [
            b"sep=;\nx;y\n1;2\n3;4\n",
            b"sep=,\r\nx,y\r\n1,2\r\n3,4\r\n",
            b"x|y\n1|2\n3|4\n",
            b"# x,y\n1,2\n3,4\n",
            b"# x y\n1 2\n3 4\n",
            b"#\n# x,y\n#\n1,2\n3,4\n",
            b"# by hand\n#x,y\n1,2\n3,4\n# the end\n",
            b"# a, remark\nx,y\n1,2\n3,4\n",
            b",\nx,y\n1,2\n3,4\n",
        ],
    )
    def test_what_spreadsheets_and_numpy_write_above_the_numbers(self, content):
        recording = read_recording(content)
        assert recording.columns == ("x", "y")
        assert recording.values.tolist() == [[1, 2], [3, 4]]

    def test_other_comments_name_no_column(self):
        for comment in (b"# a remark, of, commas", b"# 1,2", b"#"):
            assert read_recording(comment + b"\n1,2\n3,4\n").columns == ("1", "2")
        assert read_recording(b"# anna\n1\n2\n").columns == ("1",)

    def test_an_array_of_any_number_type_and_npy_agree(self):
        numbers = np.arange(6, dtype=np.int16).reshape(3, 2)
        array, file = read_recording(numbers), read_recording(npy(numbers))
        np.testing.assert_array_equal(array.values, file.values)
        assert array.values.dtype == np.float64

    def test_a_list_of_numbers_or_of_samples_is_as_an_array(self):
        for values in ([1, 2.5, 4], [[1, 2], [3, 4]], ((1, 2), (3, 4))):
            read, array = read_recording(values), read_recording(np.array(values))
            np.testing.assert_array_equal(read.values, array.values)

    def test_what_spreadsheets_save_as_unicode_is_read(self):
        recording = read_recording("a,b\n1,2\n3,4\n".encode("utf-16"))
        assert recording.columns == ("a", "b")

    def test_a_ts_file_of_one_series_is_an_item(self):
        recording = read_recording((TS + "1,2,3:4,5,6:b\n").encode())
        assert recording.values.tolist() == [[1, 4], [2, 5], [3, 6]]

    def test_a_signature_counts_its_strokes(self):
        recording = read_recording(SIG.encode())
        assert recording.columns == ("x", "y", "time", "pressure", "stroke")
        # The second sample is the last of its stroke, so the third is of the next.
        assert recording.values[:, 4].tolist() == [0, 0, 1]
        assert recording.values[2, :4].tolist() == [12, 22, 90, 7]

    def test_a_tablets_clock_that_begins_anew_goes_on(self):
        """It counts microseconds in 32 bits; the second sample was taken before it began anew."""
        turned = SIG.replace("11 21 10 6 1", "11 21 4294977.296 6 1")
        recording = read_recording(turned.encode())
        assert recording.values[:, 2].round(3).tolist() == [0, 10, 90]

    def test_strokes_are_one_recording(self):
        recording = read_recording(b"START\n1,-2,0\n3,-4,10\nBREAK\n5,-6,30\nBREAK\n")
        assert recording.columns == ("x", "y", "time", "stroke")
        assert recording.values.tolist() == [[1, -2, 0, 0], [3, -4, 10, 0], [5, -6, 30, 1]]

    def test_the_content_decides_and_not_the_name(self, tmp_path):
        path = tmp_path / "signature.csv"
        path.write_text(SIG)
        assert read_recording(path).columns[3] == "pressure"


class TestGaps:
    """Missing numbers lie on the line between their neighbours."""

    @pytest.mark.parametrize("hole", ["", "NaN", "NA", "n/a", "null", "#N/A", "?", " - "])
    def test_a_gap_may_be_written_in_many_ways(self, hole):
        recording = read_recording(f"x,y\n1,2\n3,{hole}\n5,6\n".encode())
        assert recording.values.tolist() == [[1, 2], [3, 4], [5, 6]]
        assert (recording.gaps_of(["x"]), recording.gaps_of(["y", "x"])) == (0, 1)

    def test_in_the_first_line_it_is_no_name(self):
        recording = read_recording(b"NA,1\n2,3\n4,5\n")
        assert recording.columns == ("1", "2")
        assert recording.values.tolist() == [[2, 1], [2, 3], [4, 5]]
        assert read_recording(b"#N/A,1\n2,3\n4,5\n").values.tolist() == [[2, 1], [2, 3], [4, 5]]

    def test_a_line_goes_by_the_time_where_there_is_one(self):
        recording = read_recording(b"time,x\n0,0\n1,\n,\n10,10\n")
        # The unknown time lies half way between 1 and 10.
        assert recording.values.tolist() == [[0, 0], [1, 1], [5.5, 5.5], [10, 10]]

    @settings(max_examples=50, deadline=None)
    @given(st.integers(2, 30), st.integers(0, 2**32 - 1))
    def test_of_a_straight_line_through_time_nothing_is_lost(self, samples, seed):
        generator = np.random.default_rng(seed)
        time = generator.uniform(0.1, 2, samples).cumsum()
        line, other = 3 * time - 5, generator.normal(size=samples)
        holes = generator.random(samples) < 0.5
        holes[[0, -1]] = False
        values = np.column_stack([time, np.where(holes, np.nan, line), other])
        recording = recorded(values, "it", ("time", "x", "y"))
        np.testing.assert_allclose(recording.values, np.column_stack([time, line, other]))
        assert recording.gaps_of(["x"]) == holes.sum()

    def test_arrays_padded_with_nan_end_where_their_numbers_do(self):
        hole = np.nan
        values = [[hole, hole], [1, hole], [hole, 5], [3, 7], [hole, hole]]
        recording = read_recording(np.array(values))
        assert recording.values.tolist() == [[1, 5], [2, 5], [3, 7]]
        assert recording.gaps_of(recording.columns) == 4

    def test_the_time_of_samples_without_numbers_does_not_keep_them(self):
        assert len(read_recording(b"time,x\n0,\n1,5\n2,6\n3,\n")) == 2

    def test_a_channel_without_numbers_is_not_there(self):
        recording = read_recording(np.array([[1, np.nan, 3], [4, np.nan, 6]]))
        assert recording.columns == ("1", "3")
        with pytest.raises(ItemError, match="must have a channel '2' with numbers, got 1, 3"):
            recording.column("2", "it")

    def test_what_an_array_masks_is_missing(self):
        masked = np.ma.masked_equal([0, -999, 2], -999)
        assert read_recording(masked).values.ravel().tolist() == [0, 1, 2]
        samples = [np.ma.array([1, n], mask=[False, n == 9]) for n in (2, 9, 4)]
        assert read_recording(samples).values[:, 1].tolist() == [2, 3, 4]

    def test_the_given_array_is_left_as_it_was(self):
        values = np.array([1.0, np.nan, 3.0])
        read_recording(values)
        assert np.isnan(values[1])


class TestRefused:
    @pytest.mark.parametrize(
        ("raw", "sentence"),
        [
            (b"", "is empty"),
            (b"1,2\n3\n", "line 2 of the sequence must have 2 cells like line 1, got 1"),
            (b"x\n1,5\n2,5\n", "must have 1 cell like line 1, got 2: .* comma is a decimal point"),
            (b"x,y\n1,2,3\n4,5,6\n", "must have 2 cells like line 1, got 3: give every column a"),
            (b"x,y,\n1,2,3\n4,5,6\n", "column 3 holds numbers and has no name: give it one"),
            (b",x\n2,1\n1,3\n", "column 1 holds numbers and has no name"),
            (b"x,y\n#DIV/0!,2\n3,4\n", "line 2 of the sequence must hold numbers, got '#DIV/0!'"),
            (b"# a remark\n", "is empty: it must hold a line per sample"),
            ("größe,x\n1,2\n3,4\n".encode("latin-1"), "must be UTF-8, and line 1 is not: save it"),
            (b"nan\nnan\n1\n", "at least two samples to be a sequence, got 1"),
            (b"1,2\n3,x\n", "line 2 of the sequence must hold numbers, got 'x'"),
            (b"x,y\n3,4\n1,inf\n-inf,2\n", "got inf in sample 2 of channel 'y', and 1 more"),
            (b"1.O,2\n3,4\n", "line 1 of the sequence must hold numbers, got '1.O'"),
            (b"Monday,2\nTuesday,4\n", "line 1 of the sequence must hold numbers, got 'Monday'"),
            (b"1_0,2\n3,4\n", "line 1 of the sequence must hold numbers, got '1_0'"),
            (b"when,what\nMonday,rain\n", "line 2 of the sequence must hold numbers, got 'Monday'"),
            (b"x,y,x\n1,2,3\n4,5,6\n", "has two columns 'x': rename one"),
            (b"1,2,3\n", "got 1 of 3 channels: give each sample a row of its own, or remove it"),
            (b"7\n", "at least two samples to be a sequence, got 1"),
            (b"x,y\n", "at least two samples to be a sequence, got 0"),
            (b"\x89PNG\r\n\x1a\n\x00", "not a sequence that can be read, whatever its name"),
            (b"\x93NUMPYrubbish", "not a .npy file of numbers"),
            (npy(np.zeros((2, 2, 2))), r"must have the shape .*, got \(2, 2, 2\)"),
            (npy(np.array(["a", "b"])), "must hold real numbers, got the type <U1"),
            (npy(np.array([1j, 2])), "must hold real numbers"),
            (npy(np.array([None, 2])), "save each sequence as an array of numbers"),
            (np.array([None, 2]), "array of numbers, got one of objects: if these are sequences"),
            ((TS + "1,2:a\n3,4:b\n").encode(), "must hold one series to be an item, got 2"),
        ],
    )
    def test_with_one_sentence(self, raw, sentence):
        with pytest.raises(ItemError, match=sentence) as refused:
            read_recording(raw)
        assert "\n" not in str(refused.value)

    def test_a_file_is_named(self, tmp_path):
        (tmp_path / "a.csv").write_text("1\n")
        for name, sentence in [("a.csv", "at least two"), ("b.csv", "does not exist")]:
            with pytest.raises(ItemError, match=f"{name}.*{sentence}"):
                read_recording(tmp_path / name)
        with pytest.raises(ItemError, match="is a folder"):
            read_recording(tmp_path)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (("DataSize: 3", "DataSize: 4"), "as many samples as its second line says"),
            (("10 20 0 5 0", "10 20 0 5"), "line 3 of it must be x y time pressure end"),
            (("11 21", "11 nan"), "line 4 of it"),
        ],
    )
    def test_a_damaged_signature(self, change, sentence):
        with pytest.raises(ItemError, match=sentence):
            parse_sig(SIG.replace(*change), "it")

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("@classLabel true a\n1,2:a\n", "line 2 of it must be a header line"),
            ("@classLabel true a\n", "must have a line @data"),
            ("@classLabel maybe\n@data\n", "line 1 of it must read @classLabel true"),
            ("@classLabel true\n@data\n", "line 1 of it must read @classLabel true"),
            (TS.replace("Stamps false", "Stamps true"), "time stamps are not read"),
            (TS + "1,2:c\n", "line 6 of it must end with one of the labels a, b, got 'c'"),
            (TS + "1,2:1:a\n", "must be equally long, got 1 and 2 samples"),
            (TS + "1,zwei:a\n", "line 6 of it must hold numbers separated by commas"),
        ],
    )
    def test_a_damaged_ts(self, text, sentence):
        with pytest.raises(ItemError, match=sentence):
            list(parse_ts(text, "it"))

    @pytest.mark.parametrize(
        ("header", "series", "sentence"),
        [
            ("@dimension 2", "1,2", "line 3 of it must have 2 channels, as .* @dimension 2, got 1"),
            ("@dimensions 1", "1,2:3,4", "must have 1 channel, as .* got 2 channels"),
            ("@univariate false", "1,2", "must have 2 channels or more, as .* got 1 channel"),
            ("@univariate true", "1,2:3,4", "must have 1 channel, as .*univariate true, got 2"),
            ("@equalLength true", "1,2\n1,2,3", "line 4 of it must have 2 samples .* got 3"),
            ("@dimension two", "1,2", "line 1 of it must read @dimension and a number"),
            ("@equalLength", "1,2", "line 1 of it must read @equalLength true"),
        ],
    )
    def test_a_ts_that_contradicts_its_header(self, header, series, sentence):
        with pytest.raises(ItemError, match=sentence):
            list(parse_ts(f"{header}\n@data\n{series}\n", "it"))

    def test_missing_numbers_of_a_ts_are_nan(self):
        ((series, label),) = parse_ts(TS + "1,?,3:a\n", "it")
        assert label == "a"
        assert np.isnan(series[1, 0])

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "must begin with a line START"),
            ("1,2,3\nBREAK\n", "must begin with a line START"),
            ("START\nBREAK\n", "must hold a stroke"),
            ("START\n1,2\nBREAK\n", "line 2 of it must be x,y,t or BREAK, got '1,2'"),
            ("START\n1,2,3\n1,2,nan\n", "line 3 of it"),
            ("START\n1,2,x\n", "line 2 of it"),
        ],
    )
    def test_damaged_strokes(self, text, sentence):
        with pytest.raises(ItemError, match=sentence):
            parse_strokes(text, "it")


def test_what_follows_the_last_break_is_a_stroke_and_nothing_is_none():
    assert len(parse_strokes("START\nBREAK\n1,2,3\r\nBREAK\nBREAK\n4,5,6", "it")) == 2


rubbish = st.one_of(
    st.binary(max_size=80),
    st.text("0123456789.,;:?@#-+e \n\tnaif", max_size=80).map(str.encode),
)
BEGINNINGS = [b"", b"START\n", TS.encode(), SIG_HEADER.encode() + b"\nDataSize: 1\n", b"\x93NUMPY"]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BEGINNINGS), rubbish)
def test_rubbish_is_a_sentence_or_finite_numbers(beginning, content):
    try:
        recording = read_recording(beginning + content)
    except ItemError:
        return
    assert len(recording) >= 2
    assert recording.values.shape == (len(recording), len(recording.columns))
    assert np.isfinite(recording.values).all()


numbers = st.floats(-1e9, 1e9, allow_nan=False)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=20))
def test_what_is_written_as_csv_is_read_again(rows):
    text = "\n".join(f"{a!r},{b!r}" for a, b in rows)
    assert parse_delimited(text, "it").values.tolist() == [list(row) for row in rows]


def test_names_may_hold_spaces():
    read = parse_delimited("heart rate;blood pressure level\n1;2\n3;4", "it")
    assert read.columns == ("heart rate", "blood pressure level")
    assert parse_delimited("1 2\n3 4", "it").columns == ("1", "2")


def test_a_file_that_is_too_large_for_an_item_is_not_read(tmp_path, monkeypatch):
    (tmp_path / "long.csv").write_text("1,2\n3,4\n5,6\n", "utf-8")
    monkeypatch.setattr("gemel.inputs.series.read.MOST_BYTES", 4)
    with pytest.raises(ItemError, match=r"long\.csv' is larger than the 0 MB that are read"):
        read_recording(tmp_path / "long.csv")
    with pytest.raises(ItemError, match="is a folder where a sequence was expected"):
        read_recording(tmp_path)
