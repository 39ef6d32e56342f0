"""Azure Linux and CBL-Mariner before it: one OVAL document per release, made by Microsoft."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import BinaryIO, Final

import msgspec

from garboard.feeds.readers import oval
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import only
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "azurelinux"
CAVEAT = ""
URL = "https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main"

_DOCUMENTS: Final = MappingProxyType(
    {"1": "cbl-mariner-1.0-oval.xml", "2": "cbl-mariner-2.0-oval.xml", "3": "azurelinux-3.0-oval.xml"}
)
_CVE: Final = re.compile(r"^CVE-\d{4}-\d{4,}$")


def shard_for(ecosystem: str) -> str | None:
    """Return ``azurelinux:3`` for ``Azure Linux:3``."""
    release = ecosystem.removeprefix("Azure Linux:")
    return f"{NAME}:{release}" if release != ecosystem and release in _DOCUMENTS else None


def known() -> tuple[str, ...]:
    """Return a shard for each release."""
    return tuple(f"{NAME}:{release}" for release in _DOCUMENTS)


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return the release's document.

    Raises:
        FeedError: The shard is not a release.
    """
    name = _DOCUMENTS[_release(shard)]
    return (FeedDocument(url=f"{URL}/{name}", path=f"azurelinux/{name}", other_paths=(f"azurelinux/{name}.xz",)),)


def _release(shard: str) -> str:
    release = shard.removeprefix(f"{NAME}:")
    if release == shard or release not in _DOCUMENTS:
        raise FeedError(f"there is no shard {shard}", f"name the release, as {NAME}:3")
    return release


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each definition: a CVE in one source package.

    Raises:
        FeedError: The document is not OVAL.
    """
    ecosystem = f"Azure Linux:{_release(shard)}"
    stream = only(shard, streams)
    yield FeedHeader(ecosystems=(ecosystem,))
    packages = oval.packages(stream, "Microsoft")
    for definition in oval.definitions(stream, "Microsoft"):
        yield _advisory(definition, packages, ecosystem)


def _advisory(definition: oval.Definition, packages: dict[str, tuple[str, str, str]], ecosystem: str) -> Record:
    cve = next((identifier for source, identifier, _ in definition.references if source == "CVE"), "")
    compared = [packages[check.test] for check in definition.checks if check.test in packages]
    if not _CVE.match(cve) or not compared:
        reason = "it compares no package" if cve else "it names no CVE"
        return Gap(stage="feeds", subject=f"azurelinux {definition.id}"[:200], reason=reason)
    try:
        every = tuple(_compared(ecosystem, compared))
    except ValueError as error:
        return Gap(stage="feeds", subject=f"azurelinux {definition.id}"[:200], reason=f"{error}"[:300])
    if definition.fields.get("patchable") == "Not Applicable":  # found not to affect it
        affected = tuple(_entry(ecosystem, name, Status.NOT_AFFECTED, ()) for name, _, _ in compared)
    else:
        affected = every
    return Advisory(
        id=cve,
        feed=NAME,
        details=definition.description,
        published=definition.fields.get("advisory_date", ""),
        ratings=(Rating(source=NAME, word=definition.severity),) if definition.severity else (),
        references=tuple(address for _, _, address in definition.references if address),
        affected=affected,
    )


def _compared(ecosystem: str, compared: Sequence[tuple[str, str, str]]) -> Iterator[Affected]:
    """What has to hold of each package.

    ``less than`` names the fix, ``less than or equal`` the newest version, which is affected too, and ``greater than``
    the last one that is not affected.
    """
    for name in dict.fromkeys(name for name, _, _ in compared):
        since, ends = "0", []
        for operation, version in ((one[1], one[2].removeprefix("0:")) for one in compared if one[0] == name):
            match operation:
                case "greater than or equal":
                    since = version
                case "greater than":
                    since = f"{version}^"  # in RPM's order what follows the version at once
                case "less than" if version:
                    ends.append(Range(fixed=version))
                case "less than or equal" if version:
                    ends.append(Range(last_affected=version))
                case _:
                    raise ValueError(f"it compares a version in an unknown way: {operation} {version}")
        ranges = tuple(msgspec.structs.replace(one, introduced=since) for one in ends or [Range()])
        yield _entry(ecosystem, name, Status.FIXED if any(one.fixed for one in ranges) else Status.AFFECTED, ranges)


def _entry(ecosystem: str, name: str, status: Status, ranges: tuple[Range, ...]) -> Affected:
    return Affected(ecosystem=ecosystem, package=name, scheme=scheme(ecosystem), ranges=ranges, status=status)
