"""Archives found at hand, fetched once, checked, and asked for in words."""

from __future__ import annotations

import hashlib
import http.server
import io
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from gemel.data.download import Archive, fetch
from gemel.errors import DataError, MissingData

CONTENT = b"the original archive" * 1000


@pytest.fixture
def places(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GEMEL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GEMEL_DATA", str(tmp_path / "data"))
    return tmp_path


def published(folder: Path, algorithm: str = "sha256") -> Archive:
    home = folder / "a.bin"
    home.write_bytes(CONTENT)
    checksum = hashlib.new(algorithm, CONTENT).hexdigest()
    return Archive(home.as_uri(), f"{algorithm}:{checksum}")


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_download_is_kept_and_not_repeated(places, algorithm, capsys):
    archive = published(places, algorithm)
    path = fetch("set", archive)
    assert path == places / "cache" / "data" / "set" / "a.bin"
    assert path.read_bytes() == CONTENT
    assert "downloading a.bin: 100%" in capsys.readouterr().err
    (places / "a.bin").unlink()
    assert fetch("set", archive) == path


def test_what_is_at_hand_comes_first_and_is_taken_as_it_is(places):
    own = places / "data" / "set" / "a.bin"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"rebuilt")
    assert fetch("set", published(places)) == own


def test_an_altered_download_is_refused_and_not_kept(places):
    archive = published(places)
    (places / "a.bin").write_bytes(b"altered")
    with pytest.raises(DataError, match=r"not the published a.bin: its sha256 must be"):
        fetch("set", archive)
    assert list((places / "cache" / "data" / "set").iterdir()) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a.bin", "file:///nowhere/a.bin"])
def test_without_network_it_says_where_to_put_the_file(places, url, monkeypatch):
    with pytest.raises(MissingData, match=r"put the file into .*data/set' or .*cache/data/set'"):
        fetch("set", Archive(url))
    monkeypatch.delenv("GEMEL_DATA")
    with pytest.raises(MissingData, match=r"FOLDER/set with GEMEL_DATA=FOLDER"):
        fetch("set", Archive(url))
    assert not list((places / "cache" / "data" / "set").iterdir())


@pytest.mark.usefixtures("places")
def test_how_far_a_download_of_unknown_length_is(capsys, monkeypatch):
    class Untold(io.BytesIO):
        headers = {}  # noqa: RUF012

    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: Untold(b"x" * 2**20))
    assert fetch("set", Archive("http://nowhere/a.bin")).stat().st_size == 2**20
    assert "downloading a.bin:   0%  1.0 MiB" in capsys.readouterr().err


@pytest.mark.usefixtures("places")
def test_a_download_that_breaks_off():
    class Short(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 10)

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Short)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(MissingData, match="10 of 1000 bytes"):
            fetch("set", Archive(f"http://127.0.0.1:{server.server_port}/a.bin"))
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of a process are Unix's")
def test_a_full_disk_is_told_as_that(places):
    archive = published(places)
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from gemel.data.download import Archive, fetch\n"
        f"fetch('set', {archive!r})"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr
    assert "its disk must have room" in told.splitlines()[-1]
    assert list((places / "cache" / "data" / "set").iterdir()) == []


def test_a_cache_that_cannot_be_made(places, monkeypatch):
    (places / "file").write_text("")
    monkeypatch.setenv("GEMEL_CACHE", str(places / "file"))
    with pytest.raises(DataError, match="set GEMEL_CACHE"):
        fetch("set", published(places))
