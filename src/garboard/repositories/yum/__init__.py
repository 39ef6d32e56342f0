"""Mirrors of RPM distributions, as dnf and yum read them."""

from __future__ import annotations

from garboard.repositories.yum.candidates import PURL_TYPE, notes, offers
from garboard.repositories.yum.config import GLOBS, catalog

__all__ = ["FEED", "GLOBS", "NAME", "PUBLISHED_IN", "PURL_TYPE", "VERSION", "catalog", "notes", "offers"]

NAME = "yum mirrors"
PUBLISHED_IN = "the distribution's updateinfo"
FEED = "rpm-updateinfo"
VERSION = 1
