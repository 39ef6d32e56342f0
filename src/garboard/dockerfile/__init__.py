"""Dockerfiles: lossless parsing, variable expansion, and following stages."""
