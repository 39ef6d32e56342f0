"""Mirrors of RPM distributions, as dnf and yum read them."""

from __future__ import annotations

from garboard.repositories.yum.candidates import PURL_TYPE, notes, offers
from garboard.repositories.yum.config import GLOBS, catalog

__all__ = ["GLOBS", "NAME", "PURL_TYPE", "VERSION", "catalog", "notes", "offers"]

NAME = "yum mirrors"
VERSION = 1
