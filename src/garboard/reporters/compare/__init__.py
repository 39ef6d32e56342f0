"""A comparison of two images."""
