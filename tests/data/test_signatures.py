"""CEDAR's signatures: genuine ones and forgeries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from archives import png
from dividing import divided

from gemel.data import open_data
from gemel.errors import DataError, MissingData


@pytest.fixture
def signatures(shelf):
    """12 writers with 3 genuine signatures and 2 forgeries each."""
    root = shelf / "cedar" / "binarised"
    for writer in range(1, 13):
        (root / str(writer)).mkdir(parents=True)
        (root / str(writer) / "Thumbs.db").write_bytes(b"")
        for number in range(1, 4):
            (root / str(writer) / f"original_{writer}_{number}.png").write_bytes(png(writer))
        for number in range(1, 3):
            (root / str(writer) / f"forgeries_{writer}_{number}.png").write_bytes(png(99))
    return root


@pytest.mark.usefixtures("signatures")
def test_a_forgery_has_the_label_of_the_writer_it_imitates():
    data = open_data("cedar")
    assert len(data) == 60
    assert len(data.label_names) == 12
    for index in range(60):
        writer, _, file = data.items.name(index).partition("/")
        assert data.label_names[data.labels[index]] == writer
        assert data.genuine[index] == file.startswith("original")


@pytest.mark.usefixtures("signatures")
def test_a_writers_forgeries_are_on_the_writers_side():
    data = open_data("cedar")
    parts = divided(data)
    assert parts.by == "label"
    writers = [set(data.labels[items]) for items in (parts.train, parts.validation, parts.test)]
    assert sum(map(len, writers)) == len(set.union(*writers)) == 12


@pytest.mark.usefixtures("signatures")
def test_what_is_genuine_is_part_of_what_a_run_was_trained_on():
    data = open_data("cedar")
    told = {data.fingerprint(), replace(data, genuine=~data.genuine).fingerprint()}
    assert len(told | {replace(data, genuine=None).fingerprint()}) == 3


def test_wrong_folders_of_signatures(signatures):
    for number in range(1, 3):
        (signatures / "4" / f"forgeries_4_{number}.png").unlink()
    with pytest.raises(DataError, match=r"files forgeries_W_N.png, and 4 has none"):
        open_data("cedar")
    (signatures / "5" / "original_6_9.png").write_bytes(png(1))
    with pytest.raises(DataError, match="named for writer 6 and lies in the folder of 5"):
        open_data("cedar")


def test_missing_signatures_say_where_they_belong(shelf):
    with pytest.raises(MissingData, match=r"get its scans .* below '.*cedar/binarised'"):
        open_data("cedar")
    (shelf / "cedar" / "binarised").mkdir(parents=True)
    with pytest.raises(DataError, match=r"must hold files W/original_W_N\.png"):
        open_data("cedar")


def test_the_originals_at_hand(gemel_data):
    if not (gemel_data / "cedar" / "binarised").is_dir():
        pytest.skip("no cedar at hand")
    data = open_data("cedar")
    assert set(np.bincount(data.labels)) == {48}
    assert set(np.bincount(data.labels[data.genuine])) == {24}
