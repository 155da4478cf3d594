"""The command line: one file per command; `main` turns errors into messages and exit statuses."""

from __future__ import annotations

from gemel.cli.main import main

__all__ = ["main"]
