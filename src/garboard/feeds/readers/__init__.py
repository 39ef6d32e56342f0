"""Formats that several publishers use, and what reading any of them takes."""
