"""Recipes: a whole experiment, declared in one TOML file."""
