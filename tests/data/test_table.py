"""Tables of items and of pairs in three formats, and the sentence for each slip."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemel.data import TEST, TRAIN, VALIDATION, open_data, open_items
from gemel.data.tables.rows import cell_text
from gemel.errors import DataError, MissingData


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("a1", "a2", "b1", "b2", "sub/c1"):
        (tmp_path / f"{name}.png").write_bytes(name.encode())
    return tmp_path


def table(folder: Path, text: str, name: str = "t.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


ITEMS = (
    "item,label,group,split\na1.png,a,x,train\na2.png,a,x,\nb1.png,b,y,dev\nsub/c1.png,c,y,test\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize(
    ("separator", "name"),
    [(",", "t.csv"), (";", "t.csv"), ("\t", "t.csv"), ("|", "t.csv"), ("\t", "t.tsv")],
)
def test_items_with_all_columns(folder, separator, name, encoding):
    data = open_data(table(folder, ITEMS.replace(",", separator), name, encoding))
    assert data.label_names == ("a", "b", "c")
    assert data.labels.tolist() == [0, 0, 1, 2]
    assert data.group_names == ("x", "y")
    assert data.groups.tolist() == [0, 0, 1, 1]
    assert data.split.tolist() == [TRAIN, -1, VALIDATION, TEST]
    assert data.items.raw(3).read_bytes() == b"sub/c1"
    assert data.notices == ()


def test_a_table_may_say_what_is_genuine_and_who_made_it(folder):
    rows = ["item,label,genuine,maker", "a1.png,a,1,ann", "a2.png,a,0,bob", "b1.png,b,forged,ann"]
    rows += ["b2.png,b,yes,ann", "sub/c1.png,a,TRUE,bob"]
    data = open_data(table(folder, "\n".join(rows)))
    assert data.genuine.tolist() == [True, False, False, True, True]
    assert data.maker_names == ("ann", "bob")
    assert data.makers.tolist() == [0, 1, 0, 0, 1]
    assert data.notices == ()


def test_who_made_an_item_belongs_to_what_the_data_are(folder):
    header = "item,label,maker\na1.png,a,{}\na2.png,a,mon\nb1.png,b,fri\n"
    first = open_data(table(folder, header.format("fri")))
    assert open_data(table(folder, header.format("fri"))).fingerprint() == first.fingerprint()
    assert open_data(table(folder, header.format("mon"))).fingerprint() != first.fingerprint()


def test_json_lines_and_parquet_read_like_csv(folder):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    records = [
        {"item": "a1.png", "label": 1},
        {"item": "a2.png", "label": 1},
        {"item": "b1.png", "label": 2.0},
    ]
    lines = table(folder, "\n".join(map(json.dumps, records)), "t.jsonl")
    parquet.write_table(pyarrow.Table.from_pylist(records), folder / "t.parquet")
    commas = table(folder, "item,label\na1.png,1\na2.png,1\nb1.png,2\n")
    for path in (lines, folder / "t.parquet", commas):
        data = open_data(path)
        assert data.label_names == ("1", "2")
        assert data.labels.tolist() == [0, 0, 1]
        assert data.split is None


def test_duplicates_are_dropped_and_other_columns_named(folder):
    data = open_data(
        table(folder, "item,label,age\na1.png,a,1\n./a1.png,a,1\na2.png,a,2\nb1.png,b,3\n")
    )
    assert len(data) == 3
    assert data.notices == (
        "Columns that are not used: age.",
        "1 row that repeats an earlier one is left out.",
    )


def test_pairs(folder):
    data = open_data(
        table(
            folder,
            "left,right,same,split\na1.png,a2.png,yes,train\nb1.png,a1.png,FALSE,test\n"
            "a2.png,a1.png,1,train\na1.png,a1.png,1,\n",
        )
    )
    assert data.labels is None
    assert [data.items.name(i) for i in range(len(data))] == ["a1.png", "a2.png", "b1.png"]
    assert data.pairs.left.tolist() == [0, 2]
    assert data.pairs.right.tolist() == [1, 0]
    assert data.pairs.same.tolist() == [True, False]
    assert data.pairs.split.tolist() == [TRAIN, TEST]
    assert data.notices == (
        "1 row that repeats an earlier one is left out.",
        "1 row that pairs an item with itself is left out.",
    )


def test_every_word_for_same(folder):
    words = {"1": 1, "true": 1, "Yes": 1, "same": 1, "0": 0, "FALSE": 0, "no": 0, "different": 0}
    words |= {"1.0": 1, "0.0": 0}  # as pandas writes a column with gaps
    words |= {"WAHR": 1, "FALSCH": 0, "ja": 1, "nein": 0, "VRAI": 1, "FAUX": 0}  # of spreadsheets
    for word, same in words.items():
        other = 0 if same else 1
        text = f"left,right,same\na1.png,a2.png,{word}\na1.png,b1.png,{other}\n"
        assert open_data(table(folder, text)).pairs.same.tolist() == [bool(same), bool(other)]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"'])
def test_the_line_in_which_excel_says_the_separator_names_no_column(folder, line):
    text = f"{line}\nitem;label,of,whom\na1.png;a\na2.png;a\nb1.png;b\n"
    with pytest.raises(DataError, match="got item,label,of,whom"):
        open_data(table(folder, text))
    text = text.replace(",of,whom", "").replace("a2", "gone")
    with pytest.raises(MissingData, match=r"row 4 .* 'gone\.png' does not exist"):
        open_data(table(folder, text))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("item,label\n", "is empty"),
        ("image,label\na1.png,a\n", "must have the columns item,label .* got image,label"),
        ("left,right,score\na1.png,a2.png,0.5\n", "from the score 0.75 on, and the highest is 0.5"),
        ("item,label\na1.png,a\na2.png,\n", "label is empty in row 3"),
        (
            "item,label,group\na1.png,a,mon\na2.png,a,fri\nb1.png,b,mon\n",
            "the label 'a' in two groups, 'fri' and 'mon'.* into the column maker",
        ),
        ("item,label\n,a\n", "item is empty in row 2"),
        ("item,label,group\na1.png,a,\n", "group is empty in row 2"),
        ("item,label\na1.png,a\nx.png,a\ny.png,b\n", "row 3 .*: the item 'x.png' .* and 1 more"),
        ("item,label\na1.png,a\na2.png,a\na1.png,b\n", "label 'a' in row 2 and 'b' in row 4"),
        ("item,label,split\na1.png,a,train\na1.png,a,test\n", "split 'train' in row 2"),
        ("item,label,Label\na1.png,a,b\n", "2 columns called 'label', whatever the case"),
        ("item,label,split\na1.png,a,learn\n", "row 2 .* got 'learn'"),
        (
            "item,label,genuine\na1.png,a,1\na2.png,a,maybe\n",
            "row 3 .*: genuine must be .* genuine or forged, got 'maybe'",
        ),
        ("item,label,genuine\na1.png,a,same\n", "genuine must be .* got 'same'"),
        ("item,label\na1.png,a,b,c\n", "line 2 .* has 4 cells, but the first line names 2 columns"),
        ("item,label\na1.png,a\na2.png,a\n", "one label only"),
        ("item,label\na1.png,a\nb1.png,b\n", "one item per label"),
        ("left,right,same\na1.png,a2.png,maybe\n", "row 2 .* got 'maybe'"),
        ("left,right,same\na1.png,a2.png,1\na2.png,a1.png,0\n", "rows 2 and 3 contradict"),
        ("left,right,same,split\na1.png,a2.png,1,test\na2.png,a1.png,1,\n", "rows 2 and 3 contra"),
        ("left,right,same\na1.png,a1.png,0\n", "differs from itself"),
        ("left,right,same\na1.png,a2.png,1\n", "only pairs that are same"),
        ("left,right,same\na1.png,gone.png,1\n", "the right 'gone.png' does not exist"),
    ],
)
def test_slips(folder, text, sentence):
    with pytest.raises(DataError, match=sentence) as caught:
        open_data(table(folder, text))
    assert "t.csv" in str(caught.value) or "t holds" in str(caught.value)


def test_items_with_two_labels_are_listed_and_counted(folder):
    rows = "".join(f"one text {n},a\none text {n},b\n" for n in range(7))
    with pytest.raises(DataError) as caught:
        open_data(table(folder, f"item,label\n{rows}"))
    for n in range(7):
        named = f"'one text {n}' has the label 'a' in row {2 * n + 2} and 'b' in row {2 * n + 3}"
        assert (named in str(caught.value)) == (n < 3)
    assert ", and 4 more; an item can have one only: correct" in str(caught.value)


def test_pairs_that_contradict_each_other_are_listed_and_counted(folder):
    rows = "a1.png,a1.png,0\na1.png,a2.png,1\n" + "a2.png,a1.png,0\n" * 5
    with pytest.raises(DataError) as caught:
        open_data(table(folder, f"left,right,same\n{rows}"))
    assert "row 2 says that 'a1.png' differs from itself; rows 3 and 4 contra" in str(caught.value)
    assert "rows 3 and 5 contradict" in str(caught.value)
    assert "rows 3 and 6" not in str(caught.value)
    assert str(caught.value).endswith(", and 3 more: correct the rows or remove them")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("t.csv", "item,label\né,a\n".encode("latin-1"), "must be UTF-8"),
        ("t.jsonl", b'{"item": "a1.png", "label": "a"}\n{"item"', "line 2 .* is no JSON"),
        ("t.jsonl", b"[1]\n", "line 1 .* JSON object"),
        ("t.jsonl", b"\n", "is empty"),
        ("t.parquet", b"rubbish", "not a whole Parquet file"),
    ],
)
def test_damaged_tables(folder, name, content, sentence):
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        open_data(folder / name)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    header=st.sampled_from(["item,label", "left,right,same", "item;label;split", '"', ""]),
    rest=st.text(alphabet="a1.png,;\t\n\"'0é\x00", max_size=60),
    ending=st.sampled_from([".csv", ".jsonl"]),
)
def test_rubbish_is_a_sentence_or_a_dataset(folder, header, rest, ending):
    try:
        open_data(table(folder, f"{header}\n{rest}", f"t{ending}"))
    except DataError as error:
        assert str(error)  # noqa: PT017


def test_blank_lines_before_the_names_are_passed_over_and_counted(folder):
    data = open_data(table(folder, "\n\n" + ITEMS))
    assert data.label_names == ("a", "b", "c")
    with pytest.raises(DataError, match=r"line 4 .* has 5 cells, but the first line names 2"):
        open_data(table(folder, "\n\nitem,label\na1.png,a,b,c,d\n"))


def test_a_spreadsheet_s_unicode_text_is_named_for_what_it_is(folder: Path) -> None:
    with pytest.raises(DataError, match=r"must be UTF-8, got UTF-16: save it as UTF-8"):
        open_data(table(folder, ITEMS, encoding="utf-16"))


def test_a_spreadsheet_is_told_how_it_is_saved(folder: Path) -> None:
    with pytest.raises(DataError, match=r"a spreadsheet is saved as \.csv, an archive is"):
        open_data(table(folder, "PK", "t.xlsx"))


@pytest.mark.parametrize(("on_disk", "in_table"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_file_is_found_by_either_form_of_its_name(folder, on_disk, in_table):
    (folder / "a1.png").rename(folder / unicodedata.normalize(on_disk, "é.png"))
    written = unicodedata.normalize(in_table, ITEMS.replace("a1.png", "é.png"))
    data = open_data(table(folder, written))
    assert data.items.name(0) == unicodedata.normalize(on_disk, "é.png")


def test_paths_of_windows_are_found(folder):
    (folder / "inner").mkdir()
    (folder / "a1.png").rename(folder / "inner" / "a1.png")
    data = open_data(table(folder, ITEMS.replace("a1.png", r"inner\a1.png")))
    assert data.items.name(0) == "inner/a1.png"


@pytest.mark.parametrize(
    ("cell", "kind", "sentence"),
    [
        ("https://example.org/1.png", None, "what is on the web is not fetched: save the files"),
        ('"[1, 2, 3]"', "series", r"lists of numbers are read from the cells of a \.jsonl"),
    ],
)
def test_cells_that_name_no_file_are_told_what_to_do(folder, cell, kind, sentence):
    path = table(folder, f"item,label\n{cell},a\n{cell.replace('1', '4')},b\n")
    with pytest.raises(MissingData, match=f"row 2 .* does not exist.*{sentence}"):
        open_data(path, kind=kind)


def test_an_unclosed_quote_swallows_no_rows(tmp_path):
    rows = [f"word {n},{n % 5}" for n in range(100)]
    rows[30] = '"word 30,0'
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["item,label", *rows]) + "\n", "utf-8")
    with pytest.raises(DataError, match=r"is no CSV .* a cell that begins with a quote ends"):
        open_data(path, kind="text")


def test_two_names_that_are_one_are_refused_in_every_line(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"item": "a b", "label": "1"}\n{"item": "c", "Label": "2", "label": "3"}\n')
    with pytest.raises(DataError, match="2 columns called 'label'"):
        open_data(path, kind="text")


def test_a_number_that_is_none_is_an_empty_cell():
    assert cell_text(float("nan")) == ""


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("item,note\nb1.png,x\na1.png,y\nb1.png,z\n", ["b1.png", "a1.png"]),
        ("left,right\na1.png,b1.png\na2.png,a1.png\n", ["a1.png", "a2.png", "b1.png"]),
    ],
)
def test_what_a_table_says_nothing_of_can_be_embedded(folder, rows, names):
    data = open_items(table(folder, rows))
    assert [data.items.name(index) for index in range(len(data))] == names
    assert data.kind == "image"
    assert data.labels is None
    assert data.pairs is None


def test_lists_that_a_table_says_nothing_of_can_be_embedded(tmp_path):
    path = table(tmp_path, '{"item": [1, 2, 3]}\n{"item": [3, 2]}\n', "t.jsonl")
    data = open_items(path)
    assert data.kind == "series"
    assert len(data) == 2


def test_labels_and_pairs_are_kept_where_they_are_given(folder):
    labelled = open_items(table(folder, "item,label\na1.png,x\na2.png,x\nb1.png,y\n"))
    assert labelled.label_names == ("x", "y")
    assert open_items(table(folder, "left,right,same\na1.png,b1.png,1\na1.png,a2.png,0\n")).pairs
    with pytest.raises(DataError, match="must have the columns item,label"):
        open_items(table(folder, "thing\na1.png\n"))
