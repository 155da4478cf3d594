"""Same or different? Train a twin network on your own examples, get an answer you can trust."""
