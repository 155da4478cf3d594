"""A matcher folder is as training wrote it, or one sentence says what is wrong with it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

import gemel
from gemel.errors import MatcherError
from gemel.matcher import Matcher
from gemel.matcher.file import FILES, MatcherFile

HEAVY = {"torch", "sklearn", "matplotlib", "lightning_fabric", "pyarrow", "jinja2", "onnx", "typer"}


def changed(run, **values):
    path = run.matcher / "matcher.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


def test_a_run_and_its_matcher_folder_load_alike(tiny_run):
    own = gemel.load(str(tiny_run.matcher))
    assert gemel.load(tiny_run.path).file == own.file
    named_by_its_file = gemel.load(tiny_run.matcher / "matcher.json")
    assert (named_by_its_file.path, named_by_its_file.file) == (own.path, own.file)


def test_a_matcher_folder_is_enough_wherever_it_is_copied(tiny_run, tmp_path):
    items = np.random.default_rng(0).integers(0, 256, (2, 8, 8)).astype(np.uint8)
    copied = gemel.load(shutil.copytree(tiny_run.matcher, tmp_path / "elsewhere"))
    assert copied.compare(*items) == gemel.load(tiny_run.path).compare(*items)


def test_what_is_saved_is_what_is_loaded(tiny_run):
    text = (tiny_run.matcher / "matcher.json").read_text("utf-8")
    file = gemel.load(tiny_run.path).file
    assert json.loads(text) == json.loads(file.model_dump_json())
    assert MatcherFile.model_validate_json(file.model_dump_json()) == file


def test_it_says_what_it_is(tiny_run):
    assert repr(gemel.load(tiny_run.path)).endswith("compact with cosine)")


def test_loading_and_comparing_need_nothing_of_the_training(tiny_run):
    program = f"""
import sys
import numpy as np
import gemel
matcher = gemel.load({str(tiny_run.path)!r})
matcher.compare(np.zeros((8, 8), np.uint8), np.ones((8, 8), np.uint8))
matcher.embed([np.zeros((8, 8), np.uint8)])
print(*sys.modules)
"""
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {name.partition(".")[0] for name in told.stdout.split()} & HEAVY


@pytest.mark.parametrize("name", FILES["shared"])
def test_an_altered_byte_is_noticed(own_run, name):
    path = own_run.matcher / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(MatcherError, match=rf"{name} must be as training wrote it.*SHA-256"):
        gemel.load(own_run.path)


@pytest.mark.parametrize("name", FILES["shared"])
def test_a_truncated_file_is_noticed(own_run, name):
    path = own_run.matcher / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(MatcherError, match=rf"{name} must be .*: copy the matcher folder again"):
        gemel.load(own_run.path)


@pytest.mark.parametrize("name", FILES["shared"])
def test_a_missing_file_is_called_missing(own_run, name):
    (own_run.matcher / name).unlink()
    with pytest.raises(MatcherError, match=rf"{name} must be .*it is missing"):
        gemel.load(own_run.path)


def test_no_matcher_at_all_says_what_one_is(tmp_path):
    for path, got in ((tmp_path, "has none"), (tmp_path / "nowhere", "does not exist")):
        told = rf"a folder with matcher\.json, and {path} {got}: give a run"
        with pytest.raises(MatcherError, match=told):
            gemel.load(path)


def test_a_file_in_place_of_the_folder_is_one_sentence(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"")
    with pytest.raises(MatcherError):
        gemel.load(tmp_path / "photo.jpg")


def test_a_newer_format_asks_for_a_newer_gemel(own_run):
    changed(own_run, format=4, invented="later")
    with pytest.raises(
        MatcherError, match=r"of format 4, .* reads up to 3: pip install --upgrade gemel"
    ):
        gemel.load(own_run.path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '{"format": 1}', "\udcff"])
def test_broken_json_is_one_sentence(own_run, text):
    path = own_run.matcher / "matcher.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(MatcherError, match=r"matcher\.json must be as training wrote it"):
        gemel.load(own_run.path)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"prior": "often"}, "prior"),
        ({"thresholds": []}, "thresholds"),
        ({"invented": 1}, "invented"),
        ({"sha256": {}}, r"\.onnx"),
        ({"calibration": {"method": "magic"}}, "calibration"),
        ({"prior": 1.5}, "prior"),
        ({"prior": 0.25}, r"matcher\.json .*its SHA-256 is not the one that was saved in it"),
    ],
)
def test_a_value_that_cannot_be_is_named(own_run, values, where):
    changed(own_run, **values)
    with pytest.raises(MatcherError, match=where):
        gemel.load(own_run.path)


def test_a_threshold_that_was_changed_by_hand_is_noticed(own_run):
    path = own_run.matcher / "matcher.json"
    tree = json.loads(path.read_text("utf-8"))
    tree["thresholds"][0]["distance"] += 0.5
    path.write_text(json.dumps(tree), "utf-8")
    with pytest.raises(MatcherError, match=r"matcher\.json must be as training wrote it"):
        gemel.load(own_run.path)


def test_a_file_that_is_laid_out_anew_is_read_and_the_first_format_too(own_run):
    path = own_run.matcher / "matcher.json"
    tree = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(tree, sort_keys=True), "utf-8")
    assert gemel.load(own_run.path).file.name == tree["name"]
    del tree["sha256"]["matcher.json"]
    path.write_text(json.dumps(tree), "utf-8")
    with pytest.raises(MatcherError, match="the one that was saved in it"):
        gemel.load(own_run.path)
    path.write_text(json.dumps({**tree, "format": 1}), "utf-8")
    assert gemel.load(own_run.path).file.name == tree["name"]


def test_files_are_frozen(tiny_run):
    file = gemel.load(tiny_run.path).file
    with pytest.raises(ValueError, match="frozen"):
        file.prior = 0.1
    assert isinstance(gemel.load(tiny_run.path), Matcher)
