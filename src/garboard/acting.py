"""Everything that there is to do about an image, in one list."""
