"""What your lines ask the distribution's package manager for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from garboard.baseimage.owning import SYSTEM, Asked
from garboard.model.dockerfile import PackageRequest, Request

_NO_RECOMMENDS: Final = re.compile(
    r"--no-install-recommends|APT::Install-Recommends\s*=\s*\"?(?:0|false|no)|--without-recommends|-R\b"
    r"|install_weak_deps\s*=\s*(?:0|false)",
    re.IGNORECASE,
)


def asked(requests: Iterable[Request], kinds: Mapping[str, str], *, upgrades: bool) -> Asked:
    """All requests as one value. ``kinds`` is the purl type of each package manager; one that is not known may be any."""
    names: set[str] = set()
    full: set[str] = set()
    recommends = False
    certain = True
    for request in requests:
        kind = request.ecosystem if isinstance(request, PackageRequest) else kinds.get(request.manager, "")
        if kind and kind not in SYSTEM:
            continue
        with_all = not _NO_RECOMMENDS.search(request.command)
        recommends = recommends or with_all
        if isinstance(request, PackageRequest):
            name = request.name.partition(":")[0]
            names.add(name)
            full |= {name} if with_all else set()
            certain = certain and not request.conditional
        else:
            certain = False
    return Asked(
        names=frozenset(names), bare=frozenset(names - full), recommends=recommends, upgrades=upgrades, certain=certain
    )
