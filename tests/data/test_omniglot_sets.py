"""Koch's split, the Vinyals split, the small background sets, and the pen traces."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from archives import drawings, zipped

from gemel.data import TEST, TRAIN, VALIDATION, open_data
from gemel.data.builtins.omniglot_koch import IN_RUNS
from gemel.data.builtins.omniglot_vinyals import QuarterTurns, character_parts
from gemel.data.dataset import Dataset
from gemel.data.sources import ArrayItems, ZipItems
from gemel.errors import DataError
from gemel.inputs import ImageInput

EVERYBODY = tuple(range(1, 21))


def put(shelf, background: list[str], evaluation: list[str]) -> None:
    home = shelf / "omniglot"
    for zip_name, alphabets in (
        ("images_background", background),
        ("images_evaluation", evaluation),
    ):
        zipped(home / f"{zip_name}.zip", drawings(zip_name, alphabets, EVERYBODY))


@pytest.mark.parametrize("number", [1, 2])
def test_the_small_sets_replace_the_background(shelf, number):
    name = f"images_background_small{number}"
    put(shelf, ["Greek"], ["Tengwar"])
    zipped(shelf / "omniglot" / f"{name}.zip", drawings(name, ["Latin", "Korean"], EVERYBODY))
    data = open_data(f"omniglot-small{number}")
    assert data.name == f"omniglot-small{number}"
    assert data.group_names == ("Korean", "Latin", "Tengwar")
    assert set(data.groups[data.split == TEST]) == {2}


class TestKoch:
    def sides(self, data: Dataset) -> dict[int, tuple[set[str], set[str]]]:
        """Alphabets and drawers of each side."""
        return {
            side: (
                {data.group_names[code] for code in data.groups[data.split == side]},
                {data.maker_names[code] for code in data.makers[data.split == side]},
            )
            for side in (TRAIN, VALIDATION, TEST)
        }

    def test_alphabets_and_drawers_are_apart(self, shelf):
        put(shelf, ["Greek", "Latin"], ["Avesta", "Tengwar", "ULOG", "Tibetan"])
        data = open_data("omniglot-koch")
        drawers = [f"{number:02d}" for number in EVERYBODY]
        assert self.sides(data) == {
            TRAIN: ({"Greek", "Latin"}, set(drawers[:12])),
            VALIDATION: ({"Avesta", "ULOG"}, set(drawers[12:16])),
            TEST: ({"Tengwar", "Tibetan"}, set(drawers[16:])),
        }
        # 2 alphabets of 2 characters on every side, by 12, 4 and 4 drawers.
        assert np.bincount(data.split).tolist() == [48, 16, 16]
        assert data.notices == ()
        assert len(IN_RUNS) == 10

    def test_of_the_evaluation_alphabets_those_of_lakes_runs_are_the_test(self, shelf):
        others = "Angelic Atemayar_Qelisayer Aurek-Besh Avesta Keble Mongolian Oriya Sylheti"
        validation = {*others.split(), "Syriac_(Serto)", "ULOG"}
        runs = "Atlantean Ge_ez Glagolitic Gurmukhi Kannada Malayalam Manipuri Tengwar Tibetan"
        test = {*runs.split(), "Old_Church_Slavonic_(Cyrillic)"}
        put(shelf, ["Greek"], sorted(validation | test))
        sides = self.sides(open_data("omniglot-koch"))
        assert (sides[VALIDATION][0], sides[TEST][0]) == (validation, test)

    @pytest.mark.parametrize("held", [["Angelic", "Avesta", "ULOG"], ["Ge_ez", "Kannada"]])
    def test_half_of_the_evaluation_alphabets_are_halved_with_a_notice(self, shelf, held):
        put(shelf, ["Greek"], held)
        data = open_data("omniglot-koch")
        sides = self.sides(data)
        assert sides[TEST][0] == {held[1]}
        assert sides[VALIDATION][0] == set(held) - {held[1]}
        (notice,) = data.notices
        negated = "" if held[0] in IN_RUNS else "not "
        assert f"only the {len(held)} alphabets that are {negated}in Lake's runs" in notice
        assert held[1] in notice


class TestVinyals:
    def test_turns_are_labels_of_their_own_on_the_side_of_their_character(self, shelf):
        put(shelf, ["Greek", "Latin", "Korean"], ["Tengwar", "Avesta"])
        data = open_data("omniglot-vinyals")
        assert len(data) == 4 * 200
        assert len(data.label_names) == 4 * 10
        assert data.label_names[:2] == (
            "Avesta/character01/rot000",
            "Avesta/character01/rot090",
        )
        sides = [set(data.split[data.labels // 4 == character]) for character in range(10)]
        assert all(len(side) == 1 for side in sides)
        # 423 / 1,623 of 10 is 2.6 and 50 / 1,623 is 0.3: 3 characters, and 1 at least.
        assert np.bincount([side.pop() for side in sides]).tolist() == [6, 1, 3]
        assert "10 of Omniglot's 1,623 characters are at hand" in data.notices[0]
        for index in (0, 77, 401, 799):
            drawing, turn = data.items.name(index).rsplit("/", 1)
            label = data.label_names[data.labels[index]]
            assert label == f"{drawing.rpartition('/')[0]}/{turn}"
            assert data.group_names[data.groups[index]] == label.partition("/")[0]
            assert drawing.endswith(f"_{data.maker_names[data.makers[index]]}.png")

    def test_the_numbers_of_the_papers(self):
        # Vinyals et al.: 1,200 characters to learn from, 50 of which validate, 423 to test.
        assert np.bincount(character_parts(1623)).tolist() == [1150, 50, 423]
        # Always the same characters, or trained networks would be tested on what they have seen.
        first = [np.flatnonzero(character_parts(1623) == part)[:4] for part in (VALIDATION, TEST)]
        np.testing.assert_array_equal(first, [[15, 43, 100, 112], [8, 10, 11, 16]])


def test_quarter_turns_are_numpys():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 4, 5)).astype(np.uint8)
    items = QuarterTurns(ArrayItems((("drawing", pixels),)))
    assert len(items) == 12
    for index in range(12):
        upright, turn = divmod(index, 4)
        np.testing.assert_array_equal(np.asarray(items.raw(index)), np.rot90(pixels[upright], turn))
    assert items.name(6) == "drawing/1/rot180"
    assert items.fingerprint() != items.upright.fingerprint()


def test_turned_pictures_are_read_as_any_other():
    pixels = np.zeros((1, 9, 9), np.uint8)
    pixels[0, 0] = 255
    turned = QuarterTurns(ArrayItems((("drawing", pixels),))).raw(1)
    # A quarter against the clock: what was the first row is the first column.
    (read,) = ImageInput(height=9, width=9, channels=1).read(turned)
    assert read[:, 0].tolist() == [255] * 9
    assert not read[:, 1:].any()


class TestTraces:
    def put(self, shelf, ending: str = "txt") -> None:
        """Greek in both archives, Latin in the second alone; the drawings of both."""
        for number, alphabets in ((1, ["Greek"]), (2, ["Greek", "Latin"])):
            file, trace = f"strokes_background_small{number}", b"START\n1,-2,0\nBREAK\n"
            members = {
                f"{file}/{alphabet}/character01/000{place}_0{drawer}.{ending}": trace
                for place, alphabet in enumerate(alphabets)
                for drawer in (2, 1)
            }
            members[f"__MACOSX/{file}/Greek/character01/._0000_01.txt"] = b""
            zipped(shelf / "omniglot" / f"{file}.zip", members)

    def test_each_trace_is_there_once_with_what_is_known_of_it(self, shelf):
        self.put(shelf)
        data = open_data("omniglot-strokes")
        names = [data.items.name(index) for index in range(len(data))]
        assert names == [
            "Greek/character01/0000_01.txt",
            "Greek/character01/0000_02.txt",
            "Latin/character01/0001_01.txt",
            "Latin/character01/0001_02.txt",
        ]
        assert data.kind == "series"
        assert [data.label_names[label] for label in data.labels[::2]] == [
            "Greek/character01",
            "Latin/character01",
        ]
        assert data.makers.tolist() == [0, 1, 0, 1]
        assert data.split.tolist() == [-1, -1, TEST, TEST]
        assert data.items.raw(0).startswith(b"START")

    def test_a_drawing_matches_its_own_trace_alone(self, shelf):
        self.put(shelf)
        alphabets = {
            f"images_background/{name}.png": name.encode()
            for name in (
                "Latin/character01/0001_02",
                "Latin/character01/0001_01",
                "Greek/character01/0000_01",
                "Greek/character01/0000_02",
                "Korean/character01/0009_01",
            )
        }
        zipped(shelf / "omniglot" / "images_background.zip", alphabets)
        data = open_data("omniglot-traced")
        assert len(data) == 8
        for index in range(4):
            drawing, trace = data.items.name(index), data.items.name(index + 4)
            assert drawing == trace.replace(".txt", ".png")
            assert data.items.raw(index) == drawing.removesuffix(".png").encode()
            assert data.items.raw(index + 4).startswith(b"START")
            assert data.labels[index] == data.labels[index + 4] == index
        assert data.unlike.left.tolist() == [True] * 4 + [False] * 4
        assert data.split.tolist() == [-1, -1, TEST, TEST] * 2

    def test_a_trace_without_its_drawing(self, shelf):
        self.put(shelf)
        zipped(shelf / "omniglot" / "images_background.zip", drawings("x", ["Greek"], (1, 2)))
        with pytest.raises(DataError, match="every trace must have its drawing"):
            open_data("omniglot-traced")

    def test_an_archive_without_traces(self, shelf):
        self.put(shelf, ending="png")
        with pytest.raises(DataError, match=r"holds no drawings \(Alphabet/.*NN.txt\)"):
            open_data("omniglot-strokes")


def test_the_originals_at_hand(gemel_data):
    if not (gemel_data / "omniglot").is_dir():
        pytest.skip("no omniglot at hand")
    omniglot = open_data("omniglot")
    names = {omniglot.items.name(index) for index in range(len(omniglot))}
    if (gemel_data / "omniglot" / "strokes_background_small1.zip").is_file():
        traced = open_data("omniglot-traced")
        half = len(traced) // 2
        for index in range(half):
            assert traced.items.name(index) in names
            assert traced.items.name(index + half).removesuffix(".txt") + ".png" in names
    koch = open_data("omniglot-koch")
    assert (koch.split == TRAIN).sum() == 964 * 12
    vinyals = open_data("omniglot-vinyals")
    assert len(vinyals) == 4 * len(omniglot)


def test_other_drawings_of_one_archive_are_other_items(tmp_path):
    """Both have as many members: a pack of the one must not be taken for the other's."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in "abcd":
            archive.writestr(name, name)
    one, other = (
        ZipItems((path,), tuple((0, name) for name in names), names)
        for names in (("a", "b"), ("c", "d"))
    )
    assert one.fingerprint() != other.fingerprint()
    assert one.fingerprint() == ZipItems((path,), one.members, one.names).fingerprint()
