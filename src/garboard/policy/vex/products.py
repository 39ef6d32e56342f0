"""Package URLs as VEX compares them: what one leaves out matches anything."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from packageurl import PackageURL

IMAGES: Final = frozenset({"oci", "docker"})


@lru_cache(maxsize=4096)
def parsed(purl: str) -> PackageURL | None:
    """The parts of a package URL; None if it is none."""
    try:
        return PackageURL.from_string(purl)
    except ValueError:
        return None


def is_image(purl: str) -> bool:
    """Whether it is one of an image."""
    found = parsed(purl)
    return found is not None and found.type in IMAGES


def qualifiers(purl: PackageURL) -> dict[str, str]:
    """Its qualifiers by their names."""
    found = purl.qualifiers
    return dict(found) if isinstance(found, dict) else {}


def covers(wanted: str, found: str) -> bool:
    """Whether a package URL is at least what another says: what the first leaves out matches anything."""
    one, other = parsed(wanted), parsed(found)
    if one is None or other is None:
        return False
    alike = (one.type, one.namespace or "", one.name) == (other.type, other.namespace or "", other.name)
    return (
        alike
        and one.version in {None, "", other.version}
        and {*qualifiers(one).items()} <= {*qualifiers(other).items()}
        and (not one.subpath or one.subpath == other.subpath)
    )
