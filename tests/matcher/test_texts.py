"""A matcher of texts: trained tiny, saved, asked from Python and from the command line."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import gemel
from gemel.errors import DataError, ItemError, MatcherError
from gemel.measure.question import Question
from gemel.measure.runs import measure_run
from gemel.progress import Silent


@pytest.fixture(scope="module")
def matcher(tiny_text_run):
    return gemel.load(tiny_text_run.path)


def told(*arguments):
    return subprocess.run(
        [sys.executable, "-c", "from gemel.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
    )


def test_it_compares_texts_and_gives_a_score_on_the_scale_it_learned(matcher):
    verdict = matcher.compare("the red car", "a red car stands there")
    assert 1 <= verdict.score <= 5
    assert verdict == matcher.compare("the red car", "a red car stands there")
    alike = matcher.compare("the red car", "the red car")
    assert alike.distance == pytest.approx(0, abs=1e-5)
    assert alike.same
    assert alike.score >= verdict.score


def test_sides_may_be_exchanged(matcher):
    there = matcher.compare("the red car", "look, a very blue ship")
    back = matcher.compare("look, a very blue ship", "the red car")
    assert there.distance == back.distance


def test_a_text_has_one_embedding_whatever_it_is_encoded_beside(matcher):
    texts = ["car", "there is one grey stone", "look, a very red cat", "the tree"]
    together = matcher.embed(texts)
    for text, row in zip(texts, together, strict=True):
        np.testing.assert_allclose(matcher.embed([text])[0], row, atol=1e-5)


def test_a_stream_without_end_is_embedded_a_batch_at_a_time(matcher):
    endless = itertools.cycle(["the red car", "a blue ship stands there"])
    parts = list(itertools.islice(matcher.embed_stream(endless), 2))
    assert parts[0].shape == parts[1].shape
    np.testing.assert_allclose(parts[0][0], matcher.embed(["the red car"])[0], atol=1e-5)


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ("", "more than white space"),
        ("x" * 1_000_000, "at most 100,000 are read"),
        ("\u2603\u2603", "holds nothing that this matcher knows"),
        (Image.new("L", (4, 4)), "this matcher compares texts"),
    ],
)
def test_what_it_cannot_read_is_one_sentence(matcher, item, sentence):
    with pytest.raises(ItemError, match=sentence):
        matcher.compare(item, "the red car")


def test_the_command_line_says_the_same(tiny_text_run, matcher):
    said = told("compare", tiny_text_run.path, "the red car", "the blue car", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["score"] == pytest.approx(
        matcher.compare("the red car", "the blue car").score
    )
    refused = told("compare", tiny_text_run.path, "the red car", " ")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") <= 2
    assert "Traceback" not in refused.stderr


def test_comparing_texts_imports_neither_torch_nor_a_web_client(tiny_text_run):
    code = (
        "import sys, gemel; gemel.load(sys.argv[1]).compare('the red car', 'the blue car'); "
        "print([name for name in ('torch', 'transformers', 'pyarrow') if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tiny_text_run.path)], capture_output=True, text=True
    )
    assert said.stdout.strip() == "[]", said.stderr


def test_its_tokenizer_lies_beside_it_and_is_sealed(tiny_text_run, tmp_path):
    import shutil

    copy = shutil.copytree(tiny_text_run.path / "matcher", tmp_path / "matcher")
    tokenizer = copy / "tokenizer.json"
    assert json.loads(tokenizer.read_text("utf-8"))["model"]["vocab"]["[UNK]"] == 1
    tokenizer.write_text(tokenizer.read_text("utf-8").replace("car", "cat"), "utf-8")
    with pytest.raises(MatcherError, match=r"tokenizer\.json .*SHA-256"):
        gemel.load(copy)


def test_similarity_and_partners_are_measured(tiny_text_run):
    metrics = json.loads(tiny_text_run.metrics.read_text("utf-8"))["protocols"]
    assert set(metrics) == {"verification", "similarity", "retrieval"}
    asked = measure_run(tiny_text_run, None, "similarity", Question(), Silent())
    assert asked.tree()["metrics"] == metrics["similarity"]["metrics"]


def test_pictures_are_no_data_for_it(tiny_text_run):
    with pytest.raises(DataError, match="kind text, and digits holds items of the kind image"):
        measure_run(tiny_text_run, "digits", "verification", Question(), Silent())


def test_its_report_shows_texts(tiny_text_run):
    page = tiny_text_run.report.read_text("utf-8")
    assert '<blockquote class="text">' in page
    assert "Pearson correlation" in page
