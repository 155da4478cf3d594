"""Texts and sequences that cannot be read: one sentence each, or listed and counted."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from bad_pictures import picture
from command import Gemel

from gemel.run import Run

OTHER = "the red car"
LONG = "word " * 200_000
"""A megabyte."""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a text must hold more than white space, and this one is empty"),
        ("   ", "a text must hold more than white space, and this one is empty"),
        ("\u2603\u2603 \u2603", "'\u2603\u2603 \u2603' holds nothing that this matcher knows"),
        ("\udcff\udcfe", "holds nothing that this matcher knows"),
        (f"{'x' * 300}.png", "holds nothing that this matcher knows"),
        ("missing.txt", "'missing.txt' does not exist: give the path of a text file"),
        ("long.txt", "has 1,000,000 characters, and at most 100,000 are read"),
        ("picture.png", "'picture.png' is the file of a picture, and this matcher compares texts"),
        (
            "series.csv",
            "'series.csv' is the file of a table or a sequence",
        ),
    ],
)
def test_a_text_that_cannot_be_compared(
    gemel: Gemel, tiny_text_run: Run, tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "long.txt").write_text(LONG, "utf-8")
    (tmp_path / "series.csv").write_text("1\n2\n", "utf-8")
    picture(tmp_path / "picture.png")

    assert sentence in gemel("compare", tiny_text_run.path, text, OTHER).refusal
    assert sentence in gemel("compare", tiny_text_run.path, OTHER, text).refusal


def test_a_text_may_lie_in_a_file(gemel: Gemel, tiny_text_run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a red car stands there\n", "utf-8")

    of_file = gemel("compare", tiny_text_run.path, "a.txt", OTHER)

    assert of_file.status == 0
    assert of_file.out == gemel("compare", tiny_text_run.path, "a red car stands there", OTHER).out


PAIRS = [f'"a {one} car","the {other} car"' for one in "abcdefg" for other in "abcdefg"]


def pairs(tmp_path: Path, *more: bytes) -> str:
    rows = [f"{pair},{1 + 4 * (number % 2)}".encode() for number, pair in enumerate(PAIRS)]
    (tmp_path / "pairs.csv").write_bytes(b"\n".join([b"left,right,score", *rows, *more]) + b"\n")
    return "pairs.csv"


@pytest.mark.parametrize("score", ["101", "-1", "nan", "inf", "", "much"])
def test_a_score_off_every_scale(gemel: Gemel, tmp_path: Path, score: str) -> None:
    refusal = gemel("train", pairs(tmp_path, f"a cat,a dog,{score}".encode())).refusal

    assert "row 51 of 'pairs.csv': score must be a number from 0 to 100" in refusal
    assert refusal.endswith(f"got {score!r}")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (b',"the car",3', " items cannot be read (left of row 51: a text must hold more"),
        (f'"{LONG}","a car",3'.encode(), " items cannot be read (left of row 51: 'word word"),
        (b'"the r\xe9d car","a car",3', "Rows that are not UTF-8: 1. Invalid bytes are read as"),
        (b'"picture.png","a car",3', " items cannot be read (left of row 51: 'picture.png' is the"),
    ],
)
def test_rows_that_cannot_be_read_are_listed_and_counted(
    gemel: Gemel, tiny_text_run: Run, tmp_path: Path, row: bytes, told: str
) -> None:
    picture(tmp_path / "picture.png")
    more = [f'"more of {n}","less of {n}",3'.encode() for n in range(10)]
    table = pairs(tmp_path, row, *more)

    outcome = gemel("embed", tiny_text_run.path, table, "--out", "out.parquet")

    assert outcome.status == 0
    assert told in outcome.err
    assert outcome.err.count("1 of ") == outcome.err.count("cannot be read")


def test_a_damaged_tokenizer_is_a_sentence(
    gemel: Gemel, tiny_text_run: Run, tmp_path: Path
) -> None:
    copy = tmp_path / "matcher"
    shutil.copytree(tiny_text_run.matcher, copy)
    (copy / "tokenizer.json").write_bytes(b"\xff")

    refusal = gemel("compare", copy, "a car", "a ship").refusal

    assert "tokenizer.json must be as training wrote it, and it is damaged" in refusal


def test_a_table_of_another_encoding_is_refused(gemel: Gemel, tmp_path: Path) -> None:
    table = pairs(tmp_path, *[f"r\u00e9d {n},bl\u00e9u,3".encode("latin-1") for n in range(9)])

    assert gemel("train", table).refusal == (
        "'pairs.csv' must be UTF-8, but 9 of 59 lines are not, the first of them line 51: save it "
        "as UTF-8"
    )


def test_pictures_are_no_data_for_texts(gemel: Gemel, tiny_text_run: Run, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()

    assert "texts are read from a table" in gemel("evaluate", tiny_text_run.path, "photos").refusal


def waves(folder: Path, labels: int = 4, items: int = 10) -> None:
    """Class folders of sequences with the columns x and z, no two of one length."""
    rng = np.random.default_rng(0)
    for label in range(labels):
        (folder / f"label{label}").mkdir(parents=True)
        for item in range(items):
            time = np.linspace(0, 3, 12 + item)
            columns = np.sin((label + 1) * time), np.cos(time) + rng.normal(0, 0.1)
            write(folder / f"label{label}" / f"{item}.csv", np.stack(columns, 1).tolist())


def write(path: Path, rows: Sequence[Sequence[object]], names: str = "x,z") -> None:
    lines = [names, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


BROKEN: dict[str, tuple[Sequence[Sequence[object]], str, str]] = {
    "gaps alone": ([(1, "nan"), (2, "")], "x,z", "must have a channel 'z' with numbers, got x"),
    "infinity": ([(1, 2), ("inf", 3)], "x,z", "must be finite, got inf in sample 2 of channel 'x'"),
    "one sample": ([(1, 2)], "x,z", "must hold at least two samples to be a sequence, got 1"),
    "a channel missing": (
        [(1, 2), (3, 4)],
        "x,q",
        "must have a channel 'z' with numbers, got x, q",
    ),
    "mixed widths": ([(1, 2), (3, 4, 5)], "x,z", "must have 2 cells like line 1, got 3"),
    "words": ([(1, 2), ("three", 4)], "x,z", "must hold numbers, got 'three'"),
}


@pytest.fixture(scope="module")
def waves_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    import gemel

    folder = tmp_path_factory.mktemp("series")
    waves(folder / "waves")
    settings = {"encoder.width": 4, "encoder.strides": [2], "input.most_samples": 16}
    return gemel.train(
        folder / "waves", out=folder / "run", epochs=1, settings=settings, quiet=True
    )


@pytest.mark.parametrize("what", BROKEN)
def test_a_sequence_that_cannot_be_compared(
    gemel: Gemel, waves_run: Run, tmp_path: Path, what: str
) -> None:
    rows, names, sentence = BROKEN[what]
    write(tmp_path / "bad.csv", rows, names)
    write(tmp_path / "good.csv", [(1, 2), (3, 4), (5, 6)])

    refusal = gemel("compare", waves_run.path, "bad.csv", "good.csv").refusal

    assert sentence in refusal
    assert "'bad.csv'" in refusal


def test_a_gap_is_compared_as_the_line_through_it(
    gemel: Gemel, waves_run: Run, tmp_path: Path
) -> None:
    write(tmp_path / "gap.csv", [(1, 2), (2, "NA"), ("", 4), (4, 5)])
    write(tmp_path / "line.csv", [(1, 2), (2, 3), (3, 4), (4, 5)])
    write(tmp_path / "other.csv", [(1, 2), (0, 4), (5, 6)])

    with_gap = gemel("compare", waves_run.path, "gap.csv", "other.csv")

    assert with_gap.status == 0
    assert with_gap.out == gemel("compare", waves_run.path, "line.csv", "other.csv").out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("@classLabel true a\n1,2:a\n", "line 2 of 'bad.ts' must be a header line"),
        ("@classLabel perhaps\n@data\n1,2\n", "line 1 of 'bad.ts' must read @classLabel true"),
        ("@univariate true\n@data\n1,2:a\n", "its header has no @classLabel true"),
        ("@classLabel true a b\n", "must have a line @data between its header and its series"),
    ],
)
def test_a_broken_header(
    gemel: Gemel, waves_run: Run, tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "bad.ts").write_text(content, "utf-8")
    write(tmp_path / "good.csv", [(1, 2), (3, 4), (5, 6)])

    assert sentence in gemel("train", "bad.ts").refusal
    assert sentence in gemel("compare", waves_run.path, "bad.ts", "good.csv").refusal


def test_a_picture_is_no_sequence(gemel: Gemel, waves_run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "picture.png")
    write(tmp_path / "good.csv", [(1, 2), (3, 4), (5, 6)])

    refusal = gemel("compare", waves_run.path, "picture.png", "good.csv").refusal
    assert refusal.startswith("'picture.png' is not a sequence that can be read")


def test_broken_sequences_are_listed_and_take_no_channel_from_the_others(
    gemel: Gemel, tmp_path: Path
) -> None:
    waves(tmp_path / "waves", labels=6, items=20)
    for number, what in enumerate(("a channel missing", "infinity", "one sample")):
        rows, names, _ = BROKEN[what]
        write(tmp_path / "waves" / "label0" / f"{number}.csv", rows, names)

    outcome = gemel(
        *("train", "waves", "--epochs", "1", "--out", "run"),
        *("--set", "encoder.name=resnet1d", "--set", "encoder.strides=[2]"),
    )

    assert outcome.status == 0, outcome.err
    assert "3 of 120 items cannot be read" in outcome.err
    assert "Channels that only some sequences have are not read: q." in outcome.err
    recipe = (tmp_path / "run" / "recipe.toml").read_text("utf-8")
    assert '"x",\n    "z",\n' in recipe
