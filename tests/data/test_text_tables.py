"""Texts in the cells: seen from the cells, judged or graded, by name, and divided by pair."""

from __future__ import annotations

import numpy as np
import pytest
from dividing import divided

from gemel.data import open_data, pack
from gemel.errors import DataError, MissingData
from gemel.inputs import TextInput, learn_tokenizer

PAIRS = "left,right,same\nhow are you,how do you do,1\nwho is it,what is it,0\n"
GRADED = "left,right,score\na cat,a kitten,4.5\na cat,a car,1.0\na dog,a dog,5\n"


def table(folder, text, name="t.csv"):
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_cells_that_are_no_paths_are_texts(tmp_path):
    data = open_data(table(tmp_path, PAIRS))
    assert data.kind == "text"
    assert [data.items.raw(i) for i in range(4)] == [
        "how are you",
        "how do you do",
        "who is it",
        "what is it",
    ]
    assert data.items.name(2) == "left of row 3"
    labelled = open_data(table(tmp_path, "item,label\none fish,a\ntwo fish,a\nred fish,b\n"))
    assert labelled.kind == "text"
    assert labelled.label_names == ("a", "b")


def test_a_line_ends_where_csv_says_and_not_within_a_text(tmp_path):
    rows = ["item,label", "one\u2028fish,a", "two\x0bfish,a", '"red\nfish",b', "blue\x85fish,b"]
    for end in ("\n", "\r\n", "\r"):
        (tmp_path / "t.csv").write_bytes(end.join(rows).encode())
        data = open_data(tmp_path / "t.csv", kind="text")
        assert [data.items.raw(index) for index in range(4)] == [
            "one\u2028fish",
            "two\x0bfish",
            "red\nfish",
            "blue\x85fish",
        ]


@pytest.mark.parametrize("many", [1, 4])
def test_few_lines_that_are_no_utf8_are_counted_and_many_refused(tmp_path, many):
    rows = [f"text {n},{'ab'[n % 2]}".encode() for n in range(60)]
    rows += [f"caf\u00e9 {n},a".encode("latin-1") for n in range(many)]
    (tmp_path / "t.csv").write_bytes(b"\n".join([b"item,label", *rows]))
    if many > 3:
        with pytest.raises(DataError, match="4 of 65 lines are not, the first of them line 62"):
            open_data(tmp_path / "t.csv")
        return
    data = open_data(tmp_path / "t.csv")
    assert data.items.raw(60) == "caf\N{REPLACEMENT CHARACTER} 0"
    assert data.notices == (
        "Rows that are not UTF-8: 1. Invalid bytes are read as \N{REPLACEMENT CHARACTER}.",
    )


@pytest.mark.parametrize("column", ["label", "group", "maker"])
def test_names_that_are_no_utf8_are_refused_since_two_of_them_would_be_one(tmp_path, column):
    rows = [f"text {n},{'ab'[n % 2]},{'ab'[n % 2]}".encode() for n in range(60)]
    names = [name.encode("latin-1") for name in ("M\u00fcller", "M\u00f6ller")]
    rows += [b"name %d,c,%s" % (n, name) for n, name in enumerate(names)]
    head = b"item,other,label" if column == "label" else b"item,label,%s" % column.encode()
    (tmp_path / "t.csv").write_bytes(b"\n".join([head, *rows]))
    with pytest.raises(DataError, match=rf"row 62 of .*: {column} must be UTF-8, got 'M.ller'"):
        open_data(tmp_path / "t.csv")


def test_a_table_of_pictures_that_are_missing_is_still_one_of_pictures(tmp_path):
    with pytest.raises(MissingData, match=r"row 2 .*'a\.png' does not exist"):
        open_data(table(tmp_path, "item,label\na.png,a\nb.png,b\n"))


