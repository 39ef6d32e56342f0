"""Readers of RPM databases held as bytes: SQLite, NDB and Berkeley DB hash files, each into header blobs."""
