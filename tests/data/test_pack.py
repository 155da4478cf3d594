"""The pack: decoded once, believed only when whole, small in memory."""

from __future__ import annotations

import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gemel.data import Dataset, open_data, pack
from gemel.data.unreadable import skipped
from gemel.errors import DataError
from gemel.inputs import ImageInput

GREY = ImageInput(height=6, width=6, channels=1)


class Counted:
    """Items made when asked for, which count how often that was."""

    def __init__(self, n: int, side: int = 6) -> None:
        self.n, self.side, self.asked = n, side, 0
        self.lock = threading.Lock()

    def __len__(self) -> int:
        return self.n

    def raw(self, index: int) -> np.ndarray:
        with self.lock:
            self.asked += 1
        return np.full((self.side, self.side), index % 251, np.uint8)

    def name(self, index: int) -> str:
        return str(index)

    def fingerprint(self) -> str:
        return f"counted {self.n} {self.side}"


def test_items_are_what_the_input_reads_in_their_order(tmp_path):
    items = Counted(300)
    seen: list[int] = []
    packed = pack(
        Dataset("d", items),
        GREY,
        cache=tmp_path,
        progress=seen.append,
    )
    assert len(packed) == 300
    assert packed.items.shape == (300, 1, 6, 6)
    batch = packed[np.array([299, 0, 7])]
    assert batch[:, 0, 0, 0].tolist() == [299 - 251, 0, 7]
    assert type(batch) is np.ndarray
    assert packed.readable.all()
    assert packed.notices == ()
    assert seen[-1] == 300
    assert seen == sorted(seen)


def test_items_cannot_be_written(tmp_path):
    packed = pack(Dataset("d", Counted(3)), GREY, cache=tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        packed.items[0] = 0


def test_a_second_call_decodes_nothing_and_another_input_decodes_anew(tmp_path):
    items = Counted(50)
    first = pack(Dataset("d", items), GREY, cache=tmp_path)
    second = pack(Dataset("renamed", items), GREY, cache=tmp_path)
    assert items.asked == 50
    np.testing.assert_array_equal(first.items, second.items)
    np.testing.assert_array_equal(first.digests, second.digests)
    pack(Dataset("d", items), ImageInput(height=4, width=6, channels=1), cache=tmp_path)
    assert items.asked == 100


def test_the_cache_is_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("GEMEL_CACHE", str(tmp_path / "here"))
    pack(Dataset("d", Counted(3)), GREY)
    assert len(list((tmp_path / "here" / "packs").iterdir())) == 1


def photographs(root: Path, n: int = 20) -> Path:
    draw = np.random.default_rng(0)
    for index in range(n):
        path = root / f"label{index % 2}" / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw.integers(0, 256, (9, 9), dtype=np.uint8)).save(path)
    return root


def test_one_picture_in_two_formats_has_one_digest(tmp_path):
    folder = photographs(tmp_path / "photos")
    with Image.open(folder / "label0" / "0.png") as image:
        image.save(folder / "label1" / "copy.bmp")
    data = open_data(folder)
    packed = pack(data, GREY, cache=tmp_path)
    names = [data.items.name(index) for index in range(len(data))]
    original, copy = names.index("label0/0.png"), names.index("label1/copy.bmp")
    np.testing.assert_array_equal(packed.digests[original], packed.digests[copy])
    assert len(np.unique(packed.digests, axis=0)) == 20


def test_a_file_that_changes_is_decoded_again(tmp_path):
    folder = photographs(tmp_path / "photos")
    before = np.array(pack(open_data(folder), GREY, cache=tmp_path).items)
    Image.new("L", (9, 9), 77).save(folder / "label0" / "0.png")
    after = pack(open_data(folder), GREY, cache=tmp_path)
    assert (after[np.array([0])] == 77).all()
    np.testing.assert_array_equal(after.items[1:], before[1:])


class TestUnreadable:
    def test_a_few_are_listed_and_skipped_now_and_from_the_cache(self, tmp_path):
        folder = photographs(tmp_path / "photos")
        (folder / "label0" / "text.jpg").write_text("hello")
        for _ in range(2):
            packed = pack(open_data(folder), GREY, cache=tmp_path)
            ((name, why),) = packed.unreadable
            assert name == "label0/text.jpg"
            assert "not a picture" in why
            assert packed.readable.sum() == 20
            (notice,) = packed.notices
            assert "1 of 21 items cannot be read" in notice
            assert "text.jpg" in notice

    def test_many_are_refused_with_the_first_and_the_count(self, tmp_path):
        folder = photographs(tmp_path / "photos")
        for index in range(22):
            (folder / "label0" / f"bad{index}.jpg").write_text("")
        data = open_data(folder)
        for _ in range(2):
            with pytest.raises(DataError, match=r"22 of 42 .*bad0.jpg.*, and 2 more.* at most 5%"):
                pack(data, GREY, cache=tmp_path)
        assert len(pack(data, GREY, cache=tmp_path, most_unreadable=0.6).unreadable) == 22

    def test_a_broken_link_counts_as_one(self, tmp_path):
        folder = photographs(tmp_path / "photos")
        (folder / "label0" / "link.png").symlink_to(tmp_path / "gone")
        (found,) = pack(open_data(folder), GREY, cache=tmp_path).unreadable
        assert "missing" in found[1]


