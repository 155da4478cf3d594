"""Read tables of labelled items or of labelled pairs."""
