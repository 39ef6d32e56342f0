"""The documents of an RPM repository: metalink or mirror list, repomd.xml with its signature, and the files in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from garboard.model.limits import MIB
from garboard.model.mirror import Answer, Asking, WantedDocument
from garboard.repositories import xml
from garboard.repositories.errors import Refused
from garboard.repositories.signatures import certificates, verified
from garboard.repositories.yum.config import Repo

_LIST_BYTES: Final = 4 * MIB
_REPOMD_BYTES: Final = 16 * MIB
_SIGNATURE_BYTES: Final = MIB
_INDEX_BYTES: Final = 256 * MIB
_MIRRORS: Final = 5
"""The number of mirrors in a list that are tried in turn."""


@dataclass(frozen=True, slots=True)
class Read:
    """The data read from one repository: packages and errata as stored, its location, and how it was authenticated."""

    base: str
    signed: str
    revision: str
    primary: Answer
    updateinfo: Answer | None
    problems: tuple[str, ...] = field(default=())


def read(repo: Repo, files: Mapping[str, bytes]) -> Asking[Read]:
    """Read a repository.

    Raises:
        Refused: The repository cannot be used.
    """
    bases, digests = yield from _bases(repo)
    (answer,) = yield (
        WantedDocument(urls=tuple(f"{base.rstrip('/')}/repodata/repomd.xml" for base in bases), limit=_REPOMD_BYTES),
    )
    if answer.data is None:
        raise Refused(answer.problem)
    base, signed = bases[0], "not signed: repo_gpgcheck is off"
    # A user's mirror can replace the named one: continue with the address that was named.
    for one in bases:
        if answer.url.startswith(one.rstrip("/")):
            base = one
    problems = []
    if digests and hashlib.sha256(answer.data).hexdigest() not in digests:
        raise Refused("its repomd.xml is not the one that its metalink names")
    if repo.signed:
        signed = yield from _signature(repo, base, answer.data, files)
    elif digests:
        signed = "by the digest in its metalink"
    elif answer.url.startswith("http://"):
        problems.append(
            "its index is not signed (repo_gpgcheck is off) and came over plain HTTP: it was used, as dnf does"
        )
    return (yield from _indexes(base, answer.data, signed, tuple(problems)))


def _bases(repo: Repo) -> Asking[tuple[tuple[str, ...], frozenset[str]]]:
    urls = tuple(url for url in repo.urls if url.startswith(("http://", "https://")) and "$" not in url)
    if urls:
        return urls[:_MIRRORS], frozenset()
    listed = repo.metalink or repo.mirrorlist
    if not listed.startswith(("http://", "https://")) or "$" in listed:
        raise Refused(f"it names no web address whose variables are known ({listed or ' '.join(repo.urls) or 'none'})")
    (answer,) = yield (WantedDocument(urls=(listed,), limit=_LIST_BYTES),)
    if answer.data is None:
        raise Refused(f"its list of mirrors was not read: {answer.problem}")
    if b"<metalink" in answer.data[:2048] or repo.metalink:
        return _metalink(answer.data, trusted=answer.url.startswith("https://"))
    lines = [line.strip() for line in answer.data.decode("utf-8", "replace").splitlines()]
    found = [line for line in lines if line.startswith(("http://", "https://"))]
    if not found:
        raise Refused("its list of mirrors names none")
    return tuple(found[:_MIRRORS]), frozenset()


def _metalink(data: bytes, *, trusted: bool) -> tuple[tuple[str, ...], frozenset[str]]:
    urls: list[str] = []
    digests = set()
    for child in xml.children(data):
        for hashed in child.iter("hash"):
            if hashed.get("type", "").lower().replace("-", "") == "sha256" and hashed.text:
                digests.add(hashed.text.strip().lower())
        urls += [
            (one.text or "").strip().removesuffix("repodata/repomd.xml")
            for one in child.iter("url")
            if (one.text or "").strip().startswith(("https://", "http://"))
        ]
    if not urls:
        raise Refused("its metalink names no mirror")
    urls.sort(key=lambda url: not url.startswith("https://"))
    return tuple(urls[:_MIRRORS]), frozenset(digests) if trusted else frozenset()


def _signature(repo: Repo, base: str, data: bytes, files: Mapping[str, bytes]) -> Asking[str]:
    rings = {}
    for key in repo.keys:
        path = key.removeprefix("file://").lstrip("/")
        rings[path] = files.get(path, b"") if key.startswith("file:///") else b""
    (answer,) = yield (WantedDocument(urls=(f"{base.rstrip('/')}/repodata/repomd.xml.asc",), limit=_SIGNATURE_BYTES),)
    if answer.data is None:
        raise Refused("repo_gpgcheck asks for a signature, and it has none")
    return verified(data, answer.data, certificates(rings), ())[1]


def _indexes(base: str, repomd: bytes, signed: str, problems: tuple[str, ...]) -> Asking[Read]:
    found: dict[str, WantedDocument] = {}
    revision = ""
    for child in xml.children(repomd):
        if child.tag == "revision":
            revision = (child.text or "").strip()
        if child.tag != "data" or child.get("type") not in {"primary", "updateinfo"}:
            continue
        location, checksum = child.find("location"), child.find("checksum")
        href = location.get("href", "") if location is not None else ""
        digest = (checksum.text or "").strip().lower() if checksum is not None else ""
        if (
            checksum is None
            or checksum.get("type") != "sha256"
            or not re.fullmatch(r"[0-9a-f]{64}", digest)
            or not href
        ):
            raise Refused(f"its repomd.xml names {child.get('type')} without a place or a SHA-256 digest")
        found[child.get("type", "")] = WantedDocument(
            urls=(f"{base.rstrip('/')}/{href}",), limit=_INDEX_BYTES, sha256=digest
        )
    if "primary" not in found:
        raise Refused("its repomd.xml names no primary index")
    answers = yield tuple(found[name] for name in ("primary", "updateinfo") if name in found)
    if answers[0].data is None:
        raise Refused(answers[0].problem)
    return Read(base, signed, revision, answers[0], answers[1] if "updateinfo" in found else None, problems)
