"""The patches of photographs, read from a small archive made in the layout of the published one."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from gemel.data.builtins import phototour
from gemel.data.builtins.phototour import ACROSS, PATCH, open_phototour
from gemel.data.dataset import TEST
from gemel.data.download import Archive
from gemel.errors import DataError

POINTS = np.repeat(np.arange(100), 3)  # 300 patches: two mosaics, the second one not full


def mosaic(first):
    """Patch number p is grey level p % 251 throughout."""
    patches = (first + np.arange(ACROSS**2)).reshape(ACROSS, ACROSS) % 251
    return np.kron(patches, np.ones((PATCH, PATCH))).astype(np.uint8)


def written(folder, pairs="0 0 0 1 0 0 0\n0 0 0 5 1 0 0\n", points=POINTS, prefix=""):
    path = folder / "phototour" / "liberty.zip"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2):
            content = io.BytesIO()
            Image.fromarray(mosaic(number * ACROSS**2)).save(content, "bmp")
            archive.writestr(f"{prefix}patches{number:04}.bmp", content.getvalue())
        archive.writestr(f"{prefix}info.txt", "".join(f"{point} 0\n" for point in points))
        if pairs is not None:
            archive.writestr(f"{prefix}m50_100000_100000_0.txt", pairs)
    return path


@pytest.fixture
def own_archive(tmp_path, monkeypatch):
    monkeypatch.setenv("GEMEL_DATA", str(tmp_path))
    unchecked = Archive("http://nowhere.invalid/liberty.zip")
    monkeypatch.setitem(phototour.ARCHIVES, "liberty", unchecked)
    return tmp_path


@pytest.mark.parametrize("prefix", ["", "liberty/"])
def test_a_patch_is_cut_out_where_its_number_says(own_archive, prefix):
    written(own_archive, prefix=prefix)
    dataset = open_phototour("liberty")
    assert len(dataset) == 300
    for index in (0, 17, 255, 256, 299):
        patch = dataset.items.raw(index)
        assert patch.shape == (PATCH, PATCH)
        assert (patch == index % 251).all()
    assert dataset.items.name(299) == "patches0001.bmp/43"


def test_patches_of_one_point_match_and_the_papers_pairs_are_the_test(own_archive):
    written(own_archive)
    dataset = open_phototour("liberty")
    assert dataset.label_names[dataset.labels[5]] == "1"
    assert dataset.pairs.same.tolist() == [True, False]
    assert (dataset.pairs.split == TEST).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"pairs": None}, "holds no m50_100000_100000_0.txt"),
        ({"pairs": "1 2 3\n"}, "must hold 7 whole numbers a line"),
        ({"pairs": "0 0 0 900 0 0 0\n"}, "a pair of patch 900"),
        ({"pairs": "0 0 0 1 0 0 0 0\n0 0 0 1 0 0\n"}, "must hold 7 whole numbers a line"),
        ({"pairs": "0 7 0 5 7 0 0\n"}, "must agree with the points in its info.txt"),
        ({"pairs": "0 0 0 1 3 0 0\n"}, "must agree with the points in its info.txt"),
        ({"points": np.arange(600)}, "600 lines, 2 mosaics"),
    ],
)
def test_an_archive_that_does_not_agree_with_itself_is_refused(own_archive, change, sentence):
    written(own_archive, **change)
    with pytest.raises(DataError, match=sentence):
        open_phototour("liberty")
