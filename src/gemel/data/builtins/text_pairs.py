"""`sick`, `stsb`, `mrpc` and `qqp`: pairs of sentences, read from the published files.

`sick`: M. Marelli et al., "A SICK cure for the evaluation of compositional distributional semantic
models", LREC 2014: relatedness from 1 to 5. `stsb`: D. Cer et al., "SemEval-2017 task 1: semantic
textual similarity", 2017: similarity from 0 to 5. `mrpc`: W. Dolan & C. Brockett, "Automatically
constructing a corpus of sentential paraphrases", IWP 2005. `qqp`: Quora's question pairs in the
split of Z. Wang, W. Hamza & R. Florian, "Bilateral multi-perspective matching", IJCAI 2017.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, final

from gemel.data.dataset import Dataset
from gemel.data.download import places
from gemel.data.tables.lines import LineCount, is_utf8
from gemel.data.tables.pairs import graded_pairs, labelled_pairs
from gemel.data.tables.rows import Rows
from gemel.errors import DataError, MissingData

MOST_SHORT = 0.05
"""The share of lines that may lack columns."""


@final
@dataclass(frozen=True)
class TextPairs:
    """A dataset's files (train, validation, test), and the format of their lines."""

    name: str
    files: tuple[str, str, str]
    columns: tuple[int, int, int]
    """The positions of the two texts and of the answer, from 0."""
    answer: Literal["same", "score"]
    home: str
    """Where to get the files."""
    heading: bool = True
    """Whether the first line names the columns."""


SETS = (
    TextPairs(
        "sick",
        ("SICK_train.txt", "SICK_trial.txt", "SICK_test_annotated.txt"),
        (1, 2, 3),
        "score",
        "alt.qcri.org/semeval2014/task1",
    ),
    TextPairs(
        "stsb",
        ("sts-train.csv", "sts-dev.csv", "sts-test.csv"),
        (5, 6, 4),
        "score",
        "ixa2.si.ehu.eus/stswiki",
        heading=False,
    ),
    TextPairs(
        "mrpc",
        ("msr-para-train.tsv", "msr-para-val.tsv", "msr-para-test.tsv"),
        (3, 4, 0),
        "same",
        "microsoft.com/download/details.aspx?id=52398",
    ),
    TextPairs(
        "qqp",
        ("train.tsv", "dev.tsv", "test.tsv"),
        (1, 2, 0),
        "same",
        "zhiguowang.github.io",
        heading=False,
    ),
)


def open_text_pairs(pairs: TextPairs) -> Dataset:
    """The dataset of the files at hand.

    If two are at hand, the second is the test; if there is only one, its pairs are undecided.
    Invalid UTF-8 is replaced by �, lines with too few columns are left out, and a notice counts
    either. Raises MissingData if no file is at hand, DataError if too many lines are left out.
    """
    folder = _folder(pairs)
    at_hand = [folder / file for file in pairs.files if (folder / file).is_file()]
    parts = {1: ("",), 2: ("train", "test"), 3: ("train", "validation", "test")}[len(at_hand)]
    files = [_read(path, part, pairs) for path, part in zip(at_hand, parts, strict=True)]
    short = sum(file.short for file in files)
    broken = sum(file.broken for file in files)
    rows = _joined(at_hand[0] if len(at_hand) == 1 else folder, files, pairs)
    if not len(rows) or short > MOST_SHORT * len(rows):
        raise DataError(
            f"{str(folder)!r} must hold {pairs.name} as its authors published it, got {short} "
            f"lines with too few columns and {len(rows)} others: get the files again"
        )
    dataset = (graded_pairs if pairs.answer == "score" else labelled_pairs)(rows, "text")
    return replace(dataset, name=pairs.name).noticing(*_notices(broken, short))


TEXT_PAIRS = {pairs.name: partial(open_text_pairs, pairs) for pairs in SETS}


def _folder(pairs: TextPairs) -> Path:
    looked_into = [each for place in places(pairs.name) for each in (place, _among_texts(place))]
    for folder in looked_into:
        if any((folder / file).is_file() for file in pairs.files):
            return folder
    raise MissingData(
        f"{pairs.name} is not at hand and comes with no download: get {' and '.join(pairs.files)} "
        f"from {pairs.home} and put them into {str(looked_into[0])!r}"
    )


def _among_texts(place: Path) -> Path:
    return place.parent / "text" / place.name


class _File(NamedTuple):
    """The lines of a file, and how many of them are not UTF-8, or left out for too few columns."""

    numbers: list[int]
    cells: list[list[str]]
    """The left text, the right text, the answer and the part of each line."""
    broken: int
    short: int


def _read(path: Path, part: str, pairs: TextPairs) -> _File:
    numbers: list[int] = []
    cells: list[list[str]] = []
    broken = short = 0
    for number, line in enumerate(_lines(path)[pairs.heading :], 1 + pairs.heading):
        fields = line.decode("utf-8", "replace").split("\t")
        if len(fields) <= max(pairs.columns):
            short += bool(line.strip())
            continue
        broken += not is_utf8(line)
        numbers.append(number)
        cells.append([*(fields[column].strip() for column in pairs.columns), part])
    return _File(numbers, cells, broken, short)


def _joined(source: Path, files: list[_File], pairs: TextPairs) -> Rows:
    columns = ("left", "right", pairs.answer, "split")
    lines = [line for file in files for line in file.cells]
    cells = {name: [line[place] for line in lines] for place, name in enumerate(columns)}
    return Rows(source, columns, cells, [number for file in files for number in file.numbers])


def _lines(path: Path) -> list[bytes]:
    # Not splitlines, which would also split at a lone carriage return.
    return path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")


def _notices(broken: int, short: int) -> tuple[str, ...]:
    notices = LineCount(0, broken).notices
    if short:
        notices += (f"Lines with too few columns are left out: {short}.",)
    return notices
