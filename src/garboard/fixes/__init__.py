"""Writes what actions advise into files: a Dockerfile, and the manifests that its lines read; every other byte stays."""
