"""Wrong usage is one line on standard error and the status 2."""

from __future__ import annotations

import pytest
from command import Gemel

from gemel.run import Run


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["bogus"], "no such command 'bogus'"),
        (["comparre"], "Did you mean 'compare'?"),
        (["train"], "say what to train on"),
        (["train", "--resume"], "say which run to resume"),
        (["train", "digits", "--minutes", "0"], "0.001"),
        (["train", "digits", "--bogus"], "no such option: --bogus"),
        (["train", "digits", "--minutes", "1", "--epochs", "1"], "not both"),
        (["train", "digits", "--minutes", "long"], "'--minutes'"),
        (["train", "digits", "--minutes", "0"], "'--minutes'"),
        (["train", "digits", "--devices", "many"], "auto or a number of at least 1, got 'many'"),
        (["train", "digits", "--devices", "0"], "auto or a number of at least 1, got '0'"),
        (["evaluate"], "say which run to measure"),
        (["evaluate", "run", "--protocol", "guess"], "'guess' is not one of 'verification'"),
        (["evaluate", "--method", "hausdorff"], "goes with --protocol lake-runs"),
        (["evaluate", "run", "--ways", "1"], "'--ways'"),
        (["evaluate", "run", "--ways", "5"], "--ways goes with --protocol few-shot or sequences"),
        (
            ["evaluate", "run", "--protocol", "few-shot", "--threshold", "1"],
            "--threshold goes with",
        ),
        (["evaluate", "run", "--protocol", "retrieval", "--makers", "two"], "--makers goes with"),
        (["evaluate", "run", "--protocol", "few-shot", "--small-groups", "skip"], "--makers two"),
        (
            [
                "evaluate",
                "run",
                "--protocol",
                "few-shot",
                "--makers",
                "two",
                "--small-groups",
                "fewer-ways",
            ],
            "goes with --makers two and --within-group",
        ),
        (["evaluate", "run", "--protocol", "lake-runs", "--method", "hausdorff"], "leave out RUN"),
        (
            ["evaluate", "--protocol", "lake-runs", "--method", "hausdorff", "--seed", "1"],
            "--seed goes with",
        ),
        (["evaluate", "run", "--protocol", "similarity", "--seed", "1"], "--seed goes with"),
        (["compare", "run", "a.png"], "missing argument 'B'"),
        (["compare", "run", "-5 Grad", "b"], "begins with a dash comes after --, as in RUN -- A B"),
        (["embed", "run", "digits"], "missing option '--out'"),
    ],
)
def test_a_line_that_points_to_the_help(gemel: Gemel, words: list[str], sentence: str) -> None:
    outcome = gemel(*words)

    assert outcome.status == 2
    assert outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ")
    assert sentence in line
    command = (
        "gemel" if len(words) == 1 and words[0] in {"bogus", "comparre"} else f"gemel {words[0]}"
    )
    assert line.endswith(f" {command} --help says what it takes")
    assert line.removesuffix(f" {command} --help says what it takes").endswith((".", "?"))
    assert "?." not in line
    assert "Value error" not in line


def test_a_dash_alone_is_no_text(gemel: Gemel, tiny_run: Run) -> None:
    outcome = gemel("compare", tiny_run.path, "-", "b")

    assert outcome.status == 2
    assert "- would be standard input, which is not read" in outcome.err


def test_no_words_at_all_are_answered_with_the_help(gemel: Gemel) -> None:
    outcome = gemel()

    assert outcome.status == 2
    assert "Usage: gemel" in outcome.err + outcome.out
    assert "error" not in outcome.err
