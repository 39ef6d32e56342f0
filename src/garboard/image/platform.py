"""Platforms: their spelling, and choosing one of an image's platforms.

Names follow Go (``linux/arm64/v8``); the aliases and default variants are those of the containerd project's platform
specifiers, which Docker uses too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from garboard.model.errors import UsageError
from garboard.model.image import Platform

_WORD = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_ALIASES = {
    "x86_64": ("amd64", ""),
    "x86-64": ("amd64", ""),
    "aarch64": ("arm64", ""),
    "i386": ("386", ""),
    "armhf": ("arm", "v7"),
    "armel": ("arm", "v6"),
}
_DEFAULT_VARIANTS = {("amd64", "v1"): "", ("arm64", "v8"): "", ("arm64", "8"): "", ("arm", ""): "v7"}
_KNOWN_ARCHITECTURES = frozenset({*_ALIASES, "amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64", "loong64"})


def parse(text: str) -> Platform:
    """Parse ``os/architecture[/variant]``, or an architecture alone (``arm64``), which means Linux.

    Raises:
        UsageError: The text is anything else.
    """
    parts = text.lower().split("/")
    if len(parts) == 1 and parts[0] in _KNOWN_ARCHITECTURES:
        parts = ["linux", *parts]
    if len(parts) not in {2, 3} or not all(_WORD.fullmatch(part) for part in parts):
        raise UsageError(
            f"invalid platform: {text}", "spell it os/architecture[/variant], as linux/arm64 or linux/arm/v7"
        )
    return normalize(Platform(os=parts[0], architecture=parts[1], variant=parts[2] if len(parts) == 3 else ""))


def normalize(platform: Platform) -> Platform:
    """Return the platform in its shortest spelling: ``linux/aarch64/v8`` becomes ``linux/arm64``."""
    architecture, variant = _ALIASES.get(platform.architecture, (platform.architecture, ""))
    variant = platform.variant or variant
    variant = _DEFAULT_VARIANTS.get((architecture, variant), variant)
    return Platform(os=platform.os, architecture=architecture, variant=variant)


def host() -> Platform:
    """Return the default platform: linux/arm64 on such machines, linux/amd64 on all others."""
    return Platform(architecture="arm64" if os.uname().machine in {"aarch64", "arm64"} else "amd64")


def choose(available: Sequence[Platform], wanted: Platform) -> int | None:
    """Return the index of the first of ``available`` that fits ``wanted`` best; None if none fits.

    The same variant fits best. A 32-bit ARM of a lower variant works too (v7 runs v6), and if no variant is requested,
    any is better than none.
    """
    asked = normalize(wanted)
    scored = [(_distance(normalize(platform), asked), index) for index, platform in enumerate(available)]
    suitable = [(distance, index) for distance, index in scored if distance is not None]
    return min(suitable)[1] if suitable else None


def _distance(platform: Platform, asked: Platform) -> int | None:
    if (platform.os, platform.architecture) != (asked.os, asked.architecture):
        return None
    if platform.variant == asked.variant:
        return 0
    if asked.architecture == "arm" and platform.variant < asked.variant:
        return ord(asked.variant[-1]) - ord(platform.variant[-1])
    return None if asked.variant else 100
