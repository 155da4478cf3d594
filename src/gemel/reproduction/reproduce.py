"""`gemel reproduce`: train for every seed and fold, measure, combine, and record the rows."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import final

from gemel.data import BUILTINS, open_data
from gemel.errors import DataError, RecipeError
from gemel.evaluation.figure import Figure
from gemel.export.machine import has_gpu
from gemel.measure.answer import Answer
from gemel.progress import Progress
from gemel.recipe.files import load_recipe
from gemel.recipe.named import named_recipes
from gemel.recipe.reproduction import ReproductionSetting
from gemel.recipe.rows import RowChoice
from gemel.recipe.schema import Recipe
from gemel.reproduction.combine import mean_over_seeds
from gemel.reproduction.keep import check_places, keep
from gemel.reproduction.results import Entry, Row
from gemel.reproduction.rows import answers_of, figure_of
from gemel.reproduction.settings import settings_of
from gemel.reproduction.unit import Record, Unit, digest


@final
@dataclass(frozen=True)
class ReproductionRequest:
    """The caller's request; `changes` are `key=value` settings on top of the recipe."""

    recipe: str
    data: str | None
    seeds: int
    changes: tuple[str, ...]
    out: Path
    results: Path


@final
@dataclass(frozen=True)
class _Measured:
    """A row of a recipe with its figure for each seed, and the records of its trainings."""

    asked: RowChoice
    figures: tuple[Figure, ...]
    records: tuple[Record, ...]

    def row(self, data: str, comparable: bool) -> Row:
        """The row to record; the published figure is given only if it is of these data."""
        asked = self.asked
        return Row(
            what=asked.what.replace("{data}", data),
            figure=asked.figure,
            published=asked.published if comparable else None,
            source=asked.source if comparable else "",
            ours=mean_over_seeds(asked.figure, self.figures),
            seeds=tuple(figure.value for figure in self.figures),
            seconds=round(fmean(record.seconds for record in self.records), 1),
            cpu_seconds=round(fmean(record.cpu_seconds for record in self.records), 1),
        )


def reproduce(request: ReproductionRequest, progress: Progress) -> Entry:
    """Train and measure what is not finished yet, and record the rows.

    Raises RecipeError where the recipe has no section [reproduction], or needs a GPU and there is
    none, and DataError where no data are named, or the results or trainings cannot be written.
    """
    recipe = load_recipe(request.recipe, request.changes)
    _refuse_another(recipe, request)
    setting = _setting(recipe, request.recipe)
    reproduction = _Reproduction(request, recipe, setting, _data(request, setting), progress)
    check_places(request.results, request.out)
    entry = reproduction.entry(reproduction.measured())
    keep(request.results, entry)
    return entry


def _refuse_another(recipe: Recipe, request: ReproductionRequest) -> None:
    """Raise RecipeError for a recipe file with the name of a built-in recipe that differs from it.

    Its rows would replace those of the built-in recipe.
    """
    known = named_recipes()
    if request.recipe in known or recipe.name not in known:
        return
    if recipe != load_recipe(recipe.name, request.changes):
        raise RecipeError(
            f"{request.recipe} has the name {recipe.name} of a built-in recipe and differs from "
            "it: its rows would replace those of the built-in one. Give it another name"
        )


def _setting(recipe: Recipe, name: str) -> ReproductionSetting:
    if recipe.reproduction is None:
        texts = named_recipes().items()
        able = ", ".join(known for known, text in texts if "\n[reproduction]" in text)
        raise RecipeError(
            "a recipe needs a section [reproduction], which says what to measure, and "
            f"{name} has none; these have one: {able}"
        )
    if recipe.reproduction.machine == "gpu" and not has_gpu():
        raise RecipeError(
            f"{name} needs a GPU, and there is none here: use gemel reproduce "
            f"{recipe.reproduction.instead}, which two cores can do, or add "
            "--set reproduction.machine=cpu if you have the time"
        )
    return recipe.reproduction


def _data(request: ReproductionRequest, setting: ReproductionSetting) -> str:
    data = request.data or setting.data
    if data is None:
        raise DataError(
            f"{request.recipe} is reproduced on data of yours, got none: name the folder or table, "
            f"as in gemel reproduce {request.recipe} DATA"
        )
    return data


