"""The page as a document: whole, self-contained, escaped, and never at a loss."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from gemel.data import SplitConfig, open_data
from gemel.errors import DataError, MissingExtra
from gemel.evaluation.units import Units
from gemel.inputs import ImageInput
from gemel.measure.prepare import prepare
from gemel.progress import Silent
from gemel.report import run_summary
from gemel.report.contents import Cloud, Contents, Decision, PartSize, Shown, Split, TestPairs
from gemel.report.numbers import epoch_text
from gemel.report.page import render, write
from gemel.report.shown import shown, text_snippet
from gemel.report.tables import tables
from gemel.run import Run

Make = Callable[..., Contents]
VOID = {"meta", "link", "img", "br", "wbr"}
HOSTILE = "<script>alert('x')</script>\"' onload=x & ünï 字"


def some_pairs(same: list[bool], distance: list[float], threshold: float = 0.5) -> TestPairs:
    n = len(same)
    return TestPairs(
        left=np.arange(n),
        right=np.arange(n) + 1,
        same=np.array(same, np.bool_),
        distance=np.array(distance, np.float32),
        probability=1 / (1 + np.exp(np.array(distance, np.float64) - threshold)),
        units=Units.of_pairs(np.arange(n), np.arange(n)),
        decision=Decision(threshold, "eer", prior=0.5),
    )


class Document(HTMLParser):
    """Every element and its attributes; a tag that closes none or another is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("script", "style"):
            self.text += data

    def having(self, name: str, value: str) -> list[dict[str, str | None]]:
        return [it for _, it in self.elements if value in (it.get(name) or "").split()]


def test_sections_stand_in_their_order_with_one_heading_each(make: Make) -> None:
    document = Document(render(make()))

    ids = [it["id"] for tag, it in document.elements if tag == "section"]
    assert ids == ["figures", "distances", "training", "map", "mistakes", "run"]
    assert [tag for tag, _ in document.elements].count("h1") == 1
    for part in ("Two pictures are the same.", "29,850 different pairs are missing.", "two cores"):
        assert part in document.text


def test_every_link_leads_to_a_place_on_the_page(make: Make) -> None:
    document = Document(render(make()))

    places = {it.get("id") for _, it in document.elements}
    links = [it["href"] for tag, it in document.elements if tag == "a"]
    assert links
    assert all(link and link[0] == "#" and link[1:] in places for link in links)


