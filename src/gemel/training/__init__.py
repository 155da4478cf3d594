"""Training: the loop, its optimiser and checkpoints, and what comes before and after."""
