from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Path:
    """An empty $GEMEL_DATA."""
    monkeypatch.setenv("GEMEL_DATA", str(tmp_path))
    monkeypatch.setenv("GEMEL_CACHE", str(tmp_path / "cache"))
    return tmp_path
