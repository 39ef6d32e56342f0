"""Installed Python distributions: ``dist-info``, ``egg-info`` and eggs, by the core metadata specifications."""

from __future__ import annotations

import re
from collections.abc import Iterator

from garboard.ecosystems.python import direct, vendored
from garboard.ecosystems.python.names import normalize
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

PURL_TYPE = "pypi"
SCHEME = "pep440"

_LARGEST = 1024 * 1024
"""Bytes of a distribution's headers, without its description."""
_FIXTURE = re.compile(
    r"/(?:site|dist)-packages/(?:[^/]+/)+?(?:tests?|testdata|fixtures)/(?:[^/]+/)*"
    r"[^/]+\.(?:egg|dist-info|egg-info|whl|pyz|pex)\b"
)
"""What a distribution brings for its own tests."""
_LICENSES = ".dist-info/licenses/"
"""The texts of its licenses, in folders as they lie in its sources."""
_BLANK = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(
    r"^(Name|Version|License-Expression|License|Classifier|Requires-Dist|Provides-Dist|(?:Author|Maintainer)(?:-email)?)"
    r":[ \t]*(.*)$",
    re.MULTILINE | re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*([<>=!~][^()]*)")
_EXTRA = re.compile(r"\bextra\b")
_SUPPLIERS = ("author", "author-email", "maintainer", "maintainer-email")
_UNSTATED = {"", "UNKNOWN", "unknown"}


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """What a file states that describes a distribution or the copies in it (`described`)."""
    del owned
    if not in_fixtures(file.path):
        yield from described(file.path, file.data)


def described(path: str, data: bytes) -> Iterator[Fact]:
    """The distribution that the file's headers describe, its name normalized (PEP 503); the body is not read.

    Requirements of extras are left out, those with other markers kept, since the image says which are there. Licenses
    are the expression, or else the ``License`` field's first line and the last part of the license classifiers. Headers
    without a usable name or a version are a gap.
    """
    if path.endswith("/direct_url.json"):
        yield from direct.catalog(path, data)
        return
    if path.endswith(("/vendor.txt", "/vendored.txt")):
        yield from vendored.listed(path, data)
        return
    blank = _BLANK.search(data)
    head = data[: blank.start()] if blank else data
    if len(head) > _LARGEST:
        reason = f"the metadata have {len(head)} bytes and were not read: the limit is {_LARGEST}"
        yield Gap(stage="catalog", subject=path, reason=reason)
        return
    single: dict[str, str] = {}
    many: dict[str, list[str]] = {"classifier": [], "requires-dist": [], "provides-dist": []}
    for field, value in _FIELD.findall(head.decode("utf-8", "replace")):
        key = field.lower()
        if key in many:
            many[key].append(value.strip())
        else:
            single.setdefault(key, value.strip())
    name, version = single.get("name", ""), single.get("version", "")
    if not _NAME.fullmatch(name) or not version:
        yield Gap(stage="catalog", subject=path, reason=_complaint(name, version))
        return
    yield Package(
        type=PURL_TYPE,
        name=normalize(name),
        version=version,
        scheme=SCHEME,
        licenses=_licenses(single, many["classifier"]),
        requires=_requires(many["requires-dist"]),
        limits=tuple(_limits(many["requires-dist"])),
        provides=tuple(normalize(match[0]) for text in many["provides-dist"] if (match := _NAME.match(text))),
        vendored_by=vendored.carrier(path.rpartition("/")[0]),
        vendor=next((single[key] for key in _SUPPLIERS if single.get(key, "") not in _UNSTATED), ""),
    )


def in_fixtures(path: str) -> bool:
    """Whether it lies within what a distribution brings for its own tests, or where it has the texts of licenses."""
    return _FIXTURE.search(path) is not None or _LICENSES in path


def _complaint(name: str, version: str) -> str:
    if not name:
        return "the metadata state no name"
    return f"{name!r} is no distribution's name" if version else f"the metadata of {name} state no version"


def _requires(texts: list[str]) -> tuple[tuple[str, ...], ...]:
    names = (_NAME.match(text) for text in texts if not _EXTRA.search(text.partition(";")[2]))
    return tuple((name,) for name in dict.fromkeys(normalize(match[0]) for match in names if match))


def _limits(texts: list[str]) -> Iterator[tuple[str, str]]:
    """``urllib3 (<1.27,>=1.21.1) ; marker`` as a name and a specifier (PEP 508; the parentheses are the older form)."""
    for text in texts:
        requirement, _, marker = text.partition(";")
        found = _REQUIREMENT.match(requirement)
        if found and not marker.strip():
            yield normalize(found[1]), "".join(found[2].split())


def _licenses(single: dict[str, str], classifiers: list[str]) -> tuple[str, ...]:
    expression = single.get("license-expression", "")
    if expression not in _UNSTATED:
        return (expression,)
    stated = [single.get("license", "")]
    stated += [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License :: ")]
    return tuple(dict.fromkeys(text for text in stated if text not in _UNSTATED and text != "OSI Approved"))