class Dies(Counted):
    """Items of which one cannot be made, for a reason that is nobody's fault."""

    def raw(self, index: int) -> np.ndarray:
        if index == self.n // 2:
            raise KeyboardInterrupt
        return super().raw(index)


class TestWholeOrNotAtAll:
    def test_interrupted_it_leaves_nothing_and_the_next_call_starts_anew(self, tmp_path):
        with pytest.raises(KeyboardInterrupt):
            pack(Dataset("d", Dies(500)), GREY, cache=tmp_path)
        assert list((tmp_path / "packs").iterdir()) == []
        items = Counted(500)
        assert pack(Dataset("d", items), GREY, cache=tmp_path).readable.all()
        assert items.asked == 500

    @pytest.mark.parametrize("name", ["items.raw", "digests.raw", "readable.raw", "pack.json"])
    def test_a_pack_that_is_cut_short_is_not_believed(self, tmp_path, name):
        items = Counted(40)
        pack(Dataset("d", items), GREY, cache=tmp_path)
        (folder,) = (tmp_path / "packs").iterdir()
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:-1])
        packed = pack(Dataset("d", items), GREY, cache=tmp_path)
        assert items.asked == 80
        assert packed.readable.all()
        assert packed.items.shape == (40, 1, 6, 6)

    def test_killed_half_way_nothing_is_believed(self, tmp_path):
        program = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_pack import Counted, Dataset, GREY, Path, pack
def kill(done):
    if done > 1000:
        os.kill(os.getpid(), 9)
pack(Dataset("d", Counted(2000)), GREY, cache=Path(sys.argv[1]), progress=kill)
"""
        done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
        assert done.returncode == -9
        assert [path.suffix for path in (tmp_path / "packs").iterdir()] == [".partial"]
        items = Counted(2000)
        assert pack(Dataset("d", items), GREY, cache=tmp_path).readable.all()
        assert items.asked == 2000

    def test_an_old_partial_pack_is_cleared_away_and_a_fresh_one_left_alone(self, tmp_path):
        import os

        for name, age in (("old.partial", 7200), ("fresh.partial", 0)):
            folder = tmp_path / "packs" / name
            folder.mkdir(parents=True)
            (folder / "items.raw").write_bytes(b"x")
            for path in (folder / "items.raw", folder):
                touched = path.stat().st_mtime - age
                os.utime(path, (touched, touched))
        pack(Dataset("d", Counted(3)), GREY, cache=tmp_path)
        left = {path.name for path in (tmp_path / "packs").iterdir()}
        assert "fresh.partial" in left
        assert "old.partial" not in left

    def test_two_at_once_agree(self, tmp_path):
        found = []

        def work() -> None:
            found.append(pack(Dataset("d", Counted(3000)), GREY, cache=tmp_path))

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 3
        for packed in found:
            np.testing.assert_array_equal(packed.items, found[0].items)
        assert len(list((tmp_path / "packs").iterdir())) == 1

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
    def test_a_full_disk_is_one_sentence_and_leaves_nothing(self, tmp_path):
        # A limit on the size of files stands in for a full disk: both fail in the same write.
        program = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_pack import Counted, Dataset, GREY, Path, pack
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    pack(Dataset("d", Counted(2000)), GREY, cache=Path(sys.argv[1]))
except ValueError as error:
    print(type(error).__name__, error)
"""
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("DataError the disk of ")
        assert "GEMEL_CACHE" in done.stdout
        assert list((tmp_path / "packs").iterdir()) == []

    def test_a_cache_that_cannot_be_written(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(DataError, match="set GEMEL_CACHE"):
            pack(Dataset("d", Counted(3)), GREY, cache=tmp_path / "file")


def test_memory_does_not_grow_with_the_items(tmp_path):
    def peak(n: int) -> int:
        tracemalloc.start()
        try:
            pack(
                Dataset("d", Counted(n, side=64)),
                ImageInput(height=64, width=64, channels=3),
                cache=tmp_path,
            )
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # 6,000 items are 74 MB decoded. What is held is a few batches of 64 (0.8 MB each) and 17 bytes
    # per item, whatever the number of items.
    small, large = peak(2000), peak(6000)
    assert large < 24e6
    assert large < small + 6e6


def test_a_reason_in_common_is_told_once():
    wrong = [(f"{n}.csv", f"'{n}.csv' must have a channel 'x', got y") for n in range(3)]
    (told,) = skipped([*wrong, ("a.png", "a.png is empty")], 4, 90)
    assert told == (
        "4 of 90 items cannot be read ('0.csv' must have a channel 'x', got y; likewise 1.csv, "
        "2.csv; a.png is empty); they are skipped."
    )
