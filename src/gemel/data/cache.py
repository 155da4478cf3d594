"""Where downloads and packs are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_root() -> Path:
    """`$GEMEL_CACHE`, or the user's cache folder of this operating system."""
    chosen = os.environ.get("GEMEL_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("gemel"))
