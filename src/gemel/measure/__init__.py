"""Run evaluation protocols on a matcher and a dataset, for `gemel evaluate` and for training."""
