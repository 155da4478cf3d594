from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gemel.errors import DataError
from gemel.whole_file import whole_file, whole_folder, write_json, write_text


def half_written(place, error):
    with place as temporary:
        if temporary.is_dir():
            assert not list(temporary.iterdir())
            temporary /= "file"
        temporary.write_text("half")
        raise error


def test_a_reader_sees_the_old_text_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "deeper" / "note.txt"
    write_text(path, "old")
    with whole_file(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "note.txt"
    write_text(path, "old")
    with pytest.raises(error):
        half_written(whole_file(path), error)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "way_out"),
    [
        (errno.ENOSPC, "No space left.*: free some space, or choose another folder"),
        (errno.EACCES, "Permission denied.*: choose another folder"),
    ],
)
def test_a_disk_that_refuses_is_one_sentence_with_a_way_out(tmp_path, number, way_out):
    with pytest.raises(DataError, match=rf"note\.txt must be writable.*{way_out}"):  # noqa: SIM117
        with whole_file(tmp_path / "note.txt"):
            raise OSError(number, os.strerror(number))
    assert not list(tmp_path.iterdir())


def test_other_failures_of_the_writer_are_its_own(tmp_path):
    with pytest.raises(OSError, match="Interrupted"), whole_file(tmp_path / "note.txt"):
        raise OSError(errno.EINTR, "Interrupted")
    with pytest.raises(OSError, match="Interrupted"), whole_folder(tmp_path / "folder"):
        raise OSError(errno.EINTR, "Interrupted")


def test_a_file_where_the_folder_should_be_is_one_sentence(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DataError, match="must be writable"):
        write_text(tmp_path / "taken" / "note.txt", "text")


def test_a_folder_takes_the_old_ones_place_when_it_is_whole(tmp_path):
    path = tmp_path / "matcher"
    for text in ("old", "new"):
        with whole_folder(path) as temporary:
            (temporary / "file").write_text(text)
        assert (path / "file").read_text() == text
    assert list(tmp_path.iterdir()) == [path]


def test_who_may_read_what_is_written_is_the_users_choice_and_no_librarys(tmp_path):
    with whole_folder(tmp_path / "matcher") as folder:
        (folder / "weights").write_bytes(b"1")
        (folder / "weights").chmod(0o600)
    with whole_file(tmp_path / "learned") as file:
        file.chmod(0o600)
    written = (tmp_path / "matcher" / "weights", tmp_path / "learned")
    (tmp_path / "plain").touch()
    plain = (tmp_path / "plain").stat().st_mode
    assert [path.stat().st_mode for path in written] == [plain, plain]


def test_who_keeps_files_private_gets_private_ones(tmp_path):
    write = "import gemel.whole_file as w; w.write_text(w.Path('secret'), 'face')"
    subprocess.run([sys.executable, "-c", write], cwd=tmp_path, umask=0o077, check=True)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_the_old_folder_comes_back_where_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    path = tmp_path / "matcher"
    with whole_folder(path) as temporary:
        (temporary / "file").write_text("old")

    def refused(source, target):
        if Path(source) == temporary:
            raise PermissionError(errno.EACCES, "refused")
        rename(source, target)

    rename = os.replace
    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(DataError, match="must be writable"), whole_folder(path):
        pass
    assert (path / "file").read_text() == "old"


def test_a_folder_that_a_killed_process_had_put_aside_comes_back(tmp_path):
    path = tmp_path / "matcher"
    with whole_folder(path) as temporary:
        (temporary / "file").write_text("old")
    path.rename(tmp_path / ".matcher.old")
    with pytest.raises(KeyboardInterrupt):
        half_written(whole_folder(path), KeyboardInterrupt)
    assert (path / "file").read_text() == "old"


def test_a_folder_that_fails_leaves_the_old_one_and_sweeps_what_a_killed_process_left(tmp_path):
    path = tmp_path / "matcher"
    with whole_folder(path) as temporary:
        (temporary / "file").write_text("old")
    temporary.mkdir()
    (temporary / "of a killed process").write_text("half")
    with pytest.raises(KeyboardInterrupt):
        half_written(whole_folder(path), KeyboardInterrupt)
    assert (path / "file").read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_on_a_full_disk_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match="must be writable"), whole_folder(tmp_path / "matcher"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_name_that_utf8_has_no_bytes_for_can_be_written_down(tmp_path):
    write_json(tmp_path / "told.json", {"notice": "\udcff.png cannot be read"})
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))
    assert told == {"notice": "\udcff.png cannot be read"}


def test_a_disk_without_permissions_is_written_all_the_same(tmp_path, monkeypatch):
    def unknown(*_):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("pathlib.Path.chmod", unknown)
    write_text(tmp_path / "note.txt", "text")
    assert (tmp_path / "note.txt").read_text() == "text"


def test_what_is_flushed_is_open_for_writing_as_windows_asks(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(os, "fsync", lambda file: flushed.append(os.write(file, b"new")))
    write_text(tmp_path / "note.txt", "old")
    assert flushed == [3]
