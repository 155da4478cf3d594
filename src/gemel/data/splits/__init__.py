"""Which items are for training, validation and test."""
