"""Debian's and Ubuntu's mirrors, as apt reads them."""

from __future__ import annotations

from garboard.mirrors.apt.newest import Exchange, Found, Newest, newest
from garboard.mirrors.apt.noting import notes
from garboard.mirrors.apt.offering import TYPE as PURL_TYPE
from garboard.mirrors.apt.offering import offers
from garboard.mirrors.apt.settings import GLOBS, catalog

__all__ = [
    "GLOBS", "NAME", "PURL_TYPE", "VERSION", "Exchange", "Found", "Newest", "catalog", "newest", "notes", "offers",
]  # fmt: skip

NAME = "apt mirrors"
VERSION = 1
