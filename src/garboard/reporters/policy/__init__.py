"""What a policy says of an image, and what was set aside, as parts of the report."""
