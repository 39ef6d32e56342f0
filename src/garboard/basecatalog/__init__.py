"""The catalogue of base images: one SQLite file, which many processes may read while one writes."""
