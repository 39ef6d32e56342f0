"""Streams of Red Hat Enterprise Linux that subscribers get for longer: EUS, AUS, E4S and TUS of a minor release.

An image of Red Hat's says which repositories its packages came from: in its content manifests by the repositories' names,
and in the label ``cpe`` by the product's. What a repository holds, Red Hat's own map of them tells by CPEs; where that is
not known, the repository's name does, which follows a convention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from garboard.model.package import MAINLINE
from garboard.patterns import lazy

FOLDER: Final = "root/buildinfo/content_manifests"
MOST: Final = 1000
"""Repositories of one image."""
_LONGEST: Final = 200
_REPOSITORY = lazy(
    r"(?:rhel|codeready-builder-for-rhel)-[0-9]{1,2}-[a-z0-9_-]{1,60}-(eus|aus|e4s|tus)(?:-(?:optional|fastrack|debug|source|debuginfo)){0,3}"
    r"(?:-rpms?)?(?:__([0-9]{1,2})_DOT_([0-9]{1,2}))?(?:__[a-z0-9_]{1,20})?",
    re.ASCII,
)
_MAIN = lazy(
    r"rhel-[0-9]{1,2}-for-[a-z0-9_]{1,20}-(?:baseos|appstream)-rpms(?:__.{0,40})?|ubi-[0-9]{1,2}-.{1,80}-rpms(?:__.{0,40})?"
    r"|rhel-[67]-(?:server|desktop|workstation|hpc-node)(?:-optional)?-rpms(?:__.{0,40})?"
)
_CPE = lazy(r"cpe:/[oa]:redhat:(?:rhel_(eus|aus|e4s|tus)(?:_long_life)?:([0-9]{1,2}\.[0-9]{1,2})|(enterprise_linux):[0-9]{1,2})(?:[:.].{0,80})?")  # fmt: skip


class _Manifest(msgspec.Struct):
    content_sets: tuple[str, ...] = ()


def stream(kind: str, minor: str) -> str:
    """What a stream is called in an inventory and in advisories: ``Red Hat EUS 9.2``."""
    return f"Red Hat {kind.upper()} {minor}"


def of_manifest(data: bytes) -> tuple[str, ...]:
    """The repositories that a content manifest names.

    Raises:
        ValueError: It is no content manifest, or names too many.
    """
    try:
        names = msgspec.json.decode(data, type=_Manifest).content_sets
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"is no content manifest: {error}") from error
    found = tuple(dict.fromkeys(name for name in names if 0 < len(name) <= _LONGEST))
    if len(found) > MOST:
        raise ValueError(f"names {len(found)} repositories: the limit is {MOST}")
    return found


def of_repositories(names: Iterable[str]) -> tuple[str, ...]:
    """The streams that repositories are of by their names, without their minor release if a name does not tell."""
    return tuple(dict.fromkeys(one for name in names if (one := of_repository(name))))


def of_repository(name: str) -> str:
    """The stream of a repository by its name; empty for one that is of none, as other products' are."""
    if len(name) > _LONGEST:
        return ""
    found = _REPOSITORY().fullmatch(name)
    if found is not None:
        return stream(found[1], f"{found[2]}.{found[3]}" if found[2] else "").rstrip()
    return MAINLINE if _MAIN().fullmatch(name) else ""


def of_cpe(text: str) -> tuple[str, ...]:
    """The stream that a CPE names, as in the label ``cpe``."""
    found = _CPE().fullmatch(text)
    if found is None:
        return ()
    return (MAINLINE if found[3] else stream(found[1], found[2]),)


def of_products(cpes: Iterable[str], version: str) -> tuple[str, ...] | None:
    """The streams of a repository by its products, in an image of a release (``9.2``); empty if it is of none.

    A repository without a minor release in its name serves several: the image's own is meant. None if none of
    them is that, because the map is older than the image.
    """
    told = dict.fromkeys(one for cpe in cpes for one in of_cpe(cpe))
    streams = [one for one in told if one != MAINLINE]
    if len({one.rpartition(" ")[2] for one in streams}) > 1:
        streams = [one for one in streams if one.rpartition(" ")[2] == version]
        if not streams:
            return None
    return (*([MAINLINE] if MAINLINE in told else ()), *streams)


def mapped(
    streams: Iterable[str], repositories: Iterable[str], products: Mapping[str, tuple[str, ...]], version: str
) -> tuple[str, ...]:
    """The streams of an image, where those that its repositories' names tell give way to what the map says of them."""
    found: dict[str, None] = {}
    by_name = set(completed(of_repositories(repositories), version))
    for name in repositories:
        told = of_products(products[name], version) if name in products else None
        found.update(dict.fromkeys(told if told is not None else filter(None, [of_repository(name)])))
    return completed((*found, *(one for one in streams if one not in by_name)), version)


def completed(streams: Iterable[str], version: str) -> tuple[str, ...]:
    """The streams of an image of a release (``9.2``), without those of other major releases."""
    major = version.partition(".")[0]
    found = dict.fromkeys(
        one if one == MAINLINE or (one[-1].isdigit() and "." in one) else f"{one} {version}" for one in streams
    )
    return tuple(one for one in found if one == MAINLINE or one.rpartition(" ")[2].partition(".")[0] == major)
