"""Built-in sets from archives made here in the original formats, and from the originals."""

from __future__ import annotations

import gzip
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from archives import drawings, png, zipped

from gemel.data import TEST, open_data
from gemel.data.builtins.idx import FILES, read_idx
from gemel.data.builtins.omniglot_runs import runs
from gemel.errors import DataError, ItemError


def idx(array: np.ndarray) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes((0, 0, 8, array.ndim)) + sizes + array.astype(np.uint8).tobytes()


def test_digits_keep_seven_eight_and_nine_for_the_test():
    sklearn = pytest.importorskip("sklearn.datasets")
    data = open_data("digits")
    found = sklearn.load_digits()
    assert len(data) == 1797
    # 16 levels: 16 → 255, 8 → 127.5, rounded to even 128.
    np.testing.assert_array_equal(data.items.raw(5), np.rint(found.images[5] * 255 / 16))
    assert data.items.raw(5).dtype == np.uint8
    assert set(data.labels[data.split == TEST]) == {7, 8, 9}
    assert set(data.labels[data.split == -1]) == set(range(7))


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_files(shelf, name):
    (shelf / name).mkdir()
    arrays = [np.arange(24).reshape(6, 2, 2), np.arange(6), np.arange(8).reshape(2, 2, 2), [9, 0]]
    for file, array in zip(FILES, arrays, strict=True):
        (shelf / name / file).write_bytes(gzip.compress(idx(np.array(array))))
    data = open_data(name)
    assert len(data) == 8
    assert data.labels.tolist() == [0, 1, 2, 3, 4, 5, 9, 0]
    assert data.split.tolist() == [-1] * 6 + [TEST] * 2
    assert (data.items.name(5), data.items.name(7)) == ("train/5", "test/1")
    assert data.items.raw(7).tolist() == [[4, 5], [6, 7]]
    assert len(data.label_names) == 10
    if name == "mnist":
        inverted = open_data("mnist-dark-on-light")
        assert inverted.items.raw(7).tolist() == [[251, 250], [249, 248]]
        assert inverted.labels.tolist() == data.labels.tolist()
        assert inverted.fingerprint() != data.fingerprint()


@pytest.mark.parametrize(("train", "test"), [(2, 6), (6, 6)])
def test_train_and_test_files_in_each_others_place(shelf, train, test):
    (shelf / "mnist").mkdir()
    arrays = [np.zeros((train, 2, 2)), np.zeros(train), np.zeros((test, 2, 2)), np.zeros(test)]
    for file, array in zip(FILES, arrays, strict=True):
        (shelf / "mnist" / file).write_bytes(idx(array))
    with pytest.raises(DataError, match=rf"got {test} and {train}: one is in place of"):
        open_data("mnist")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        gzip.compress(idx(np.zeros((3, 2))), mtime=0)[:-9],
        idx(np.zeros((3, 2)))[:-1],
        b"\0\0\x08\x03\0",
    ],
)
def test_a_damaged_idx_file(tmp_path, content):
    path = tmp_path / "train.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"train.gz' is not a whole idx file"):
        read_idx(path)


@pytest.mark.parametrize(
    "shapes", [[(6, 2, 2), (5,), (2, 2, 2), (2,)], [(6, 2, 2), (6,), (0, 2, 2), (0,)]]
)
def test_idx_files_that_do_not_belong_together_or_are_empty(shelf, shapes):
    (shelf / "mnist").mkdir()
    for file, shape in zip(FILES, shapes, strict=True):
        (shelf / "mnist" / file).write_bytes(idx(np.zeros(shape)))
    with pytest.raises(DataError, match="must hold a label of 10 for every picture"):
        open_data("mnist")


@pytest.fixture
def omniglot(shelf) -> Path:
    home = shelf / "omniglot"
    zipped(home / "images_background.zip", drawings("images_background", ["Greek", "Latin"]))
    zipped(home / "images_evaluation.zip", drawings("images_evaluation", ["Tengwar"]))
    return home


def test_omniglot_is_read_without_unpacking(omniglot):
    data = open_data("omniglot")
    assert len(data) == 12
    assert data.label_names[:2] == ("Greek/character01", "Greek/character02")
    assert data.group_names == ("Greek", "Latin", "Tengwar")
    assert data.split.tolist() == [-1] * 8 + [TEST] * 4
    assert data.items.name(1) == "Greek/character01/0001_07.png"
    assert data.items.raw(1) == png(17)
    assert data.maker_names == ("01", "07")
    assert data.makers.tolist() == [0, 1] * 6
    assert sorted(path.name for path in omniglot.iterdir()) == [
        "images_background.zip",
        "images_evaluation.zip",
    ]


@pytest.mark.usefixtures("omniglot")
def test_zip_members_can_be_read_from_many_threads():
    items = open_data("omniglot").items
    alone = [items.raw(index) for index in range(12)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(items.raw, list(range(12)) * 50))
    assert together == alone * 50


