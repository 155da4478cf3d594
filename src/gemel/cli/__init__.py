"""The command line: one small file per command, and one place where errors become sentences."""

from __future__ import annotations

from gemel.cli.main import main

__all__ = ["main"]
