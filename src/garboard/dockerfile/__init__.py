"""Dockerfiles: read without loss, variables expanded, stages followed."""
