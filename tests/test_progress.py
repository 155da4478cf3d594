from __future__ import annotations

import io
import logging

from gemel import progress
from gemel.progress import Bars, Lines, Silent, quiet, shown_progress


def worked(shown):
    shown.say("Split by label: [by group] 100 %")
    with shown.stage("training", 10) as stage:
        for done in range(1, 11):
            stage.advance(done, f"loss {1 / done:.2f}")


def test_silence_is_silent(capsys):
    worked(Silent())
    assert capsys.readouterr() == ("", "")


def test_lines_tell_the_end_of_a_stage_on_standard_error_alone(capsys):
    worked(Lines())
    out, error = capsys.readouterr()
    assert out == ""
    first, last = error.splitlines()
    assert first == "Split by label: [by group] 100 %"
    assert last.startswith("training: 100%  loss 0.10  (")


def test_lines_tell_of_a_long_stage_while_it_lasts(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    worked(Lines())
    _, *during, last = capsys.readouterr().err.splitlines()
    assert len(during) == 9
    assert last.startswith("training: 100%")


def test_all_of_a_stage_is_told_once_and_only_when_all_is_done(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    with Lines().stage("training", 1000) as stage:
        stage.advance(999)
        stage.advance(1000, "loss 0.1")
        stage.advance(1000, "loss 0.1  validation auc 0.9")
    first, last = capsys.readouterr().err.splitlines()
    assert first == "training:  99%"
    assert last.startswith("training: 100%  loss 0.1  validation auc 0.9  (")


def test_a_stage_without_work_says_nothing(capsys):
    with Lines().stage("reading items", 0):
        pass
    assert capsys.readouterr().err == ""


def test_work_that_runs_over_is_never_more_than_all_of_it(capsys):
    with Lines().stage("training", 10) as stage:
        stage.advance(12)
    assert "100%" in capsys.readouterr().err


def test_bars_on_a_terminal_show_sentences_as_they_are(capsys):
    worked(Bars())
    out, error = capsys.readouterr()
    assert out == ""
    assert "[by group]" in error
    assert "training" in error
    assert "0:00:00" in error, "the time left"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_what_is_shown_depends_on_who_looks(monkeypatch):
    monkeypatch.setattr("sys.stderr", Terminal())
    assert isinstance(shown_progress(), Bars)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert isinstance(shown_progress(), Lines)


def test_loggers_are_quiet_within_the_block_alone():
    logger = logging.getLogger("a library")
    logger.setLevel(logging.INFO)
    with quiet("a library"):
        assert not logger.isEnabledFor(logging.WARNING)
    assert logger.level == logging.INFO
