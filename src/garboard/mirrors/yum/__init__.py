"""Mirrors of RPM distributions, as dnf and yum read them."""

from __future__ import annotations

from garboard.mirrors.yum.offering import PURL_TYPE, notes, offers
from garboard.mirrors.yum.settings import GLOBS, catalog

__all__ = ["GLOBS", "NAME", "PURL_TYPE", "VERSION", "catalog", "notes", "offers"]

NAME = "yum mirrors"
VERSION = 1
