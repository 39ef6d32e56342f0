"""What a rebuild would bring: an image and the package mirrors that it names."""
