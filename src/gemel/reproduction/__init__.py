"""Reproduce recipes: train, measure as the paper did, and record beside the published figures."""
