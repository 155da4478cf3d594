"""Evaluation protocols: every figure has an interval, or a reason why it is missing."""