def test_nothing_is_asked_of_a_network(make: Make) -> None:
    page = render(make())
    document = Document(page)

    for tag, attributes in document.elements:
        for name in ("src", "href", "srcset", "action", "poster", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#")), (tag, value)
    assert not re.search(r"https?://|@import|url\(", page)


def test_the_policy_lets_the_pages_own_script_run_and_no_other(make: Make) -> None:
    page = render(make())
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    [policy] = [it["content"] for _, it in Document(page).elements if "http-equiv" in it]

    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy is not None
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_hostile_text_is_shown_and_not_obeyed(make: Make) -> None:
    contents = make(
        title=HOSTILE,
        data=HOSTILE,
        shown=lambda _: Shown("", HOSTILE, HOSTILE),
        notices=(HOSTILE,),
        recipe=f"# </code></pre>{HOSTILE}",
        provenance={HOSTILE: HOSTILE},
        split=Split("label", HOSTILE, (PartSize(HOSTILE, 3, None), PartSize("test", 3, 3))),
        figures=dict(make().figures)
        | {
            HOSTILE: {
                HOSTILE: {"value": 0.5, "low": 0.4, "high": 0.6, "n": 3},
                f"{HOSTILE}2": {"value": None, "missing": HOSTILE},
            }
        },
        history=[{"epoch": 1, HOSTILE: 0.5}],
    )

    document = Document(render(contents))

    assert [tag for tag, _ in document.elements].count("script") == 1
    assert not any("onload" in it for _, it in document.elements)
    assert document.text.count(HOSTILE) >= 8


def test_a_hard_pair_names_its_forgery_and_the_end_of_its_paths(make: Make) -> None:
    path = "/home/anna/signatures/7/original_7_1.png"
    page = render(make(shown=lambda item: Shown("", path, "anna", forged=item % 2 == 1)))

    assert "<b>anna</b><em>forged</em>" in page
    assert "<b>anna</b><small" in page
    assert f'title="{path}">…/<wbr>7/<wbr>original_7_1.png</small>' in page


def test_a_forgery_is_known_by_its_table(written: str) -> None:
    grey = ImageInput(height=8, width=8, channels=1)
    prepared = prepare(open_data(written), (grey, grey), SplitConfig(), 0, Silent())

    assert [shown(prepared, index).forged for index in range(4)] == [False, False, False, True]


def test_an_epoch_within_which_training_ended_has_one_decimal() -> None:
    assert [epoch_text(each) for each in (86, 98.6842, 0.125)] == ["86", "98.7", "0.12"]


def test_pictures_and_charts_say_what_they_show(make: Make) -> None:
    document = Document(render(make()))

    assert all("alt" in it for tag, it in document.elements if tag == "img")
    assert all(it.get("aria-label") for it in document.having("role", "img"))
    assert len(document.having("class", "chart")) == 4 + 3
    assert len(document.having("class", "place")) == 40


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"pairs": some_pairs([True, False], [0.3, 0.9])}, "None of 1 matching pair was rejected."),
        ({"pairs": some_pairs([True, False] * 9, [0.5] * 18)}, "9 of 9 different pairs accepted"),
        ({"history": []}, "This run has no history"),
        ({"cloud": None}, "compares two items jointly"),
        ({"cloud": Cloud(np.ones((5, 3), np.float32), np.arange(5))}, "collapsed to a point"),
        ({"cloud": Cloud(np.full((5, 3), np.nan, np.float32), np.arange(5))}, "at least two items"),
        ({"cloud": Cloud(np.eye(2, dtype=np.float32), np.arange(2))}, "2 items of 2 labels"),
        ({"cloud": Cloud(np.float32([[1], [2], [4]]), np.arange(3))}, "principal components"),
        ({"notices": ()}, "Digits"),
        ({"shown": lambda _: Shown("", "it", "")}, "40 items, placed by t-SNE"),
    ],
)
def test_what_is_missing_or_odd_has_its_sentence(
    make: Make, change: dict[str, object], sentence: str
) -> None:
    assert sentence in Document(render(make(**change))).text


def test_many_long_labels_leave_the_legend_out_and_the_page_small(make: Make) -> None:
    rng = np.random.default_rng(0)
    cloud = Cloud(rng.normal(size=(1000, 8)).astype(np.float32), np.arange(1000))

    page = render(make(cloud=cloud, shown=lambda item: Shown("", "it", f"Ω{item} " * 30)))

    document = Document(page)
    assert len(document.having("class", "place")) == 400
    assert document.having("class", "legend") == []
    assert len(page.encode()) < 3_000_000


def test_the_same_contents_give_the_same_page(make: Make) -> None:
    assert render(make()) == render(make())


