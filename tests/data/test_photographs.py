"""CIFAR-10, STL-10 and SVHN from tiny files in their authors' formats."""

from __future__ import annotations

import numpy as np
import pytest
from archives import tarred

from gemel.data import TEST, open_data
from gemel.errors import DataError

RANDOM = np.random.default_rng(0)


def pictures(n: int, side: int) -> np.ndarray:
    return RANDOM.integers(0, 256, (n, side, side, 3)).astype(np.uint8)


def cifar_record(picture: np.ndarray, label: int) -> bytes:
    """As the authors say: the label, 1,024 reds row by row, then the greens, then the blues."""
    return bytes([label]) + b"".join(picture[..., channel].tobytes() for channel in range(3))


def cifar(path, train, test) -> None:
    members = {"cifar-10-batches-bin/batches.meta.txt": b"airplane\n"}
    for number in range(5):
        members[f"cifar-10-batches-bin/data_batch_{number + 1}.bin"] = cifar_record(
            train[number], number
        )
    members["cifar-10-batches-bin/test_batch.bin"] = cifar_record(test[0], 9)
    tarred(path, members)


def test_cifar10(shelf):
    train, test = pictures(5, 32), pictures(1, 32)
    cifar(shelf / "cifar10" / "cifar-10-binary.tar.gz", train, test)
    data = open_data("cifar10")
    assert data.labels.tolist() == [0, 1, 2, 3, 4, 9]
    assert data.label_names[9] == "truck"
    assert data.split.tolist() == [-1] * 5 + [TEST]
    assert (data.items.name(4), data.items.name(5)) == ("train/4", "test/0")
    for index, picture in enumerate([*train, *test]):
        np.testing.assert_array_equal(data.items.raw(index), picture)


def stl_bytes(picture: np.ndarray) -> bytes:
    """As the authors say: the reds column by column, then the greens, then the blues."""
    return b"".join(picture[..., channel].T.tobytes() for channel in range(3))


def stl(path, **changed: bytes) -> tuple[np.ndarray, np.ndarray]:
    train, test = pictures(2, 96), pictures(1, 96)
    files = {
        "test_X": stl_bytes(test[0]),
        "test_y": bytes([10]),
        "train_X": b"".join(map(stl_bytes, train)),
        "train_y": bytes([1, 3]),
        "unlabeled_X": b"not looked at",
    }
    tarred(path, {f"stl10_binary/{k}.bin": v for k, v in (files | changed).items()})
    return train, test


def test_stl10(shelf):
    train, test = stl(shelf / "stl10" / "stl10_binary.tar.gz")
    data = open_data("stl10")
    # Labels count from 1 in the files: 1, 3 and 10.
    assert data.labels.tolist() == [0, 2, 9]
    assert [data.label_names[code] for code in data.labels] == ["airplane", "car", "truck"]
    assert data.split.tolist() == [-1, -1, TEST]
    for index, picture in enumerate([*train, *test]):
        np.testing.assert_array_equal(data.items.raw(index), picture)


def svhn(home, name: str, images: np.ndarray, labels: list[int], compressed: bool = True) -> None:
    """As the authors' files: X (32, 32, 3, n) and y (n, 1), with 10 for the digit 0."""
    matlab = pytest.importorskip("scipy.io")
    home.mkdir(exist_ok=True)
    content = {"X": np.moveaxis(images, 0, -1), "y": np.array(labels, np.uint8)[:, None]}
    matlab.savemat(home / f"{name}_32x32.mat", content, do_compression=compressed)


def test_svhn(shelf):
    train, test = pictures(3, 32), pictures(1, 32)
    svhn(shelf / "svhn", "train", train, [1, 10, 9])
    svhn(shelf / "svhn", "test", test, [10])
    data = open_data("svhn")
    assert [data.label_names[code] for code in data.labels] == ["1", "0", "9", "0"]
    assert data.split.tolist() == [-1, -1, -1, TEST]
    for index, picture in enumerate([*train, *test]):
        np.testing.assert_array_equal(data.items.raw(index), picture)


