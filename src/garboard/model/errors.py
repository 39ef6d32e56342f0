"""Errors: the user must act, and there is no report. Something that is merely unknown is a Gap instead."""

from __future__ import annotations


class GarboardError(Exception):
    """An error that a person can fix: what is wrong, and what to do about it.

    The exit code is the class's: 2 for the user's or the input's fault.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GarboardError):
    """Options that conflict, or a value that an option does not accept."""


class ImageError(GarboardError):
    """An image that cannot be found, opened or read to its end."""


class DatabaseError(GarboardError):
    """A vulnerability database that is missing, locked, damaged or older than this program."""


class CatalogError(GarboardError):
    """A catalog of base images that is missing, damaged or of another version of this program."""


class FeedError(GarboardError):
    """A feed that cannot be fetched, or with content that does not match what the feed promises."""


class NetworkError(GarboardError):
    """A server that does not answer, refuses, or answers with something unexpected."""


class OfflineError(NetworkError):
    """A connection was needed although the command may not open any."""
