"""Hyperparameter search: Optuna suggests settings of a recipe, scored by their validation."""