def test_the_page_is_written_whole(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"

    write(path, make())

    assert path.read_text("utf-8") == render(make())
    assert os.listdir(path.parent) == ["report.html"]


def test_a_page_that_fails_leaves_the_old_one(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full_disk(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(DataError, match="No space left on device"):
        write(path, make())

    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.html"]


def test_names_that_are_no_utf8_still_make_a_page(make: Make, tmp_path: Path) -> None:
    write(tmp_path / "report.html", make(shown=lambda _: Shown("", "b\udcffd.jpg", "")))

    assert "b?d.jpg" in (tmp_path / "report.html").read_text("utf-8")


def test_the_verdict_is_read_off_the_figures(make: Make) -> None:
    text = Document(render(make())).text.replace("\u202f", " ")

    assert (
        "On 3 labels never seen in training, Gemel tells same from different with 97.1 % accuracy "
        "(95 % interval 95.0–98.3 %) where half of all pairs are the same, at the threshold "
        "0.55, set for equal error rates on validation labels. At this threshold it accepts "
        "20.0 % of different pairs and rejects 25.0 % of matching pairs." in text
    )


def test_intervals_are_said_to_draw_identities_whatever_the_split(make: Make) -> None:
    by_item = replace(make().split, by="item")
    text = " ".join(Document(render(make(split=by_item))).text.split())

    assert (
        "intervals that resample identities: labels, or items connected by matching pairs." in text
    )
    assert "for items like these" not in text
    assert (
        "Training has seen the labels of these items: this says little about other labels." in text
    )
    assert "Training has seen the labels" not in render(make())


def test_the_verdict_tells_which_skilled_forgeries_pass(make: Make) -> None:
    figures = dict(make().figures)
    figures["verification"] = {
        **figures["verification"],
        "far@skilled": {"value": 0.538, "low": 0.4, "high": 0.6, "n": 99},
    }
    text = Document(render(make(figures=figures))).text.replace("\u202f", " ")
    assert "It accepts 53.8 % of skilled forgeries." in text


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("far=0.01", "set to accept 1 % of different pairs"),
        ("cost=10:1", "set for false accepts that cost 10 and false rejects that cost 1"),
    ],
)
def test_the_verdict_names_what_the_threshold_was_set_for(
    make: Make, target: str, words: str
) -> None:
    pairs = make().pairs
    aimed = replace(pairs, decision=replace(pairs.decision, target=target))

    assert words in render(make(pairs=aimed)).replace("\u202f", " ")


@pytest.mark.parametrize("package", ["jinja2", "sklearn"])
def test_a_package_that_is_missing_is_named(
    make: Make, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(MissingExtra, match=r"pip install 'gemel\[report\]'"):
        render(make())


def test_a_finished_run_is_summed_up_as_its_page_does(tiny_run: Run) -> None:
    paragraph = run_summary(tiny_run)

    assert paragraph.startswith("On 3 labels never seen in training, Gemel tells same from")
    page = Document(tiny_run.report.read_text("utf-8")).text
    assert " ".join(paragraph.split()) in " ".join(page.split())


def test_texts_are_read_as_they_stand_and_have_room(make: Make) -> None:
    page = Document(
        render(make(shown=lambda item: Shown(text_snippet(f"sentence {item}"), "it", "")))
    )
    classes = [attributes.get("class") for _, attributes in page.elements]

    assert "pairs texts" in classes
    pictures = [
        attributes for _, attributes in page.elements if attributes.get("class") == "picture"
    ]
    assert pictures
    # A role of an image, or a label, would hide the words from who listens to the page.
    assert not any("role" in attributes or "aria-label" in attributes for attributes in pictures)
    places = [it for _, it in page.elements if (it.get("class") or "").startswith("place")]
    assert places
    assert not any("aria-label" in attributes for attributes in places)


def test_pictures_are_named_for_who_does_not_see_them(make: Make) -> None:
    page = Document(render(make()))
    pictures = [it for _, it in page.elements if it.get("class") == "picture"]

    assert pictures
    assert all(it["role"] == "img" and it["aria-label"] for it in pictures)
    assert "pairs texts" not in [it.get("class") for _, it in page.elements]


def test_every_chart_names_both_axes(make: Make) -> None:
    page = render(make())
    axes = re.findall(r'<text class="axis"[^>]*>([^<]*)</text>', page)

    assert len(axes) >= 2 * 7
    assert all(name.strip() for name in axes)


def test_a_name_that_is_the_data_s_is_said_once(make: Make) -> None:
    assert "eyebrow" not in [
        it.get("class") for _, it in Document(render(make(data="Digits"))).elements
    ]
    assert "eyebrow" in [it.get("class") for _, it in Document(render(make())).elements]


def test_the_first_task_of_few_shot_is_said_once(make: Make) -> None:
    task = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 100}

    (table,) = tables({"few-shot": {"accuracy": task, "accuracy@3-way-1-shot": task}})

    assert [row.name.label for row in table.rows] == ["3-way-1-shot"]


def test_items_of_a_tables_cells_are_named_by_the_row_of_their_pair(make: Make) -> None:
    contents = make(
        shown=lambda item: Shown(text_snippet("a text"), "left of row 2", ""),
        row=lambda left, right: 1000 * (left + 1) + right,
    )
    wrong = contents.pairs[contents.pairs.false_accept()]
    nearest = int(wrong.distance.argmin())
    row = contents.row(int(wrong.left[nearest]), int(wrong.right[nearest]))

    page = render(contents)

    assert f'<small title="left of row {row}">' in page
    assert f'<small title="right of row {row}">' in page
    assert '<small title="left of row 2">' not in page
