"""Compares two images by what a scan says of them."""
