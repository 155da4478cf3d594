from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def gemel_data() -> Path:
    """The folder of original archives; tests on real data are skipped where there is none."""
    folder = os.environ.get("GEMEL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("GEMEL_DATA is not set")
    return Path(folder)
