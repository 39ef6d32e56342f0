"""Whether an image can have been built on what a Dockerfile's FROM says now: FROM may have been edited since."""

from __future__ import annotations

from collections.abc import Iterable

from garboard.baseimage import releases
from garboard.baseimage.candidates import release
from garboard.baseimage.lifecycle import DISTRO_PRODUCTS
from garboard.baseimage.tags import Tag, numbers, parse, program
from garboard.model.baseimage import BaseImage
from garboard.model.image import Reference


def may_be(wanted: Reference, known: BaseImage) -> bool:
    """Whether a reference may name an image that the catalog knows by other names: a mirror's, or a tag that moved on."""
    own = _tag(wanted, known.distro)
    repository = _repository(wanted)
    return any(
        program(repository, known.distro) == program(name.repository, known.distro)
        and _covers(own, parse(name.repository, name.tag, known.distro))
        for name in known.names
    )


def _covers(own: Tag, other: Tag) -> bool:
    """Whether the one may name now, or have named before, what the other names: the same line of the same flavor."""
    if own.text == other.text:
        return True
    common = min(len(own.version), len(other.version))
    if own.flavor != other.flavor or (own.version and not common) or own.version[:common] != other.version[:common]:
        return False
    if own.suite is None or other.suite is None:
        return True
    versions = {one.suite.version for one in (own, other) if one.suite is not None and one.suite.version}
    return own.suite.distro == other.suite.distro and len(versions) < 2


def denied(wanted: Reference, distro: str, env: Iterable[str]) -> str:
    """Why an image cannot have been built on what a reference says; empty if it can.

    ``distro`` is ``id version`` by the image's own os-release; lines may bring a newer release, never an older one. ``env``
    are the image's variables that its own lines do not set, as ``NAME=VALUE``.
    """
    tag = _tag(wanted, "")
    if tag.suite is not None and distro:
        said, own = release(f"{tag.suite.distro} {tag.suite.version}".strip()), release(distro)
        if _excludes(said, own):
            return f"it is {own}, not {said}"
    variable = releases.VERSION_VARIABLES.get(program(_repository(wanted)), "")
    stated = dict(one.partition("=")[::2] for one in env).get(variable, "")
    if tag.version and stated and not tag.prerelease and list(tag.version) != stated.split(".")[: len(tag.version)]:
        return f"it has {variable}={stated}"
    return ""


def _excludes(said: str, own: str) -> bool:
    (one, version), (other, present) = (text.partition(" ")[::2] for text in (said, own))
    if one not in DISTRO_PRODUCTS or other not in DISTRO_PRODUCTS:
        return False
    if one != other:
        return True
    return bool(version and present) and numbers(present.split(".")) < numbers(version.split("."))


def _tag(wanted: Reference, distro: str) -> Tag:
    return parse(_repository(wanted), wanted.tag, distro)


def _repository(wanted: Reference) -> str:
    return f"{wanted.registry}/{wanted.repository}"
