"""Readers of formats that several publishers use, and what all of them need."""
