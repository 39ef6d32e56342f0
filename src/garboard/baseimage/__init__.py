"""Recognize the base image of an image, understand its tags, and recommend a better one. Pure."""
