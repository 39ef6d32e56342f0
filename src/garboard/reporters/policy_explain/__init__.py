"""What decided about each finding."""
