"""The catalogue of base images: one SQLite file, and what is imported into it."""
