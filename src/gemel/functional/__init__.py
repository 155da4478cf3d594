"""Pure maths on arrays that several rooms share: figures, curves, intervals, axes. NumPy only."""
