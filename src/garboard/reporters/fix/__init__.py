"""What to change in files, and what that clears."""
