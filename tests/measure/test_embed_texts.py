"""Texts of a table are embedded row by row, and their number takes no memory."""

from __future__ import annotations

import itertools
import json
import tracemalloc

import numpy as np
import pytest

import gemel
from gemel.data import open_data
from gemel.errors import DataError
from gemel.measure.embed_texts import texts_by_row, write_text_embeddings
from gemel.measure.embedding_file import Embedded, write_parts
from gemel.measure.embeddings import write_embeddings
from gemel.progress import Silent
from heard import Followed, Heard

pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def matcher(tiny_text_run):
    return gemel.load(tiny_text_run.path)


def table(path, rows, head="item,label"):
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return path


def embedded(path):
    from pyarrow import parquet

    return parquet.read_table(path).to_pylist()


def test_every_row_has_its_own_embedding_in_order(matcher, tmp_path):
    texts = ["the red car", "a blue ship stands there", "the red car", "grey"]
    path = table(tmp_path / "t.csv", [f"{text},l{n}" for n, text in enumerate(texts)])
    assert write_text_embeddings(matcher, path, tmp_path / "e.parquet", Silent()) == 4
    rows = embedded(tmp_path / "e.parquet")
    assert [row["item"] for row in rows] == texts
    assert [row["label"] for row in rows] == ["l0", "l1", "l2", "l3"]
    found = np.array([row["embedding"] for row in rows])
    np.testing.assert_allclose(found, matcher.embed(texts), atol=1e-5)


def test_three_formats_give_the_same_and_need_no_label(matcher, tmp_path):
    import pyarrow
    from pyarrow import parquet

    texts = ["the red car", "a blue ship"]
    records = [{"Item": text} for text in texts]
    parquet.write_table(pyarrow.Table.from_pylist(records), tmp_path / "t.parquet")
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    table(tmp_path / "t.csv", texts, "item")
    for ending in ("csv", "jsonl", "parquet"):
        path = tmp_path / f"t.{ending}"
        assert texts_by_row(matcher, path, None)
        write_text_embeddings(matcher, path, tmp_path / "e.npz", Silent())
        held = np.load(tmp_path / "e.npz")
        np.testing.assert_allclose(held["embedding"], matcher.embed(texts), atol=1e-5)
        assert held["label"].tolist() == ["", ""]


def test_the_case_of_an_ending_is_as_one_likes(matcher, tmp_path):
    path = table(tmp_path / "t.csv", ["a red car,x"])
    write_text_embeddings(matcher, path, tmp_path / "e.NPZ", Silent())
    write_text_embeddings(matcher, path, tmp_path / "E.Parquet", Silent())
    assert np.load(tmp_path / "e.NPZ")["label"].tolist() == ["x"]
    assert [row["label"] for row in embedded(tmp_path / "E.Parquet")] == ["x"]


def test_pairs_are_not_taken_by_row(matcher, tmp_path):
    assert not texts_by_row(matcher, table(tmp_path / "t.csv", ["a,b,1"], "left,right,same"), None)


def test_rows_that_cannot_be_read_and_texts_that_are_cut_are_told(matcher, tmp_path):
    long = " ".join(["red"] * 100)
    path = table(tmp_path / "t.csv", [*["a red car,x"] * 50, ",y", f"{long},z"])
    heard = Heard()
    assert write_text_embeddings(matcher, path, tmp_path / "e.parquet", heard) == 51
    assert heard.sentences[0].startswith("1 of 52 items cannot be read (row 52: a text must")
    assert heard.sentences[1].startswith("1 of 51 texts is cut after 64 tokens")


def test_all_is_done_in_the_end_though_lines_are_no_rows(matcher, tmp_path):
    followed = Followed()
    path = table(tmp_path / "t.csv", ["a red car,x", "", "a blue ship,y"])
    write_text_embeddings(matcher, path, tmp_path / "e.parquet", followed)
    assert followed.told[0] == ("encoding texts", followed.told[-1])