def test_the_train_file_in_place_of_the_test_file(shelf):
    for name in ("train", "test"):
        svhn(shelf / "svhn", name, np.zeros((2, 32, 32, 3), np.uint8), [1, 2])
    with pytest.raises(DataError, match="got 2 and 2: one is in place of the other"):
        open_data("svhn")


@pytest.mark.parametrize("keep", [0, 3, 100, 0.5, 0.98])
@pytest.mark.parametrize("name", ["cifar10", "stl10"])
def test_a_truncated_archive(shelf, name, keep):
    file = {"cifar10": "cifar-10-binary.tar.gz", "stl10": "stl10_binary.tar.gz"}[name]
    path = shelf / name / file
    if name == "cifar10":
        cifar(path, pictures(5, 32), pictures(1, 32))
    else:
        # The unlabelled pictures come last: nothing is missed unless the others are cut.
        stl(path, unlabeled_X=b"")
    content = path.read_bytes()
    path.write_bytes(content[: int(keep if keep > 1 or keep == 0 else keep * len(content))])
    with pytest.raises(DataError, match=r"is not a whole .tar.gz|must be in .* and is not"):
        open_data(name)


def test_archives_with_other_things_inside(shelf):
    path = shelf / "cifar10" / "cifar-10-binary.tar.gz"
    tarred(path, {"cifar-10-batches-py/data_batch_1": b"pickle"})
    with pytest.raises(DataError, match=r"data_batch_1.bin, .* must be in .* and is not"):
        open_data("cifar10")
    path = shelf / "stl10" / "stl10_binary.tar.gz"
    stl(path, train_X=b"\0" * 27_647)
    with pytest.raises(DataError, match=r"train_X.bin in .* records of 27,648 bytes, got 27,647"):
        open_data("stl10")
    stl(path, train_y=b"\1")
    with pytest.raises(DataError, match=r"a label of 10 for every picture, got .* and \(1,\)"):
        open_data("stl10")
    stl(path, train_y=b"\0\1")
    with pytest.raises(DataError, match="a label of 10 for every picture"):
        open_data("stl10")


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("keep", [0, 4, 127, 140, 0.5, 0.97])
def test_a_truncated_matlab_file(shelf, keep, compressed):
    for name in ("train", "test"):
        svhn(shelf / "svhn", name, pictures(3, 32), [1, 2, 3], compressed)
    path = shelf / "svhn" / "train_32x32.mat"
    content = path.read_bytes()
    path.write_bytes(content[: int(keep if keep > 1 or keep == 0 else keep * len(content))])
    with pytest.raises(DataError, match=r"not a whole MATLAB file|must hold X"):
        open_data("svhn")


def test_matlab_files_with_other_things_inside(shelf):
    matlab = pytest.importorskip("scipy.io")
    svhn(shelf / "svhn", "test", pictures(1, 32), [1])
    path = shelf / "svhn" / "train_32x32.mat"
    for content in ({"Z": np.zeros(3)}, {"X": np.zeros((32, 3)), "y": np.zeros(3)}):
        matlab.savemat(path, content)
        with pytest.raises(DataError, match="must hold X of 32×32×3×n and y"):
            open_data("svhn")
    picture = np.zeros((32, 32, 3, 1))
    for held, y in ((picture, 1), *((picture.astype(np.uint8), y) for y in (0, 11, np.nan, "a"))):
        matlab.savemat(path, {"X": held, "y": [[y]]})
        got = f"got {held.dtype} in X and {'such numbers' if y == 1 else y} in y"
        with pytest.raises(DataError, match=f"from 1 to 10 in y, {got}"):
            open_data("svhn")
    # A MATLAB 7.3 file is HDF5; and something that is no MATLAB file at all.
    for rubbish in (
        b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM" + b"\x89HDF" * 50,
        b"GIF89a" * 50,
    ):
        path.write_bytes(rubbish)
        with pytest.raises(DataError, match=r"not a whole MATLAB file|must hold X"):
            open_data("svhn")
