"""Package URLs as VEX compares them: what one leaves out matches anything."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from packageurl import PackageURL

from garboard import ecosystems

IMAGES: Final = frozenset({"oci", "docker"})


@lru_cache(maxsize=4096)
def parsed(purl: str) -> PackageURL | None:
    """The parts of a package URL; None if it is none."""
    try:
        return PackageURL.from_string(purl)
    except ValueError:
        return None


def purl_flaw(purl: str) -> str:
    """What is wrong with a package URL that is stated; empty if nothing is."""
    return "" if parsed(purl) else f"names a product by {purl[:200]}, which is no package URL"


def version_flaw(purl: str, version: str) -> str:
    """What is wrong where the version beside a package URL is another than its own; one may say more than the other."""
    found = parsed(purl) if purl and version else None
    own = (found.version if found else None) or ""
    if not own or own in version or version in own:
        return ""
    return f"names a product by {purl[:200]} and as version {version[:100]}, which contradict"


@lru_cache(maxsize=4096)
def subject(purl: str) -> tuple[str, str, str]:
    """What a package URL is about, whatever its version: two of one package are equal, and of no others.

    Letters' case counts as it does where the packages are from: some that differ in nothing else are two packages, which
    the normalization of package URLs makes one. Empty if it is none.
    """
    found = parsed(purl)
    if found is None:
        return "", "", ""
    known = ecosystems.of(found.type)
    if found.type in IMAGES or found.type not in ecosystems.BY_TYPE:
        return found.type, found.namespace or "", found.name
    written = PackageURL.from_string(purl, normalize_purl=False)
    return found.type, "", known.normalize(unquote("/".join(filter(None, (written.namespace, written.name)))))


def is_image(purl: str) -> bool:
    """Whether it is one of an image."""
    found = parsed(purl)
    return found is not None and found.type in IMAGES


def qualifiers(purl: PackageURL) -> dict[str, str]:
    """Its qualifiers by their names."""
    found = purl.qualifiers
    return dict(found) if isinstance(found, dict) else {}


def of_version(purl: str, version: str) -> str:
    """The package URL with another version, and the rest as it is written."""
    end = min((at for at in map(purl.find, "?#") if at >= 0), default=len(purl))
    head, rest = purl[:end], purl[end:]
    name, at, _ = head.rpartition("@")
    return f"{name if at and '/' in name and '/' not in head[len(name) :] else head}@{quote(version, safe='')}{rest}"


def versioned(purl: str, version: str) -> str:
    """The package URL, with the version that is stated beside it where it has none itself."""
    found = parsed(purl) if purl and version else None
    return purl if found is None or found.version else of_version(purl, version)


def covers(wanted: str, found: str) -> bool:
    """Whether a package URL is at least what another says: what the first leaves out matches anything."""
    one, other = parsed(wanted), parsed(found)
    if one is None or other is None:
        return False
    return (
        subject(wanted) == subject(found)
        and one.version in {None, "", other.version}
        and {*qualifiers(one).items()} <= {*qualifiers(other).items()}
        and (not one.subpath or one.subpath == other.subpath)
    )


def narrower(one: str, other: str) -> str:
    """Of two package URLs of one product the one that says more; empty if they contradict."""
    return other if covers(one, other) else one if covers(other, one) else ""
