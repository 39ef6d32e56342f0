"""From an image or a Dockerfile to a recommendation of its base."""