@final
@dataclass(frozen=True)
class _Reproduction:
    """A request with its recipe, what that asks for, and the data."""

    request: ReproductionRequest
    recipe: Recipe
    setting: ReproductionSetting
    data: str
    progress: Progress

    def measured(self) -> list[_Measured]:
        """All rows in the order of the recipe, those that share their trainings together."""
        rows = sorted(self.setting.rows, key=lambda row: row.changes)
        measured = [
            each
            for changes, group in groupby(rows, key=lambda row: row.changes)
            for each in self._of_one_recipe(changes, list(group))
        ]
        return sorted(measured, key=lambda each: self.setting.rows.index(each.asked))

    def _of_one_recipe(self, changes: Sequence[str], rows: list[RowChoice]) -> list[_Measured]:
        """Measure rows that share their trainings, one for each seed and fold."""
        records: list[Record] = []
        by_seed: list[list[Figure]] = []
        seeds = self._units(changes)
        trainings = sum(map(len, seeds))
        for units in seeds:
            answers: list[list[Answer]] = []
            for unit in units:
                if trainings > 1:
                    told = f"{unit.about}, training {len(records) + 1} of {trainings}:"
                    self.progress.say(told)
                with unit.carried_out(self.progress) as (run, record):
                    records.append(record)
                    answers.append(answers_of(run, unit.recipe, rows, self.progress))
            folds = zip(*answers, strict=True)
            figures = [figure_of(row, of_row) for row, of_row in zip(rows, folds, strict=True)]
            by_seed.append(figures)
        return [
            _Measured(row, figures, tuple(records))
            for row, figures in zip(rows, zip(*by_seed, strict=True), strict=True)
        ]

    def _units(self, changes: Sequence[str]) -> list[list[Unit]]:
        """The trainings of each seed: one per fold, or a single one."""
        request, settings = self.request, (*changes, *self.request.changes)
        recipe = load_recipe(request.recipe, settings)
        name = f"{recipe.name}-{digest(recipe, open_data(self.data))}"
        folds = recipe.split.folds

        def unit(seed: int, fold: int) -> Unit:
            own, folder = (*settings, f"seed={seed}"), f"seed-{seed}"
            if folds:
                own, folder = (*own, f"split.fold={fold}"), f"{folder}-fold-{fold}"
            resolved = load_recipe(request.recipe, own)
            return Unit(self.data, request.recipe, own, resolved, request.out / name / folder)

        seeds = range(recipe.seed, recipe.seed + request.seeds)
        return [[unit(seed, fold) for fold in range(folds or 1)] for seed in seeds]

    def entry(self, measured: Sequence[_Measured]) -> Entry:
        request, recipe, data = self.request, self.recipe, _shown(self.data)
        records = [record for each in measured for record in each.records]
        comparable = self.setting.data in {None, data}
        return Entry(
            recipe=recipe.name,
            changes=request.changes,
            data=data,
            about=recipe.about,
            command=_command(request),
            folds=recipe.split.folds,
            commit=_all(record.commit for record in records),
            machine=_all(record.machine for record in records),
            settings=settings_of(recipe) if request.recipe in named_recipes() else None,
            date=max(record.date for record in records),
            rows=tuple(each.row(data, comparable) for each in measured),
        )


def _command(request: ReproductionRequest) -> str:
    """The command that repeats this, without paths of this machine."""
    words = ["gemel", "reproduce", Path(request.recipe).name]
    words += [_shown(request.data)] if request.data else []
    words += ["--seeds", str(request.seeds)]
    return shlex.join([*words, *(word for change in request.changes for word in ("--set", change))])


def _shown(data: str) -> str:
    """A built-in name, or the last part of a path."""
    path = Path(data)
    return data if data in BUILTINS else f"{path.name}/" if path.is_dir() else path.name


def _all(values: Iterable[str]) -> str:
    """The distinct values: trainings of one entry may differ in commit or machine."""
    return "; ".join(dict.fromkeys(values))