def test_cells_that_exist_make_pictures_unless_said_otherwise(tmp_path):
    (tmp_path / "yes").write_bytes(b"")
    (tmp_path / "data").mkdir()
    path = table(tmp_path, "left,right,same\nyes,no,1\nno,maybe,0\n.,data,1\n")
    assert open_data(path).kind == "text"  # one of them is by chance
    (tmp_path / "maybe").write_bytes(b"")
    path = table(tmp_path, "left,right,same\nyes,no,1\nyes,maybe,0\n")
    with pytest.raises(MissingData, match="'no' does not exist"):
        open_data(path)
    assert open_data(path, kind="text").kind == "text"


def test_scores_are_put_on_the_scale_that_they_show(tmp_path):
    data = open_data(table(tmp_path, GRADED))
    assert data.pairs.scale == (1.0, 5.0)
    np.testing.assert_allclose(data.pairs.grades(), [(4.5 - 1) / 4, 0, 1])
    assert data.pairs.same.tolist() == [True, False, True]
    assert "from 1 to 5; in verdicts, 4 and more is the same" in data.notices[-1]


def test_scores_may_have_a_comma_for_their_point(tmp_path):
    path = table(tmp_path, GRADED.replace(",", ";").replace("4.5", "4,5"))
    assert open_data(path).pairs.scores.tolist() == [4.5, 1.0, 5.0]


@pytest.mark.parametrize("cell", ["much", "", "nan", "-1", "101", "inf"])
def test_a_score_off_every_scale_names_its_row(tmp_path, cell):
    with pytest.raises(DataError, match=r"row 3 of .*score must be a number from 0 to 100"):
        open_data(table(tmp_path, f"left,right,score\na,b,3\nc,d,{cell}\n"))


def test_judgements_of_texts_may_contradict_and_are_counted(tmp_path):
    rows = PAIRS + "what is it,who is it,1\nwho is it,what is it,0\nhow are you,how are you,1\n"
    data = open_data(table(tmp_path, rows))
    assert data.pairs.same.tolist() == [True, False]
    assert any("1 row contradicts an earlier one" in notice for notice in data.notices)
    assert any("1 row that pairs an item with itself" in notice for notice in data.notices)


def test_an_empty_text_is_listed_and_counted(tmp_path):
    rows = [f"text number {i},text number {i + 100},{i % 2}" for i in range(40)]
    data = open_data(table(tmp_path, "\n".join(["left,right,same", *rows, ",alone,1"])))
    reader = TextInput(tokenizer=learn_tokenizer(["text number 1"], "words"))
    packed = pack(data, reader, cache=tmp_path / "cache")
    assert [name for name, _ in packed.unreadable] == ["left of row 42"]
    assert "this one is empty" in packed.notices[0]


def test_by_pair_an_item_may_be_on_two_sides_but_no_pair(tmp_path):
    rng = np.random.default_rng(0)
    ends = {tuple(sorted(rng.choice(12, 2, replace=False))) for _ in range(200)}
    rows = [f"text {a},text {b},{(a + b) % 2}" for a, b in ends]
    data = open_data(table(tmp_path, "\n".join(["left,right,same", *rows])))
    parts = divided(data, by="pair", validation=0.2, test=0.3)
    assert parts.by == "pair"
    sides = [
        set(rows.tolist()) for rows in (parts.pairs.train, parts.pairs.validation, parts.pairs.test)
    ]
    assert sum(map(len, sides)) == len(rows) == len(set.union(*sides))
    assert set(parts.train) & set(parts.test)


