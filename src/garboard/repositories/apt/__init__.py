"""Debian's and Ubuntu's mirrors, as apt reads them."""

from __future__ import annotations

from garboard.repositories.apt.candidates import TYPE as PURL_TYPE
from garboard.repositories.apt.candidates import offers
from garboard.repositories.apt.config import GLOBS, catalog
from garboard.repositories.apt.fixed_cves import notes
from garboard.repositories.apt.latest import Exchange, Newest, NewestFound, newest

__all__ = [
    "FEED",
    "GLOBS",
    "NAME",
    "PUBLISHED_IN",
    "PURL_TYPE",
    "VERSION",
    "Exchange",
    "Newest",
    "NewestFound",
    "catalog",
    "newest",
    "notes",
    "offers",
]  # fmt: skip

NAME = "apt mirrors"
PUBLISHED_IN = "the distribution's changelog"
FEED = "debian-changelog"
VERSION = 1
