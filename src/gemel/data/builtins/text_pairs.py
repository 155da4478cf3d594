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
from itertools import islice
from pathlib import Path
from typing import Literal, final

from gemel.data.dataset import Dataset
from gemel.data.download import places
from gemel.data.tables.lines import LineCount, is_utf8, raw_lines
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
    rows = _rows(_folder(pairs), pairs)
    dataset = (graded_pairs if pairs.answer == "score" else labelled_pairs)(rows, "text")
    return replace(dataset, name=pairs.name).noticing(*rows.notices)


TEXT_PAIRS = {pairs.name: partial(open_text_pairs, pairs) for pairs in SETS}


def _folder(pairs: TextPairs) -> Path:
    looked_into = [
        each for place in places(pairs.name) for each in (place, place.parent / "text" / place.name)
    ]
    for folder in looked_into:
        if any((folder / file).is_file() for file in pairs.files):
            return folder
    raise MissingData(
        f"{pairs.name} is not at hand and comes with no download: get {' and '.join(pairs.files)} "
        f"from {pairs.home} and put them into {str(looked_into[0])!r}"
    )


def _rows(folder: Path, pairs: TextPairs) -> Rows:
    """The rows of all files at hand; their part is the column `split`."""
    at_hand = [folder / file for file in pairs.files if (folder / file).is_file()]
    parts = {1: ("",), 2: ("train", "test"), 3: ("train", "validation", "test")}[len(at_hand)]
    numbers: list[int] = []
    lines: list[tuple[str, ...]] = []
    broken = short = 0
    for path, part in zip(at_hand, parts, strict=True):
        for number, line in islice(enumerate(raw_lines(path), 1), pairs.heading, None):
            fields = [field.strip() for field in line.decode("utf-8", "replace").split("\t")]
            if len(fields) <= max(pairs.columns):
                short += any(fields)
                continue
            broken += not is_utf8(line)
            numbers.append(number)
            lines.append((*(fields[column] for column in pairs.columns), part))
    if not numbers or short > MOST_SHORT * len(numbers):
        raise DataError(
            f"{str(folder)!r} must hold {pairs.name} as its authors published it, got {short} "
            f"lines with too few columns and {len(numbers)} others: get the files again"
        )
    notices = LineCount(0, broken).notices
    if short:
        notices += (f"Lines with too few columns are left out: {short}.",)
    columns = ("left", "right", pairs.answer, "split")
    cells = {name: [line[place] for line in lines] for place, name in enumerate(columns)}
    source = at_hand[0] if len(at_hand) == 1 else folder
    return Rows(source, columns, cells, numbers, notices=notices)
