"""The report of a run: `write(path, contents)` writes one self-contained `report.html`."""

from __future__ import annotations

from gemel.report.contents import Cloud, Contents, Decision, PartSize, Split, TestPairs
from gemel.report.of_run import run_summary, write_report, write_report_of
from gemel.report.page import write
from gemel.report.thumbnail import thumbnail

__all__ = [
    "Cloud",
    "Contents",
    "Decision",
    "PartSize",
    "Split",
    "TestPairs",
    "run_summary",
    "thumbnail",
    "write",
    "write_report",
    "write_report_of",
]
