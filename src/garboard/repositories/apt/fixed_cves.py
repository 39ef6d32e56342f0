"""The CVEs that updates of Debian packages claim to fix: each source's changelog, from its smallest installed package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from garboard.model.gap import Gap
from garboard.model.limits import MIB
from garboard.model.mirror import Answer, Asking, FixNote, Offer, Offers, WantedDocument
from garboard.repositories.apt.changelog import Elsewhere, changelog, fixes
from garboard.repositories.config_files import rounds
from garboard.repositories.errors import Refused

_DEB_BYTES: Final = 128 * MIB
_DEBS: Final = 500
_TEXT: Final = 300


class _Source:
    """The updates of one source package between two versions."""

    def __init__(self, name: str, installed: str, version: str) -> None:
        self.name = name
        self.installed = installed
        self.version = version
        self.offers: list[Offer] = []
        self.asked: set[str] = set()

    def next(self, name: str = "") -> Offer | None:
        """Return the smallest package that was not examined yet, or the one with this name."""
        left = [one for one in self.offers if one.name not in self.asked and one.url and one.sha256]
        if name:
            left = [one for one in left if one.name == name]
        return min(left, key=lambda one: (one.size, one.name), default=None)


def notes(updates: Sequence[Offer]) -> Asking[Offers]:
    """See `garboard.repositories.RepositoryKind.notes`."""
    sources: dict[tuple[str, str, str], _Source] = {}
    for one in updates:
        names = (one.source_name, one.installed_source_version, one.source_version)
        sources.setdefault(names, _Source(*names)).offers.append(one)
    found: list[FixNote] = []
    gaps: list[Gap] = []
    todo = list(sources.values())
    if len(todo) > _DEBS:
        gaps.append(_gap("changelogs", f"only those of {_DEBS} updated sources were read, the limit, of {len(todo)}"))
    waiting = [(source, source.next()) for source in todo[:_DEBS]]
    while waiting:
        asked = [(source, offer) for source, offer in waiting if offer is not None]
        gaps += [
            _gap(source.name, "its update has no package file to read a changelog from")
            for source, offer in waiting
            if offer is None
        ]
        waiting = []
        left = iter(asked)
        for some in rounds([_wanted(offer) for _, offer in asked]):
            for answer, (source, offer) in zip((yield some), left, strict=False):
                source.asked.add(offer.name)
                again = _read(source, offer, answer, found, gaps)
                if again is not None:
                    waiting.append((source, again))
    return Offers(notes=tuple(found), gaps=tuple(gaps))


def _wanted(offer: Offer) -> WantedDocument:
    return WantedDocument(urls=(offer.url,), limit=min(offer.size or _DEB_BYTES, _DEB_BYTES), sha256=offer.sha256)


def _gap(subject: str, reason: str) -> Gap:
    return Gap(stage="mirrors", subject=subject, reason=reason)


def _read(source: _Source, offer: Offer, answer: Answer, found: list[FixNote], gaps: list[Gap]) -> Offer | None:
    """Take the facts from a package; return another package to request instead, if any."""
    if answer.data is None:
        gaps.append(_gap(source.name, f"the changelog of its update was not read: {answer.problem}"))
        return None
    try:
        text = changelog(answer.data, offer.name)
    except Refused as refused:
        gaps.append(_gap(source.name, f"{offer.name} {offer.version} {refused}"))
        return None
    if not isinstance(text, str):
        other = source.next(text.package if isinstance(text, Elsewhere) else "") or source.next()
        if other is None:
            gaps.append(
                _gap(
                    source.name,
                    f"no changelog is in {', '.join(sorted(source.asked))}: what its update to {source.version} fixes is not known",
                )
            )
        return other
    _note(source, text, found, gaps)
    return None


def _note(source: _Source, text: str, found: list[FixNote], gaps: list[Gap]) -> None:
    fixed, whole = fixes(text, source.installed, source.version)
    names = tuple(sorted({one.name for one in source.offers}))
    for cve, entry in sorted(fixed.items()):
        line = entry.lines[entry.cves.index(cve)]
        found.append(
            FixNote(
                type="deb", source=source.name, fixed_in=entry.version, cves=(cve,), names=names, date=entry.date,
                text=_short(line),
            )
        )  # fmt: skip
    if not whole:
        gaps.append(
            _gap(
                source.name,
                f"the changelog of {source.version} does not reach back to {source.installed}: older entries may name more",
            )
        )
    if not fixed:
        gaps.append(
            _gap(source.name, f"its update from {source.installed} to {source.version} names no CVE in its changelog")
        )


def _short(line: str) -> str:
    return line if len(line) <= _TEXT else line[:_TEXT].rstrip() + " …"
