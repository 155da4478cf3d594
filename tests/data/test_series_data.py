"""Series from archives and folders: what is read, what is refused, what is counted."""

from __future__ import annotations

import os
import zipfile

import numpy as np
import pytest

from gemel.data import open_data, pack
from gemel.data.builtins.ucr import open_ucr
from gemel.errors import DataError
from gemel.inputs import SeriesInput

HEAD = "@univariate true\n@classLabel true a b\n@data\n"


def set_of_the_archive(folder):
    (folder / "Set_TRAIN.ts").write_text(HEAD + "1,2,3:a\n2,3,4:a\n9,8:b\n")
    (folder / "Set_TEST.ts").write_text(HEAD + "1,2,4:a\n9,7,7:b\n")


def test_a_folder_of_the_archive_has_its_test_items(tmp_path):
    set_of_the_archive(tmp_path)
    data = open_data(tmp_path)
    assert (data.kind, data.label_names, data.labels.tolist()) == (
        "series",
        ("a", "b"),
        [0, 0, 1, 0, 1],
    )
    assert data.split.tolist() == [-1, -1, -1, 2, 2]
    assert data.items.name(3) == "test/0"
    assert data.items.raw(2).ravel().tolist() == [9, 8]


def test_a_ts_file_alone_is_divided_by_gemel(tmp_path):
    (tmp_path / "waves.ts").write_text(HEAD + "1,2:a\n2,3:a\n9,8:b\n")
    assert open_data(tmp_path / "waves.ts").split is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("@classLabel true a\n1,2:a\n", "line 2 of .* must be a header line"),
        ("@classLabel false\n@data\n1,2\n", "must hold series with labels"),
        (HEAD, "got 0 series"),
        (HEAD + "1,2:a\n3,x:b\n", "line 5 of .* must hold numbers"),
    ],
)
def test_a_broken_archive_is_one_sentence(tmp_path, text, sentence):
    (tmp_path / "bad.ts").write_text(text)
    with pytest.raises(DataError, match=sentence):
        open_data(tmp_path / "bad.ts")


def test_class_folders_of_sequences_are_seen_for_what_they_are(tmp_path):
    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        for number in range(12):
            rows = np.random.default_rng(number).normal(size=(4 + number, 2))
            np.savetxt(
                tmp_path / label / f"{number}.csv", rows, delimiter=",", header="x,z", comments=""
            )
    (tmp_path / "a" / "0.csv").write_text("x,z\n1,inf\n2,3\n")
    data = open_data(tmp_path)
    assert data.kind == "series"
    packed = pack(data, SeriesInput(channels=("x", "z")), cache=tmp_path / "cache")
    assert packed.lengths.tolist()[1] == 4 + 1
    ((name, reason),) = packed.unreadable
    assert name == "a/0.csv"
    assert "finite, got inf in sample 1 of channel 'z'" in reason
    assert "1 of 24 items cannot be read" in packed.notices[0]


def test_gaps_are_filled_and_told_of_once(tmp_path):
    series = [np.arange(6.0), np.array([0, np.nan, np.nan, 3, np.nan]), np.array([np.nan, 1, 2])]
    for number, values in enumerate(series):
        for label in ("a", "b"):
            (tmp_path / label).mkdir(exist_ok=True)
            np.save(tmp_path / label / f"{number}.npy", values)
    data, input = open_data(tmp_path), SeriesInput(channels=("1",), normalise="none")
    for _ in range(2):  # from the cache too
        packed = pack(data, input, cache=tmp_path / "cache")
        assert packed[np.array([1])].values[0, :, 0].tolist() == [0, 1, 2, 3]
        (told,) = packed.notices
        assert told.startswith("8 samples of 4 of 6 sequences have no numbers in some channel")
    clean = SeriesInput(channels=("1",), normalise="none").read(np.array([0.0, 1, 2, 3]))
    np.testing.assert_array_equal(input.read(tmp_path / "a" / "1.npy"), clean)


@pytest.mark.skipif("GEMEL_DATA" not in os.environ, reason="needs the original archives")
@pytest.mark.parametrize("name", ["gunpoint", "japanese-vowels"])
def test_sets_at_hand_are_as_published(name):
    data = open_data(name)
    expected = {"gunpoint": (200, 2, 150), "japanese-vowels": (640, 9, 370)}[name]
    assert (len(data), len(data.label_names), int((data.split == 2).sum())) == expected


def test_a_set_that_is_unpacked_is_whole_or_not_there(tmp_path, monkeypatch):
    text = "@classLabel true a b\n@data\n1,2,3:a\n3,2,1:b\n2,2,3:a\n3,1,1:b\n"
    home = tmp_path / "data" / "timeseries"
    home.mkdir(parents=True)
    with zipfile.ZipFile(home / "Tiny.zip", "w") as archive:
        for side in ("TRAIN", "TEST"):
            archive.writestr(f"Tiny_{side}.ts", text)
    monkeypatch.delenv("GEMEL_DATA", raising=False)
    monkeypatch.setenv("GEMEL_CACHE", str(tmp_path))

    def killed(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            open_ucr("Tiny")
    assert not [path for path in (home / "Tiny").iterdir() if path.is_file()]
    assert len(open_ucr("Tiny")) == 8
