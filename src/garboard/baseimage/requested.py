"""What your lines ask the distribution's package manager for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from garboard.baseimage.delta import Requested
from garboard.model.dockerfile import PackageRequest, Request
from garboard.model.package import SYSTEM_TYPES

_NO_RECOMMENDS: Final = re.compile(
    r"--no-install-recommends|APT::Install-Recommends\s*=\s*\"?(?:0|false|no)|--without-recommends|-R\b"
    r"|install_weak_deps\s*=\s*(?:0|false)",
    re.IGNORECASE,
)
_OF_RELEASE: Final = re.compile(r"(?:^|\s)(?:-t|--(?:target|default)-release\b)|APT::Default-Release\b", re.IGNORECASE)


def asked(requests: Iterable[Request], kinds: Mapping[str, str], *, upgrades: bool) -> Requested:
    """All requests as one value. ``kinds`` is the purl type of each package manager; one that is not known may be any."""
    names: set[str] = set()
    full: set[str] = set()
    pinned: set[str] = set()
    steps: dict[str, tuple[set[str], bool]] = {}
    recommends = False
    certain = True
    for request in requests:
        kind = request.ecosystem if isinstance(request, PackageRequest) else kinds.get(request.manager, "")
        if kind and kind not in SYSTEM_TYPES:
            continue
        with_all = not _NO_RECOMMENDS.search(request.command)
        recommends = recommends or with_all
        if isinstance(request, PackageRequest):
            name = request.name.partition(":")[0]
            names.add(name)
            full |= {name} if with_all else set()
            steps.setdefault(request.command, (set(), with_all))[0].add(name)
            of_release = kind == "deb" and _OF_RELEASE.search(request.command)
            pinned |= {name} if request.version or request.specifier or of_release else set()
            certain = certain and not request.conditional
        else:
            certain = False
    return Requested(
        names=frozenset(names),
        bare=frozenset(names - full),
        pinned=frozenset(pinned),
        recommends=recommends,
        upgrades=upgrades,
        certain=certain,
        steps=tuple((frozenset(every), with_all) for every, with_all in steps.values()),
    )
