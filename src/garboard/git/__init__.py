"""Changes of files as branches of a repository, made by ``git`` itself, away from the user's own working tree."""
