"""Results as Markdown: the whole page, and the short table of the README."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gemel.counting import count
from gemel.errors import DataError
from gemel.report.naming import figure_name
from gemel.reproduction.results import Entry, Results, Row
from gemel.reproduction.settings import is_old

BEGIN = "<!-- results: written by `make results`, not by hand -->"
END = "<!-- end of results -->"
OPENING = """# Results

Every row was written by the command above it: `gemel reproduce` keeps the results in
[results.json](results.json) and generates this page from it. Published figures are as printed in
their source. Ours is the mean over seeds with a 95 % interval that covers the sampling of test
identities (resampled as wholes) and the variance between seeds; with one seed it is that run's own.
Over folds a figure is the mean of the folds' figures. Times are of one training: wall-clock time,
and CPU time of all cores; wall-clock time is longer on a machine shared with other work.
"""


def page(results: Results) -> str:
    """The results page: a section per entry, with all its rows."""
    return "\n".join([OPENING, *(line for entry in results.entries for line in _section(entry))])


def readme_table(results: Results) -> str:
    """The README's table: the first row of each entry."""
    lines = [
        "| recipe | what | published | ours (95 % interval) | computed in |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{entry.recipe}`{_changes(entry)} | {_cell(row.what)} | "
        f"{_cell(row.published or '–')} | {_ours(row)}"
        f"{', by an older recipe' if is_old(entry) else ''} | {_time(row.cpu_seconds)} |"
        for entry in results.entries
        for row in entry.rows[:1]
    ]
    return "\n".join(lines)


def rows_in_words(entry: Entry) -> str:
    """Each row of an entry as a line, for a terminal."""
    return "\n".join(
        f"{row.what}: {_ours(row)}, published {row.published or 'nowhere'}" for row in entry.rows
    )


def with_table(readme: str, results: Results) -> str:
    """The text of a README with its table replaced; raises DataError without the two markers."""
    pattern = f"{re.escape(BEGIN)}\n.*?{re.escape(END)}"
    if not re.search(pattern, readme, re.S):
        raise DataError(
            f"the table goes between two lines, {BEGIN!r} and {END!r}, got a text without them: "
            "add them"
        )
    table = f"{BEGIN}\n\n{readme_table(results)}\n\n{END}"
    return re.sub(pattern, lambda _: table, readme, count=1, flags=re.S)


def _section(entry: Entry) -> Iterator[str]:
    yield f"## {entry.recipe}{_changes(entry)}\n"
    folds = f", {entry.folds} folds of identities never seen" if entry.folds else ""
    yield f"{entry.about}\n"
    yield f"```sh\n{entry.command}\n```\n"
    old = " The recipe has changed since." if is_old(entry) else ""
    yield f"{entry.data}{folds}. Commit {entry.commit}, {entry.date}, {entry.machine}.{old}\n"
    yield "| what | published | ours (95 % interval) | each seed | trials | wall | all cores |"
    yield "|---|---|---|---|---|---|---|"
    for row in entry.rows:
        name = figure_name(row.figure)
        label = name.label.lower()
        what = row.what if label in row.what.lower() else f"{row.what}: {label}"
        published = row.published or "–"
        published += f" ({row.source})" if row.source else ""
        seeds = ", ".join(name.write(value, _decimals(row)) for value in row.seeds)
        times = f"{_time(row.seconds)} | {_time(row.cpu_seconds)}"
        yield (
            f"| {_cell(what)} | {_cell(published)} | {_ours(row)} | "
            f"{seeds} | {row.ours.n:,} | {times} |"
        )
    yield ""


def _changes(entry: Entry) -> str:
    return f" with {', '.join(entry.changes)}" if entry.changes else ""


def _ours(row: Row) -> str:
    name, ours, decimals = figure_name(row.figure), row.ours, _decimals(row)
    seeds = count(len(row.seeds), "seed")
    interval = name.interval(ours.low, ours.high, decimals)
    return f"{name.write(ours.value, decimals)} ({interval}), {seeds}"


def _decimals(row: Row) -> int:
    """Two near 0 and 100 %, where one could not tell the figure from a published one."""
    return 2 if min(row.ours.value, 1 - row.ours.value) < 0.01 else 1


def _time(seconds: float) -> str:
    minutes = seconds / 60
    return f"{seconds:.0f} s" if seconds < 90 else f"{minutes:.{0 if minutes >= 10 else 1}f} min"


def _cell(text: str) -> str:
    """Text escaped for a table cell."""
    return text.replace("|", "\\|").replace("\n", " ")
