"""A patient's own chart, to be read."""
