"""Folders and tables that cannot serve, or can and deserve a remark."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_pictures import class_folders, picture
from command import DATA_ONLY, QUICK, Gemel, Outcome

from gemel.run import Run


def test_an_empty_folder(gemel: Gemel, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()

    assert gemel("train", "photos").refusal == (
        "'photos' holds no pictures: it must hold a folder of pictures per label"
    )


def test_one_label(gemel: Gemel, tmp_path: Path) -> None:
    class_folders(tmp_path / "photos", labels=1)

    sentence = gemel("train", "photos").refusal
    assert "one label only, 'label0'" in sentence
    assert "add items of at least one other label" in sentence


def test_one_item_per_label(gemel: Gemel, tmp_path: Path) -> None:
    class_folders(tmp_path / "photos", labels=4, items=1)

    assert "add a second item to some of the labels" in gemel("train", "photos").refusal


def test_one_level_too_deep_is_read_as_groups_and_says_so(gemel: Gemel, tmp_path: Path) -> None:
    for group in ("first", "second"):
        class_folders(tmp_path / "photos" / group)

    outcome = gemel("train", "photos", *DATA_ONLY)

    assert "(first, second) are read as groups, the 6 lower ones as labels" in outcome.err


def test_two_levels_too_deep_says_what_to_pass(gemel: Gemel, tmp_path: Path) -> None:
    class_folders(tmp_path / "photos" / "all" / "mine")

    sentence = gemel("train", "photos").refusal
    assert "lie 3 folders deep" in sentence
    assert "pass 'photos/all' instead" in sentence


@pytest.mark.parametrize(("typed", "meant"), [("digitz", "digits"), ("mnits", "mnist")])
def test_a_slip_in_a_name(gemel: Gemel, typed: str, meant: str) -> None:
    assert f"did you mean '{meant}'?" in gemel("train", typed).refusal


def test_a_picture_is_no_data(gemel: Gemel, tmp_path: Path) -> None:
    picture(tmp_path / "one.png")

    assert "cannot be read as a table: pass a folder" in gemel("train", "one.png").refusal


HEAD = "item,label"
ROWS = [f"photos/label{label}/{item}.png,{label}" for label in range(3) for item in range(8)]
PAIRS = "left,right,same"
ONE, OTHER = "photos/label0/0.png", "photos/label0/1.png"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["item,name", *ROWS], "must have the columns item,label"),
        ([HEAD, *ROWS, "photos/label9/0.png,9"], "row 26 of 'table.csv': the item"),
        ([HEAD, *ROWS, "photos/label0/0.png,"], "label is empty in row 26: fill it in or remove"),
        ([HEAD, *ROWS, "photos/label0/0.png,1"], "has the label '0' in row 2 and '1' in row 26"),
        ([HEAD], "is empty: it must hold a row per item"),
        ([""], "is empty: it must hold a row per item"),
        (
            [PAIRS, f"{ONE},{OTHER},1", f"{OTHER},{ONE},0"],
            "rows 2 and 3 contradict each other",
        ),
        ([PAIRS, f"{ONE},{OTHER},maybe"], "same must be 1 or 0"),
    ],
)
def test_a_table_that_cannot_serve(
    gemel: Gemel, tmp_path: Path, lines: list[str], sentence: str
) -> None:
    class_folders(tmp_path / "photos")
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n", "utf-8")

    assert sentence in gemel("train", "table.csv").refusal


def remarked(gemel: Gemel, tmp_path: Path, lines: list[str], encoding: str = "utf-8") -> Outcome:
    class_folders(tmp_path / "photos")
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n", encoding)
    return gemel("train", "table.csv", *DATA_ONLY)


def test_repeated_rows_are_counted_once(gemel: Gemel, tmp_path: Path) -> None:
    outcome = remarked(gemel, tmp_path, [HEAD, *ROWS, *ROWS[:3]])

    assert "3 rows that repeat an earlier one are left out" in outcome.err


def test_labels_in_two_spellings_are_pointed_out(gemel: Gemel, tmp_path: Path) -> None:
    rows = [f"photos/label{n}/{i}.png,{'Anna' if i % 2 else 'anna'}{n}" for n, i in spelt()]
    outcome = remarked(gemel, tmp_path, [HEAD, *rows])

    assert "'Anna0' and 'anna0'" in outcome.err
    assert "give them one spelling" in outcome.err


def spelt() -> list[tuple[int, int]]:
    return [(label, item) for label in range(3) for item in range(8)]


def test_a_table_with_a_byte_order_mark_and_numbers_for_labels_trains(
    gemel: Gemel, tmp_path: Path
) -> None:
    class_folders(tmp_path / "photos")
    (tmp_path / "table.csv").write_text("\n".join([HEAD, *ROWS]) + "\n", "utf-8-sig")

    outcome = gemel("train", "table.csv", *QUICK)

    assert outcome.status == 0
    assert Run(tmp_path / "runs" / "table").matcher.is_dir()
