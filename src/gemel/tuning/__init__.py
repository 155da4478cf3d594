"""The search for a recipe's settings: an optimiser learns from what trainings validate at."""
