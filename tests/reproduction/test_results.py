"""The results: read back as they were written, replaced and not doubled, never half a file."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from gemel.errors import DataError
from gemel.evaluation.figure import Figure
from gemel.recipe.files import load_recipe
from gemel.reproduction.keep import keep
from gemel.reproduction.page import BEGIN, END, page, readme_table, with_table
from gemel.reproduction.results import Entry, Results, Row, read_results
from gemel.reproduction.settings import settings_of

ROOT = Path(__file__).parents[2]


def entry(recipe="hadsell-2006", value=0.975, changes=(), data="mnist", settings=None):
    ours = Figure(value=value, low=value - 0.01, high=value + 0.01, n=17_820)
    row = Row(
        what="MNIST | pairs",
        figure="accuracy",
        published="97.2 %",
        source="the example",
        ours=ours,
        seeds=(value, value),
        seconds=61.0,
        cpu_seconds=119.0,
    )
    return Entry(
        recipe=recipe,
        changes=changes,
        data=data,
        about="What it is.",
        command=f"gemel reproduce {recipe} --seeds 2",
        folds=None,
        commit="0123456789",
        machine="2 cores, 2 threads, a processor",
        date="2026-01-02",
        settings=settings,
        rows=(row,),
    )


def test_written_and_read_back_it_is_the_same(tmp_path):
    kept = keep(tmp_path / "docs" / "results.md", entry())
    assert read_results(tmp_path / "docs" / "results.json") == kept == Results(entries=(entry(),))


def test_rows_say_that_their_recipe_has_changed_since():
    recipe = load_recipe("hadsell-2006", ["training.epochs=7"])
    for settings, changes, old in [
        (settings_of(recipe), (), True),
        (settings_of(recipe), ("training.epochs=7",), False),
        (settings_of(load_recipe("hadsell-2006")), (), False),
        (None, (), False),
        ("01234567", ("encoder.gone=1",), True),
    ]:
        results = Results(entries=(entry(settings=settings, changes=changes),))
        assert ("The recipe has changed since." in page(results)) == old
        assert ("by an older recipe" in readme_table(results)) == old
    own = entry("of-my-own", settings="01234567")
    assert "changed" not in page(Results(entries=(own,)))


def test_words_make_no_row_old_and_other_questions_do():
    recipe = load_recipe("snell-2017")
    assert recipe.reproduction is not None
    (first, *others) = recipe.reproduction.rows

    def asking(row):
        rows = recipe.reproduction.model_copy(update={"rows": (row, *others)})
        return recipe.model_copy(update={"reproduction": rows, "about": "Else."})

    own = settings_of(recipe)
    assert settings_of(asking(first.model_copy(update={"what": "Else", "published": None}))) == own
    assert settings_of(asking(first.model_copy(update={"ways": 7}))) != own


def test_a_row_is_replaced_and_never_doubled(tmp_path):
    path = tmp_path / "results.md"
    for each in (entry(), entry("chopra-2005"), entry(value=0.98)):
        kept = keep(path, each)
    assert [(one.recipe, one.rows[0].ours.value) for one in kept.entries] == [
        ("chopra-2005", 0.975),
        ("hadsell-2006", 0.98),
    ]
    assert path.read_text("utf-8").count("MNIST") == 2
    # Another setting or other data are another reproduction.
    keep(path, entry(changes=("loss.margin=2",)))
    assert len(keep(path, entry(data="photos/")).entries) == 4


def test_figures_near_the_ends_have_two_decimals():
    # Published as 99.5 %, which 99.46 is not.
    near, far = Results(entries=(entry(value=0.9946),)), Results(entries=(entry(value=0.9846),))
    for made in (page, readme_table):
        assert "99.46\N{NARROW NO-BREAK SPACE}% (98.46–100" in made(near)
        assert "98.5\N{NARROW NO-BREAK SPACE}% (97.5–99.5" in made(far)
    assert "99.46\N{NARROW NO-BREAK SPACE}%, 99.46" in page(near)  # each seed


def test_the_page_says_all_there_is_to_know():
    text = page(Results(entries=(entry(),)))
    for told in (
        "## hadsell-2006",
        "gemel reproduce hadsell-2006 --seeds 2",
        "97.2 % (the example)",
        "97.5\N{NARROW NO-BREAK SPACE}% (96.5–98.5\N{NARROW NO-BREAK SPACE}%), 2 seeds",
        "17,820",
        "61 s",
        "2.0 min",
        "0123456789",
        "2026-01-02",
        "2 cores, 2 threads, a processor",
        "MNIST \\| pairs",
    ):
        assert told in text, told


def test_one_seed_says_so():
    one = entry()
    one = one.model_copy(update={"rows": (one.rows[0].model_copy(update={"seeds": (0.975,)}),)})
    assert ", 1 seed" in readme_table(Results(entries=(one,)))


def test_the_readme_has_the_first_row_of_each():
    one = entry()
    second = one.rows[0].model_copy(update={"what": "the same, calibrated"})
    table = readme_table(Results(entries=(one.model_copy(update={"rows": (*one.rows, second)}),)))
    assert "MNIST" in table
    assert "calibrated" not in table


def test_a_figure_is_named_once():
    one = entry()
    named = one.rows[0].model_copy(update={"what": "the accuracy"})
    text = page(Results(entries=(one.model_copy(update={"rows": (*one.rows, named)}),)))
    assert "| MNIST \\| pairs: accuracy |" in text
    assert "| the accuracy |" in text


def add(path, number):
    for one in range(5):
        keep(path, entry(f"recipe-{number}-{one}"))


def test_two_that_write_at_once_lose_nothing(tmp_path):
    start = multiprocessing.get_context("fork")
    writers = [start.Process(target=add, args=(tmp_path / "results.md", n)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(read_results(tmp_path / "results.json").entries) == 15


def test_a_damaged_file_is_one_sentence_and_is_kept(tmp_path):
    truth = tmp_path / "results.json"
    truth.write_text("{", "utf-8")
    with pytest.raises(DataError, match=r"results\.json must be as `gemel reproduce` wrote it"):
        keep(tmp_path / "results.md", entry())
    assert truth.read_text("utf-8") == "{"
    truth.write_bytes(b"\xff")
    with pytest.raises(DataError, match="choose another --results"):
        read_results(truth)


def test_a_place_that_cannot_be_written_to_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(DataError, match="must be a folder that results can be written to"):
        keep(tmp_path / "file" / "results.md", entry())


def test_the_table_takes_the_place_of_the_one_before():
    results = Results(entries=(entry(),))
    readme = f"# Title\n\n{BEGIN}\n\nold\n\n{END}\n\nThe end.\n"
    made = with_table(readme, results)
    assert "old" not in made
    assert made.startswith("# Title")
    assert made.endswith("The end.\n")
    assert with_table(made, results) == made
    with pytest.raises(DataError, match="the table goes between two lines"):
        with_table("# Title\n", results)


def test_pages_and_readme_show_what_the_results_give():
    results = read_results(ROOT / "docs" / "results.json")
    readme = (ROOT / "README.md").read_text("utf-8")
    assert with_table(readme, results) == readme, "make results brings the README up to date"
    assert (ROOT / "docs" / "results.md").read_text("utf-8") == page(results)


def test_rows_show_what_their_recipes_say_was_published():
    for entry in read_results(ROOT / "docs" / "results.json").entries:
        asked = load_recipe(entry.recipe, entry.changes).reproduction
        if asked.data not in {None, entry.data}:
            continue  # published figures are of the recipe's own data
        told = {row.what.replace("{data}", entry.data): row for row in asked.rows}
        for row in entry.rows:
            published = told[row.what].published, told[row.what].source
            assert (row.published, row.source) == published, (entry.recipe, row.what)
