"""The report of a run: one self-contained `report.html`, and its summary in a paragraph."""

from __future__ import annotations

from gemel.report.of_run import run_summary, write_report, write_report_of
from gemel.report.page import check_packages

__all__ = ["check_packages", "run_summary", "write_report", "write_report_of"]
