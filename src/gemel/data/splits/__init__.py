"""Assign items or pairs to training, validation and test."""