def test_sets_are_read_from_their_original_files(tmp_path, monkeypatch):
    monkeypatch.setenv("GEMEL_DATA", str(tmp_path))
    (tmp_path / "sick").mkdir()
    head = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"
    (tmp_path / "sick" / "SICK_train.txt").write_text(
        head + "1\ta b\tc d\t4.5\tX\n2\te\tf\t1.0\tX\n"
    )
    (tmp_path / "sick" / "SICK_trial.txt").write_text(head + "3\tg\th\t5.0\tX\n4\ti\tj\t2.0\tX\n")
    data = open_data("sick")
    assert data.name == "sick"
    assert data.pairs.scores.tolist() == [4.5, 1.0, 5.0, 2.0]
    assert data.pairs.split.tolist() == [0, 0, 2, 2]
    (tmp_path / "text" / "qqp").mkdir(parents=True)
    broken = b"1\twhy \xe2?\twhat?\t7\r\n0\tone \xe2\x80\xa8line?\twho?\t8\nshort\n" * 1
    many = b"".join(b"%d\tq%d\tr%d\t9\n" % (i % 2, i, i) for i in range(40))
    (tmp_path / "text" / "qqp" / "dev.tsv").write_bytes(broken + many)
    data = open_data("qqp")
    assert data.items.raw(0) == "why \N{REPLACEMENT CHARACTER}?"
    assert data.items.raw(2) == "one \u2028line?"
    assert data.notices == (
        "Rows that are not UTF-8: 1. Invalid bytes are read as \N{REPLACEMENT CHARACTER}.",
        "Lines with too few columns are left out: 1.",
    )


def test_a_set_that_is_not_at_hand_says_where_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("GEMEL_DATA", str(tmp_path))
    monkeypatch.setenv("GEMEL_CACHE", str(tmp_path))
    with pytest.raises(MissingData, match=r"mrpc is not at hand .*put them into"):
        open_data("mrpc")


@pytest.mark.parametrize("name", ["My Photos/person {}/{}.jpg", r"C:\Users\Anna Meier\{}-{}.jpg"])
def test_names_of_pictures_with_spaces_are_paths_and_no_sentences(tmp_path, name):
    rows = [f"{name.format(label, item)},{label}" for label in range(2) for item in range(3)]
    with pytest.raises(MissingData, match=r"row 2 .* does not exist, and 5 more are missing"):
        open_data(table(tmp_path, "\n".join(["item,label", *rows])))
    sentences = [f"look at it {number},{number % 2}" for number in range(7)]
    data = open_data(table(tmp_path, "\n".join(["item,label", *rows, *sentences])))
    assert data.kind == "text"


@pytest.mark.parametrize(
    ("scores", "found"),
    [((0.0, 0.3, 0.6), "the highest is 0.6"), ((0.8, 0.9, 1.0), "the lowest is 0.8")],
)
def test_scores_of_which_none_or_all_are_the_same_say_from_where_on_they_are(
    tmp_path, scores, found
):
    rows = [f"a cat {number},a dog,{score}" for number, score in enumerate(scores)]
    with pytest.raises(
        DataError,
        match=rf"from 0 to 1 a pair counts as the same from the score 0.75 on, and {found}\.",
    ):
        open_data(table(tmp_path, "\n".join(["left,right,score", *rows])))


def test_cells_of_bytes_are_no_texts(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    for cell in (b"\x89PNG", {"bytes": b"", "path": "a.png"}):
        rows = [{"item": cell, "label": label} for label in "aab"]
        parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "t.parquet")
        with pytest.raises(
            DataError, match=r"row 1 of .*t.parquet.: a cell must hold .*: save pictures as files"
        ):
            open_data(tmp_path / "t.parquet")


def test_pictures_are_not_compared_with_texts(tmp_path):
    rows = [f"{number}.png,a red car,{number % 2}" for number in range(4)]
    mixed = table(tmp_path, "\n".join(["left,right,same", *rows]))
    with pytest.raises(DataError, match=r"names of files in left and texts in right: texts are"):
        open_data(mixed)
    assert open_data(mixed, kind="text").kind == "text"


def test_a_separator_that_is_not_known_is_told_of(tmp_path):
    with pytest.raises(DataError, match="has 2 cells, but the first line names 1 column: quote"):
        open_data(table(tmp_path, "left:right\na,b\n"))


def test_a_pair_is_found_by_the_row_that_pairs_its_items(tmp_path):
    data = open_data(table(tmp_path, GRADED))
    names = {data.items.raw(index): index for index in range(len(data))}
    assert data.items.name(names["a cat"]) == "left of row 2"
    assert data.pairs.row_of(names["a cat"], names["a car"]) == 3
