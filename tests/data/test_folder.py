"""Folders as people have them, and the sentence for each that cannot be served."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gemel.data import open_data, open_items
from gemel.errors import DataError, MissingData


def picture(path: Path, shade: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((4, 4), shade, np.uint8)).save(path)


def tree(root: Path, *names: str) -> Path:
    for shade, name in enumerate(names):
        picture(root / name, shade)
    return root


def test_class_folders(tmp_path):
    data = open_data(tree(tmp_path, "cat/1.png", "cat/2.PNG", "dog/1.jpg"))
    assert [data.items.name(i) for i in range(3)] == ["cat/1.png", "cat/2.PNG", "dog/1.jpg"]
    assert data.label_names == ("cat", "dog")
    assert data.labels.tolist() == [0, 0, 1]
    assert data.groups is None
    assert data.notices == ()
    assert data.items.raw(2) == tmp_path / "dog" / "1.jpg"


def test_a_pipe_is_no_picture_and_is_not_waited_for(tmp_path):
    tree(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png")
    os.mkfifo(tmp_path / "dog" / "2.png")
    data = open_data(tmp_path)
    assert len(data) == 3
    assert "1 file that is hidden or no picture is left out (dog/2.png)" in data.notices[0]


def test_a_folder_that_wraps_all_is_said_to_be_a_group(tmp_path):
    data = open_data(tree(tmp_path, "all/a/1.png", "all/a/2.png", "all/b/1.png"))
    assert "the upper one (all) is read as a group, the 2 lower ones as labels" in data.notices[0]
    assert "pass that folder itself" in data.notices[0]


def test_one_level_more_is_the_group_and_says_so(tmp_path):
    data = open_data(tree(tmp_path, "greek/a/1.png", "greek/a/2.png", "latin/a/1.png"))
    assert data.label_names == ("greek/a", "latin/a")
    assert data.group_names == ("greek", "latin")
    assert data.groups.tolist() == [0, 0, 1]
    assert "read as groups" in data.notices[0]
    assert "greek, latin" in data.notices[0]
    assert "'a' stands under greek and latin, and is another label in each" in data.notices[1]
    assert "table with item,label,maker" in data.notices[1]


def test_lower_folders_of_names_of_their_own_need_no_word(tmp_path):
    data = open_data(tree(tmp_path, "greek/a/1.png", "greek/a/2.png", "latin/b/1.png"))
    assert len(data.notices) == 1


def test_clutter_is_left_out_and_counted(tmp_path):
    tree(tmp_path, "a/1.png", "a/2.png", "b/1.png", "loose.png", ".hidden.png")
    for name in ("a/Thumbs.db", "a/.DS_Store", "b/notes.txt"):
        (tmp_path / name).write_text("x")
    data = open_data(tmp_path)
    assert len(data) == 3
    loose, ignored = data.notices
    assert "1 picture that lies loose" in loose
    assert "4 files that are hidden or no pictures" in ignored


def test_spellings_that_differ_by_case_space_and_unicode_form(tmp_path):
    # é as one code point and as e with an accent after it.
    data = open_data(
        tree(
            tmp_path,
            "Anna B/1.png",
            "anna b/2.png",
            "Ren\u00e9/1.png",
            "Rene\u0301/2.png",
            "Ren\u00e9/2.png",
        )
    )
    (notice,) = data.notices
    assert "'Anna B' and 'anna b'" in notice
    assert "Ren" in notice
    assert len(data.label_names) == 4


def test_links_that_are_broken_or_go_round_do_not_stop_it(tmp_path):
    tree(tmp_path, "a/1.png", "a/2.png", "b/1.png")
    (tmp_path / "b" / "gone.png").symlink_to(tmp_path / "nothing")
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    (tmp_path / "b" / ".self").symlink_to(tmp_path / "b" / ".self")
    data = open_data(tmp_path)
    assert len(data) == 4
    assert any("links back" in notice for notice in data.notices)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], "holds no pictures"),
        (["1.png", "2.png"], "no class folders"),
        (["a/1.png", "a/2.png"], "one label only, 'a'"),
        (["a/1.png", "b/1.png"], "one item per label"),
        (["a/1.png", "a/2.png", "b/c/1.png"], "1 at depth 2 .b/c/1.png."),
        (["w/g/a/1.png", "w/g/a/2.png", "w/g/b/1.png"], "lie 3 folders deep .* pass '.*w' instead"),
        (["train/a/1.png", "train/b/2.png", "test/a/3.png"], "look like a split"),
    ],
)
def test_folders_that_cannot_be_served(tmp_path, names, sentence):
    with pytest.raises(DataError, match=sentence):
        open_data(tree(tmp_path, *names))


def test_only_what_is_read_of_the_kind_asked_for_is_listed(tmp_path):
    with pytest.raises(DataError) as refused:
        open_data(tree(tmp_path, "a/1.png", "b/2.png"), kind="series")
    assert str(refused.value).endswith("read are sequences that end in .csv, .npy, .sig, .ts")


def test_a_run_is_not_data(tmp_path):
    for name in ("recipe.toml", "history.csv"):
        (tmp_path / name).write_text("x")
    with pytest.raises(DataError, match="is a run, where data are expected"):
        open_data(tmp_path)


def test_pictures_of_a_telephone_are_told_how_they_are_saved(tmp_path):
    for name in ("cat/1.HEIC", "cat/2.heic", "dog/1.avif"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    told = (
        r"only 3 other files .*pictures that end in .*\.jpg.* Save \.avif and \.heic files as JPEG"
    )
    with pytest.raises(DataError, match=told):
        open_data(tmp_path)
    tree(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png")
    assert "Save .avif and .heic files as JPEG to use them." in open_data(tmp_path).notices[0]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_may_not_be_read(tmp_path):
    tree(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "a").chmod(0)
    with pytest.raises(DataError, match="cannot be read"):
        open_data(tmp_path)
    (tmp_path / "a").chmod(0o700)


def test_files_are_read_again_only_where_a_size_or_a_time_has_changed(tmp_path):
    items = open_data(tree(tmp_path, "a/1.png", "a/2.png", "b/1.png", "b/2.png")).items
    before = items.fingerprint()
    file = tmp_path / "a" / "1.png"
    time = file.stat().st_mtime_ns
    file.write_bytes(file.read_bytes()[::-1])
    os.utime(file, ns=(time, time))
    assert items.fingerprint() == before
    os.utime(file, ns=(time, time + 10**9))
    assert items.fingerprint() != before


def test_the_fingerprint_follows_names_and_bytes(tmp_path):
    tree(tmp_path, "a/1.png", "a/2.png", "b/1.png")
    before = open_data(tmp_path).items.fingerprint()
    assert open_data(str(tmp_path)).items.fingerprint() == before
    picture(tmp_path / "a" / "1.png", 99)
    changed = open_data(tmp_path).items.fingerprint()
    assert changed != before
    (tmp_path / "b" / "1.png").rename(tmp_path / "b" / "2.png")
    assert open_data(tmp_path).items.fingerprint() not in (before, changed)


class TestNames:
    def test_a_slip_in_a_builtin_name(self):
        with pytest.raises(MissingData, match="did you mean 'mnist'"):
            open_data("minst")

    def test_of_several_names_alike_the_nearest_is_meant(self, tmp_path):
        for name in ("photobooks", "photo", "photosets", "photostat"):
            tree(tmp_path / name, "a/1.png")
        with pytest.raises(MissingData, match=r"did you mean '.*photo'"):
            open_data(tmp_path / "photos")

    def test_a_slip_in_a_path(self, tmp_path):
        tree(tmp_path / "photos", "a/1.png")
        with pytest.raises(MissingData, match=r"did you mean '.*photos'"):
            open_data(tmp_path / "photo")

    @pytest.mark.parametrize("name", ["~nosuch/photos", "photo" * 60])
    def test_what_no_path_can_be(self, name):
        for opened in (open_data, open_items):
            with pytest.raises(MissingData, match="neither a folder or table that exists"):
                opened(name)

    def test_a_link_to_nothing(self, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path / "gone")
        with pytest.raises(MissingData, match="symbolic link"):
            open_data(tmp_path / "link")

    def test_a_builtin_name_wins_over_a_folder_and_says_so(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tree(tmp_path, "digits/a/1.png", "digits/a/2.png", "digits/b/1.png"))
        assert "write ./digits" in open_data("digits").notices[0]
        assert len(open_data("./digits")) == 3


def test_items_without_labels_can_be_embedded(tmp_path):
    data = open_items(tree(tmp_path, "1.png", "2.png"))
    assert [data.items.name(i) for i in range(2)] == ["1.png", "2.png"]
    assert data.labels is None


def test_items_to_embed_lie_at_any_depth_and_are_named_by_their_folder(tmp_path):
    data = open_items(tree(tmp_path, "loose.png", "cat/1.png", "cat/old/2.png"))
    assert data.label_names == ("", "cat", "cat/old")
    assert [data.items.name(i) for i in range(3)] == ["cat/1.png", "cat/old/2.png", "loose.png"]
    assert data.labels.tolist() == [1, 2, 0]


def test_a_folder_without_items_has_nothing_to_embed(tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(DataError, match=r"no pictures, only 1 other file .*: name a folder"):
        open_items(tmp_path)


def test_items_that_are_called_forged_are_told_of(tmp_path):
    hands = tree(
        tmp_path, "1/original_1.png", "1/forgeries_1.png", "2/forget-me-not.png", "2/b.png"
    )
    (told,) = open_data(hands).notices
    assert told.startswith("1 item is called like a forgery (1/forgeries_1.png) and counted as")


def test_a_label_may_be_called_fake(tmp_path):
    names = ("fake/fake_1.png", "fake/fake_2.png", "real/a.png", "real/b.png")
    assert open_data(tree(tmp_path, *names)).notices == ()


def test_plain_files_are_told_how_texts_and_sequences_are_read(tmp_path):
    for name in ("cat/1.txt", "dog/2.dat"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("1 2\n3 4\n")
    told = r"Texts are read from the cells of a table; sequences in \.dat and \.txt files are read"
    with pytest.raises(DataError, match=told):
        open_data(tmp_path)
    with pytest.raises(DataError, match="holds no pictures, only 2 other files") as alone:
        open_data(tmp_path, kind="image")
    assert "Texts" not in str(alone.value)


def test_pictures_that_are_not_read_are_told_of_first(tmp_path):
    photos = tree(tmp_path, "1/a.png", "1/b.png", "2/a.png", "2/b.png")
    (photos / "1/IMG.HEIC").write_bytes(b"")
    (photos / "1/notes.txt").write_bytes(b"")
    first, second = open_data(photos).notices
    assert first == "1 picture is left out (1/IMG.HEIC). Save .heic files as JPEG to use them."
    assert second == "1 file that is hidden or no picture is left out (1/notes.txt)."


def test_a_kind_that_there_is_not(tmp_path):
    with pytest.raises(DataError, match="a kind is image, text, series, got 'img'"):
        open_data(tmp_path, kind="img")
