"""Pure functions of NumPy arrays: error rates, ranking and calibration metrics, and statistics."""
