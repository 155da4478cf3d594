"""The rows of a recipe asked of one training."""

from __future__ import annotations

from gemel.recipe.files import load_recipe
from gemel.recipe.rows import FewShotRow, SimilarityRow
from gemel.reproduction.rows import answers_of
from heard import Followed, Heard


def test_rows_about_the_same_items_encode_them_once(tiny_text_run):
    rows = [
        SimilarityRow(what=figure, protocol="similarity", figure=figure)
        for figure in ("pearson", "spearman", "mse")
    ]
    followed = Followed()
    answers = answers_of(tiny_text_run, load_recipe(tiny_text_run.recipe), rows, followed)
    assert [answer.protocol for answer in answers] == ["similarity"] * 3
    stages = [told[0] for told in followed.told if isinstance(told, tuple)]
    assert stages.count("encoding test items") == 1


def test_what_an_answer_leaves_out_is_told_once(tiny_run, written):
    row = FewShotRow(what="four", protocol="few-shot", ways=4, within_group=True, data=written)
    heard = Heard()
    answers_of(tiny_run, load_recipe(tiny_run.recipe), [row], heard)
    left_out = "1 of 2 groups has fewer than 4 labels and is left out: 1."
    assert heard.sentences.count(left_out) == 1
