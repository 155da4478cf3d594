"""Ways to measure a comparer: each figure comes with an interval, or with why it is missing."""
