"""Measure the rows of a recipe on its trainings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from gemel.errors import DataError
from gemel.evaluation.figure import Figure, Missing
from gemel.evaluation.protocol import PROTOCOLS
from gemel.measure.answer import Answer, pooled
from gemel.measure.protocols import answer_of
from gemel.measure.question import Question
from gemel.measure.runs import measure_run, run_subject
from gemel.measure.subject import Subject
from gemel.progress import Progress
from gemel.recipe.rows import RowChoice
from gemel.recipe.schema import Recipe
from gemel.run import Run


def answers_of(
    run: Run, recipe: Recipe, rows: Sequence[RowChoice], progress: Progress
) -> list[Answer]:
    """The answer of each row on one run; items of a data set are encoded once for all rows."""
    subjects: dict[str | None, Subject] = {}
    answers = []
    for row in rows:
        question = Question.of(recipe, **_settings(row))
        if PROTOCOLS[row.protocol].of_run:
            answer = measure_run(run, row.data, row.protocol, question, progress)
        else:
            if row.data not in subjects:
                subjects[row.data] = run_subject(run, row.data, progress)
            answer = answer_of(subjects[row.data], row.protocol, question)
        for sentence in answer.notices:
            progress.say(sentence)
        answers.append(answer)
    return answers


def figure_of(row: RowChoice, folds: Sequence[Answer]) -> Figure:
    """The figure that a row asks for, pooled over the folds of a seed.

    Raises DataError where there is none, or where the data are too few for it.
    """
    figures = pooled(folds)
    figure = figures.get(row.figure)
    if figure is None:
        raise DataError(
            f"{row.what!r} asks for {row.figure}, and {folds[0].data} gives "
            f"{', '.join(figures)}: change reproduction.rows.figure"
        )
    if isinstance(figure, Missing):
        raise DataError(f"{row.what!r} asks for {row.figure}, which {figure.missing}")
    return figure


def _settings(row: RowChoice) -> dict[str, Any]:
    """The settings of a `Question` that a row gives."""
    return {field.name: getattr(row, field.name, None) for field in fields(Question)}
