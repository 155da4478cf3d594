"""Tables of items or of pairs: the file, its rows, what their cells say."""
