"""Oracle Linux: the errata of all releases, as one OVAL document.

Packages come in three builds that are not comparable: as they are, with ksplice, and with FIPS 140 validation. Their
versions say which (``matching.modules``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import BinaryIO, Final

from garboard.feeds.readers import oval
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.feed import FeedDocument, Record
from garboard.model.gap import Gap

NAME = "oracle"
CAVEAT = "Oracle lists only what it has fixed; vulnerabilities that it has not fixed yet are not known here"
URL = "https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2"

_RELEASE: Final = re.compile(r"^Oracle Linux (\d+) is installed$")
_EARLIER: Final = re.compile(r"^(\S+) is earlier than (\S+)$")
_MODULE: Final = re.compile(r"^Module (\S+:\S+) is enabled$")
_VECTOR: Final = re.compile(r"^[\d.]+/(?=\w)")
_ERRATUM: Final = re.compile(r"^\s*(ELSA-\d{4}-\d+)")
_WORDS: Final = MappingProxyType({"N/A": ""})


_PATH: Final = "oracle/com.oracle.elsa-all.xml"
_SHARD: Final = SingleShard(
    NAME,
    "Oracle Linux:",
    "all of Oracle Linux is in",
    (FeedDocument(url=URL, path=f"{_PATH}.bz2", other_paths=(_PATH, f"{_PATH}.xz", f"{_PATH}.gz")),),
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each erratum; one without a release or a package is a gap.

    Raises:
        FeedError: The document is not OVAL.
    """
    stream = only(shard, streams)
    for definition in oval.definitions(stream, "Oracle"):
        yield _advisory(definition)


def _advisory(definition: oval.Definition) -> Record:
    found = _ERRATUM.match(definition.title)
    named = next((identifier for source, identifier, _ in definition.references if source == "elsa"), "")
    erratum = named or (found[1] if found else "")
    affected = tuple(_affected(definition.checks))
    if not erratum or not affected:
        reason = "it names no release or no package" if erratum else "it names no erratum"
        return Gap(stage="feeds", subject=f"oracle {definition.id}"[:200], reason=reason)
    return Advisory(
        id=erratum,
        feed=NAME,
        related=tuple(dict.fromkeys(one.cve for one in definition.cves if one.cve)),
        summary=definition.title.partition(":")[2].strip(),
        details=definition.description,
        published=definition.issued,
        modified=definition.updated,
        ratings=_ratings(definition),
        references=tuple(address for source, _, address in definition.references if source == "elsa" and address),
        affected=affected,
    )


def _ratings(definition: oval.Definition) -> tuple[Rating, ...]:
    word = _WORDS.get(definition.severity, definition.severity)
    vectors = [_VECTOR.sub("", one) for rating in definition.cves for one in rating.vectors[:1]]
    # A vector is of one CVE; an erratum of several has none of its own.
    vector = vectors[0] if len(definition.cves) == 1 and vectors else ""
    return (Rating(source=NAME, word=word, vector=vector),) if word or vector else ()


def _affected(checks: Sequence[oval.Check]) -> Iterator[Affected]:
    """One entry for each package of a release and a module stream, with every build that fixes it."""
    fixes: dict[tuple[str, str, str], dict[str, None]] = {}
    for check in checks:
        earlier = _EARLIER.match(check.comment)
        release = next((one[1] for text in check.beside if (one := _RELEASE.match(text))), "")
        if earlier and release:
            module = next((one[1] for text in check.beside if (one := _MODULE.match(text))), "")
            fixes.setdefault((release, earlier[1], module), {})[earlier[2].removeprefix("0:")] = None
    for (release, package, module), versions in fixes.items():
        yield Affected(
            ecosystem=f"Oracle Linux:{release}",
            package=package,
            scheme=scheme(f"Oracle Linux:{release}"),
            ranges=tuple(Range(introduced="0", fixed=version) for version in versions),
            status=Status.FIXED,
            module=module,
        )
