"""The catalog of base images: one SQLite file that many processes can read while one writes."""
