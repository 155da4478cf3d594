"""Update the README's table: `python -m gemel.reproduction.readme README.md docs/results.json`."""

from __future__ import annotations

import sys
from pathlib import Path

from gemel.reproduction.page import with_table
from gemel.reproduction.results import read_results
from gemel.whole_file import write_text


def main(readme: Path, results: Path) -> None:
    """Replace the table in `readme` by that of `results`."""
    write_text(readme, with_table(readme.read_text("utf-8"), read_results(results)))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
