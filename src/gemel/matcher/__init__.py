"""The matcher, the fitted thing that users load: its folder, its networks, and its verdicts."""

from __future__ import annotations

from gemel.matcher.matcher import Matcher, load

__all__ = ["Matcher", "load"]
