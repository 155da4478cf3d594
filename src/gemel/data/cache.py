"""Where downloads and packs are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_root() -> Path:
    """`$GEMEL_CACHE`, or the operating system's cache folder for this user."""
    chosen = os.environ.get("GEMEL_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("gemel"))
