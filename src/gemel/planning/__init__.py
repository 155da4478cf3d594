"""From a recipe and its data to what a training trains: networks, batches, loss, validation."""
