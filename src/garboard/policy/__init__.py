"""Policies: read, checked, and applied to what was found. Nothing here drops a finding."""
