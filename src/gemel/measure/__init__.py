"""Protocols asked of a matcher about a dataset: what `gemel evaluate` and training measure."""
