"""Pure maths: figures from distances and probabilities, each a function of arrays."""