def test_what_can_be_read_is_embedded_however_little(matcher, tmp_path):
    path = table(tmp_path / "t.csv", ["a red car,x", *[",y"] * 4])
    heard = Heard()
    assert write_text_embeddings(matcher, path, tmp_path / "e.parquet", heard) == 1
    assert heard.sentences[0].startswith("4 of 5 items cannot be read")


def test_rows_that_are_all_unreadable_leave_no_file(matcher, tmp_path):
    path = table(tmp_path / "t.csv", [",y"] * 4)
    with pytest.raises(
        DataError, match=r"4 of 4 items cannot be read .* at least one must be readable"
    ):
        write_text_embeddings(matcher, path, tmp_path / "e.parquet", Silent())
    assert not (tmp_path / "e.parquet").exists()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_memory_does_not_grow_with_the_rows(matcher, tmp_path, ending):
    many = {"few": 5_000, "many": 20_000}
    peaks = {}
    for name, count in many.items():
        path = tmp_path / f"{name}.{ending}"
        rows = itertools.islice(itertools.cycle(["the red car", "a blue ship stands there"]), count)
        write(path, [{"item": f"{text} {n}", "label": n} for n, text in enumerate(rows)])
        tracemalloc.start()
        assert write_text_embeddings(matcher, path, tmp_path / "e.parquet", Silent()) == count
        peaks[name] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    # Held, 15,000 rows would be 4 MB; what is told in the end is 8 bytes a row.
    assert peaks["many"] - peaks["few"] < 400_000


def write(path, records):
    import pyarrow
    from pyarrow import parquet

    match path.suffix:
        case ".csv":
            table(path, [f"{record['item']},{record['label']}" for record in records])
        case ".jsonl":
            path.write_text("\n".join(map(json.dumps, records)), "utf-8")
        case ".parquet":
            parquet.write_table(pyarrow.Table.from_pylist(records), path)


def test_a_name_that_is_no_utf8_goes_into_parquet_with_a_sign_in_its_place(tmp_path):
    table = pytest.importorskip("pyarrow.parquet")
    part = Embedded(["caf\udce9.png"], ["\udce9t\u00e9"], np.ones((1, 2), np.float32))
    write_parts(tmp_path / "e.parquet", [part], {})
    rows = table.read_table(tmp_path / "e.parquet").to_pylist()
    assert rows == [{"item": "caf?.png", "label": "?t\u00e9", "embedding": [1.0, 1.0]}]


def test_of_a_table_of_pairs_each_text_is_written_once_by_itself(matcher, tmp_path):
    """The row of a text would not say on which side of it the text stands."""
    rows = ['"the red car","a blue ship",1', '"a blue ship","grey, I think",0', '"red","car",1']
    dataset = open_data(table(tmp_path / "t.csv", rows, "left,right,same"))
    assert write_embeddings(matcher, dataset, tmp_path / "e.parquet", Silent()) == 5
    written = embedded(tmp_path / "e.parquet")
    texts = ["the red car", "a blue ship", "grey, I think", "red", "car"]
    assert [row["item"] for row in written] == texts
    found = np.array([row["embedding"] for row in written])
    np.testing.assert_allclose(found, matcher.embed(texts), atol=1e-5)


def test_a_long_text_among_many_goes_into_parquet_and_not_into_npz(tmp_path, monkeypatch):
    monkeypatch.setattr("gemel.measure.embedding_file.MOST_NAME_BYTES", 10 << 20)
    texts = ["short"] * 999 + ["x" * 10_000]
    part = Embedded(texts, [""] * 1000, np.ones((1000, 2), np.float32))
    sentence = (
        r"may take 10 MB, got 38 MB, as each of 1,000 texts .* of 10,000 .* write a \.parquet"
    )
    with pytest.raises(DataError, match=sentence):
        write_parts(tmp_path / "e.npz", iter([part]), {})
    assert list(tmp_path.iterdir()) == []
    write_parts(tmp_path / "e.parquet", iter([part]), {})
    assert [row["item"] for row in embedded(tmp_path / "e.parquet")] == texts
