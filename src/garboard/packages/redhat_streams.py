"""Streams of Red Hat Enterprise Linux that subscribers get for longer: EUS, AUS, E4S and TUS of a minor release.

An image of Red Hat's says which repositories its packages came from: in its content manifests by the repositories' names,
and in the label ``cpe`` by the product's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from garboard.model.package import MAINLINE
from garboard.patterns import lazy

FOLDER: Final = "root/buildinfo/content_manifests"
_REPOSITORY = lazy(
    r"-(eus|aus|e4s|tus)(?:-[a-z][a-z-]{0,40})?-rpms?(?:__([0-9]{1,2})_DOT_([0-9]{1,2}))?(?:__[a-z0-9_]{1,20})?",
    re.ASCII,
)
_MAIN = lazy(
    r"rhel-[0-9]{1,2}-for-[a-z0-9_]{1,20}-(?:baseos|appstream)-rpms(?:__.{0,40})?|ubi-[0-9]{1,2}-.{1,80}-rpms(?:__.{0,40})?"
)
_CPE = lazy(r"cpe:/[oa]:redhat:(?:rhel_(eus|aus|e4s|tus)(?:_long_life)?:([0-9]{1,2}\.[0-9]{1,2})|(enterprise_linux):[0-9]{1,2})(?:[:.].{0,80})?")  # fmt: skip


class _Manifest(msgspec.Struct):
    content_sets: tuple[str, ...] = ()


def stream(kind: str, minor: str) -> str:
    """What a stream is called in an inventory and in advisories: ``Red Hat EUS 9.2``."""
    return f"Red Hat {kind.upper()} {minor}"


def of_manifest(data: bytes) -> tuple[str, ...]:
    """The streams of the repositories that a content manifest names, without their minor release if it does not tell.

    Raises:
        ValueError: It is no content manifest.
    """
    try:
        names = msgspec.json.decode(data, type=_Manifest).content_sets
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"is no content manifest: {error}") from error
    return tuple(dict.fromkeys(one for name in names if (one := of_repository(name))))


def of_repository(name: str) -> str:
    """The stream of a repository; empty for one that is of none, as other products' are."""
    if len(name) > 200:
        return ""
    found = _REPOSITORY().search(name)
    if found is not None and found.end() == len(name):
        return stream(found[1], f"{found[2]}.{found[3]}" if found[2] else "").rstrip()
    return MAINLINE if _MAIN().fullmatch(name) else ""


def of_cpe(text: str) -> tuple[str, ...]:
    """The stream that the label ``cpe`` names."""
    found = _CPE().fullmatch(text)
    if found is None:
        return ()
    return (MAINLINE if found[3] else stream(found[1], found[2]),)


def completed(streams: Iterable[str], version: str) -> tuple[str, ...]:
    """The streams of an image of a release (``9.2``), without those of other major releases."""
    major = version.partition(".")[0]
    found = dict.fromkeys(
        one if one == MAINLINE or (one[-1].isdigit() and "." in one) else f"{one} {version}" for one in streams
    )
    return tuple(one for one in found if one == MAINLINE or one.rpartition(" ")[2].partition(".")[0] == major)
