"""``garboard policy``."""
