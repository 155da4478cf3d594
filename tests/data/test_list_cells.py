"""Sequences that stand in the cells of a table, as lists of numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gemel.data import open_data, pack
from gemel.errors import DataError
from gemel.inputs import SeriesInput

SOUND = [
    {"item": [float(n), n + 1.0, n + 2.5], "label": "ab"[n % 2]} for n in range(40)
]  # of one channel


def parquet_of(folder, records, name="t.parquet"):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(records), folder / name)
    return folder / name


def jsonl_of(folder, records):
    (folder / "t.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    return folder / "t.jsonl"


@pytest.mark.parametrize("written", [parquet_of, jsonl_of])
def test_a_list_in_a_cell_is_a_sequence(tmp_path, written):
    data = open_data(written(tmp_path, SOUND))
    assert (data.kind, data.label_names, len(data)) == ("series", ("a", "b"), 40)
    assert data.items.name(2) == "row 3"
    assert data.items.raw(2).tolist() == [2.0, 3.0, 4.5]


def test_lists_of_lists_are_samples_of_channels_and_lengths_may_differ(tmp_path):
    pytest.importorskip("pyarrow")
    records = [{"item": [[n, sample] for sample in range(3 + n)], "label": n % 2} for n in range(6)]
    data = open_data(parquet_of(tmp_path, records))
    packed = pack(
        data, SeriesInput(channels=("1", "2"), normalise="none"), cache=tmp_path / "cache"
    )
    assert packed.lengths.tolist() == [3, 4, 5, 6, 7, 8]
    assert packed[np.array([5])].values[0].tolist() == [[5, sample] for sample in range(8)]


def test_rows_that_hold_no_sequence_are_listed_by_their_row_and_counted(tmp_path):
    broken = [None, [], [1.0], [1.0, float("nan")], [1.0, float("inf"), 3.0]]
    records = [*SOUND * 5, *({"item": item, "label": "a"} for item in broken)]
    data = open_data(parquet_of(tmp_path, records))
    packed = pack(data, SeriesInput(channels=("1",)), cache=tmp_path / "cache")
    assert [name for name, _ in packed.unreadable] == [f"row {n}" for n in range(201, 206)]
    reasons = [reason for _, reason in packed.unreadable]
    assert "row 201 must hold a list of numbers, got nothing" in reasons[0]
    assert "at least two samples" in reasons[1]
    assert "at least two samples" in reasons[2]
    assert "at least two samples" in reasons[3]
    assert "must be finite, got inf in sample 2" in reasons[4]
    assert packed.notices[0].startswith("5 of 205 items cannot be read (row 201 must hold")
    assert "row 202: " in packed.notices[0]


def test_what_is_missing_in_a_list_is_a_gap(tmp_path):
    lists = [[[0, 1], None, [4, 5]], [[0, 1], [2, None], [4, 5]], [[0, 1], [2, 3], [4, 5]]]
    data = open_data(
        jsonl_of(tmp_path, [{"item": each, "label": n % 2} for n, each in enumerate(lists)])
    )
    packed = pack(data, SeriesInput(channels=("1", "2")), cache=tmp_path / "cache")
    values = packed[np.arange(3)].values
    np.testing.assert_array_equal(values[:2], values[[2, 2]])
    assert packed.notices[0].startswith("2 samples of 2 of 3 sequences have no numbers")


def test_ragged_samples_and_words_are_refused_by_row(tmp_path):
    broken = [[[1, 2], [3]], ["one", "two"], 7, {"x": [1]}]
    records = [*SOUND, *({"item": item, "label": "a"} for item in broken)]
    data = open_data(jsonl_of(tmp_path, records))
    with pytest.raises(DataError, match=r"4 of 44 items cannot be read \(row 41 must hold a list"):
        pack(data, SeriesInput(channels=("1",)), cache=tmp_path / "cache")


def test_in_pairs_equal_lists_are_one_item(tmp_path):
    one, two, three = [1.0, 2.0], [5.0, 5.0, 5.0], [[1.0, 2.0], [3.0, 4.0]]
    pairs = [(one, two, 1), (two, three, 0), (two, one, 1), (one, three, 0)]
    records = [dict(zip(("left", "right", "same"), pair, strict=True)) for pair in pairs]
    data = open_data(jsonl_of(tmp_path, records))
    names = [data.items.name(index) for index in range(len(data))]
    assert names == ["left of row 1", "left of row 2", "right of row 2"]
    assert data.pairs.left.tolist() == [0, 1, 0]
    assert data.pairs.right.tolist() == [1, 2, 2]
    assert data.notices == ("1 row that repeats an earlier one is left out.",)


def test_lists_are_no_texts_and_stand_beside_no_files(tmp_path):
    path = jsonl_of(tmp_path, SOUND)
    with pytest.raises(DataError, match="items of the kind text were asked for"):
        open_data(path, kind="text")
    beside = jsonl_of(tmp_path, [{"left": [1, 2], "right": "a.png", "same": 1}])
    with pytest.raises(DataError, match="none in the column right"):
        open_data(beside)


def test_the_fingerprint_follows_the_numbers(tmp_path):
    first = open_data(jsonl_of(tmp_path, SOUND)).fingerprint()
    assert open_data(jsonl_of(tmp_path, SOUND)).fingerprint() == first
    changed = [{"item": [0.0, 1.0, 2.6], "label": "a"}, *SOUND[1:]]
    assert open_data(jsonl_of(tmp_path, changed)).fingerprint() != first
