"""Reproduce a recipe: train, measure by its paper's protocol, and record beside the published
figures."""

from __future__ import annotations

from gemel.reproduction.reproduce import ReproductionOrder, reproduce
from gemel.reproduction.results import Entry, Results, read_results

__all__ = ["Entry", "ReproductionOrder", "Results", "read_results", "reproduce"]