def test_damaged_zips(omniglot):
    path = omniglot / "images_background.zip"
    whole = path.read_bytes()
    member = b"Greek/character01/0001_07.png"
    start = whole.index(member) + len(member)
    # A block of no kind there is; another content, with the same length.
    for place, byte in ((start, 0xFF), (start + 20, whole[start + 20] ^ 0xFF)):
        path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
        with pytest.raises(ItemError, match=r"images_background.zip' is damaged"):
            open_data("omniglot").items.raw(1)
    path.write_bytes(whole[:-40])
    with pytest.raises(DataError, match="not a whole zip archive"):
        open_data("omniglot")
    zipped(path, {"readme.txt": b""})
    with pytest.raises(DataError, match="holds no drawings"):
        open_data("omniglot")
    path.write_bytes((omniglot / "images_evaluation.zip").read_bytes())
    with pytest.raises(DataError, match="must hold the folder images_background, and holds images"):
        open_data("omniglot")
    zipped(path, run_members())  # another of Omniglot's archives under this one's name
    with pytest.raises(DataError, match="holds no drawings"):
        open_data("omniglot-koch")


def run_members() -> dict[str, bytes]:
    members = {}
    for run in range(1, 21):
        name = f"run{run:02d}"
        for number in range(1, 21):
            members[f"{name}/test/item{number:02d}.png"] = b"test %d" % number
            members[f"{name}/training/class{number:02d}.png"] = b"class %d" % number
        # Test item i belongs to class 21 − i.
        members[f"{name}/class_labels.txt"] = "".join(
            f"{name}/test/item{i:02d}.png {name}/training/class{21 - i:02d}.png\n"
            for i in range(1, 21)
        ).encode()
    return members


class TestRuns:
    def test_twenty_runs(self, shelf):
        zipped(shelf / "omniglot" / "all_runs.zip", run_members())
        found = runs()
        assert [run.name for run in found] == [f"run{number:02d}" for number in range(1, 21)]
        assert found[3].answers.tolist() == list(range(19, -1, -1))
        assert found[3].training[found[3].answers[0]] == b"class 20"
        assert found[3].test[0] == b"test 1"

    @pytest.mark.parametrize(
        "missing", ["run07/test/item03.png", "run20/training/class20.png", "run01/class_labels.txt"]
    )
    def test_a_missing_file_is_named(self, tmp_path, missing):
        members = run_members()
        del members[missing]
        with pytest.raises(DataError, match=f"{missing} is missing"):
            runs(zipped(tmp_path / "all_runs.zip", members))

    @pytest.mark.parametrize(
        ("labels", "sentence"),
        [
            (b"one\n", "line 1 of run01/class_labels.txt"),
            (b"\xff\xfe\n", "line 1 of run01/class_labels.txt"),
            (b"run01/test/item01.png run01/training/class01.png\n", "each of 20 test items"),
            (run_members()["run01/class_labels.txt"].replace(b"class02", b"class01"), "another"),
        ],
    )
    def test_wrong_answers(self, tmp_path, labels, sentence):
        members = {**run_members(), "run01/class_labels.txt": labels}
        with pytest.raises(DataError, match=sentence):
            runs(zipped(tmp_path / "all_runs.zip", members))


def test_another_archive_under_the_name_of_the_faces(shelf):
    zipped(shelf / "orl-faces" / "att_faces.zip", {"README": b""})
    with pytest.raises(DataError, match=r"att_faces.zip' must hold s1/1.pgm"):
        open_data("orl-faces")


def test_orl_faces_as_folders_and_as_a_zip(shelf):
    members = {f"s{person}/{n}.pgm": png(person * 20 + n) for person in (1, 2, 10) for n in (1, 2)}
    zipped(shelf / "orl-faces" / "att_faces.zip", {f"att_faces/{k}": v for k, v in members.items()})
    from_zip = open_data("orl-faces")
    for name, content in members.items():
        path = shelf / "orl-faces" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    from_folder = open_data("orl-faces")
    for data in (from_zip, from_folder):
        assert data.name == "orl-faces"
        assert data.label_names == ("s1", "s10", "s2")
        assert [data.items.name(i) for i in range(len(data))] == sorted(members)
    assert from_zip.items.raw(0) == from_folder.items.raw(0).read_bytes()


@pytest.mark.skipif("GEMEL_DATA" not in os.environ, reason="needs the original archives")
def test_the_originals_at_hand():
    home = Path(os.environ["GEMEL_DATA"])
    if (home / "mnist").is_dir():
        mnist = open_data("mnist")
        # Known counts of the digits 0 to 9 in the training file.
        counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
        assert np.bincount(mnist.labels[:60000]).tolist() == counts
    if (home / "omniglot").is_dir():
        omniglot = open_data("omniglot")
        background = omniglot.split == -1
        assert len(np.unique(omniglot.labels[background])) == 964
        assert len(np.unique(omniglot.groups[background])) == 30
        assert set(np.bincount(omniglot.makers)) == {len(omniglot) // 20}
        for run in runs():
            assert sorted(run.answers) == list(range(20))
