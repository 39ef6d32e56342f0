"""What Ubuntu says of each CVE in each source package of a release, beyond OSV: its OVAL and its OpenVEX documents.

OSV tells fixed versions, and nothing of why there is none. OVAL and OpenVEX tell that in sentences of one form. OVAL is one
document for each release, and all that is left of releases that OSV has dropped; OpenVEX is one archive of all releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import BinaryIO, Final, NamedTuple

import msgspec

from garboard.feeds.readers import oval
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_advisory import SUBSCRIPTIONS
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.tar_members import members
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.ubuntu import CODENAMES

URL: Final = "https://security-metadata.canonical.com"
LEFT: Final = frozenset({"14.04", "16.04", "18.04", "20.04"})
"""Releases that OSV has dropped, or may."""

_CODENAMES: Final = MappingProxyType({version: name for name, version in CODENAMES.items()})
_CVE: Final = re.compile(r"^CVE-\d{4}-\d{4,}(?=\s|$)")
_CHECK: Final = re.compile(
    r"^(?:\(CVE-[\d-]+\) )?(\S+?)(?: package in \S+?,?|:) "
    r"(?:(was vulnerable but has been fixed|is related to the CVE in some way and has been fixed)"
    r"|(is affected and may need fixing)|(is affected and needs fixing)"
    r"|(is affected\. An update containing the fix has been completed and is pending publication)"
    r"|(is affected, but a decision has been made to defer addressing it)"
    r"|(while related to the CVE in some way, a decision has been made to ignore this issue)"
    r"|((?:is not affected|while related to the CVE in some way, is not affected)[^(]{0,200}?))"
    r"(?: \(note: '(.*)'\))?\.?$",
    re.DOTALL,
)
_SENTENCES: Final = (Status.FIXED, Status.UNDETERMINED, Status.AFFECTED, Status.AFFECTED, Status.DEFERRED,
                     Status.WILL_NOT_FIX, Status.NOT_AFFECTED)  # fmt: skip
_PENDING: Final = 3
_ENDED: Final = re.compile(
    r"no longer supported|end[ -]of[ -]life|out of standard support|end of standard support", re.IGNORECASE
)
_WORDS: Final = (
    (_ENDED, Status.END_OF_LIFE),
    (re.compile(r"decided to not fix|decided not to fix|ignore", re.IGNORECASE), Status.WILL_NOT_FIX),
    (re.compile(r"defer|postpone", re.IGNORECASE), Status.DEFERRED),
)
_REASON: Final = re.compile(r"CVE Notes / justification:\s*(.*)", re.DOTALL)
_PURL: Final = re.compile(r"^pkg:deb/ubuntu/([^@?]+)(?:@[^?]*)?\?(?:[^#]*&)?arch=source(?:&|$)")
_DISTRO: Final = re.compile(r"[?&]distro=([^&#]+)")
_FOR_SUBSCRIBERS: Final = re.compile(r"[+~]esm\d*")
_NOTE: Final = 300
_PENDING_NOTE: Final = "a fix is prepared, and not published yet"
_UNTRIAGED: Final = "Ubuntu has not examined it yet"
_UNRATED: Final = frozenset({"", "untriaged"})


class UbuntuState(NamedTuple):
    """What is said of a CVE in a source package: ``fixed`` is the version with the fix, if that is told."""

    status: Status
    fixed: str = ""
    note: str = ""


States = dict[tuple[str, str], UbuntuState]
"""By CVE and source package."""


def documents(release: str) -> tuple[FeedDocument, ...]:
    """Return the documents about a release (``22.04``), none of which has to be there; none for one that is not known."""
    codename = _CODENAMES.get(release)
    if codename is None:
        return ()
    name = f"com.ubuntu.{codename}.cve.oval.xml"
    path = f"ubuntu/oval/{name}"
    return (
        FeedDocument(url=f"{URL}/oval/{name}.bz2", path=f"{path}.bz2", other_paths=(path, f"{path}.xz"), optional=True),
        FeedDocument(
            url=f"{URL}/vex/vex-all.tar.xz", path="ubuntu/vex/vex-all.tar.xz", optional=True, only_mirrored=True
        ),
    )


def of_vex(stream: BinaryIO, release: str) -> States:
    """Read what an archive of OpenVEX documents says of a release.

    Raises:
        FeedError: The archive is damaged.
    """
    codename = _CODENAMES[release]
    found: States = {}
    for _, data in members(stream, ".json"):
        try:
            statements = _VEX.decode(data).statements
        except UNUSABLE:  # it refines what other documents say, which stands without it
            continue
        for statement in statements:
            state = _of_statement(statement)
            if state is None or not _CVE.match(statement.vulnerability.name):
                continue
            for product in statement.products:
                about = _PURL.match(product.id)
                distro = _DISTRO.search(product.id)
                if about and distro and distro[1] == codename:
                    found[statement.vulnerability.name, about[1]] = state
    return found


class _Vulnerability(msgspec.Struct, frozen=True, gc=False):
    name: str = ""


class _Product(msgspec.Struct, frozen=True, gc=False):
    id: str = msgspec.field(default="", name="@id")


class _Statement(msgspec.Struct, frozen=True, gc=False):
    vulnerability: _Vulnerability
    status: str
    products: tuple[_Product, ...] = ()
    action_statement: str = ""
    impact_statement: str = ""
    justification: str = ""


class _Vex(msgspec.Struct, frozen=True, gc=False):
    statements: tuple[_Statement, ...] = ()


_VEX: Final = msgspec.json.Decoder(_Vex)


def _of_statement(statement: _Statement) -> UbuntuState | None:
    """The version in a product's package URL is the newest, not that of the fix: what is fixed, OSV tells."""
    text = statement.action_statement
    reason = _REASON.search(text or statement.impact_statement)
    note = " ".join(reason[1].split())[:_NOTE] if reason else ""
    match statement.status:
        case "not_affected":
            return UbuntuState(Status.NOT_AFFECTED, note=note or statement.justification.replace("_", " "))
        case "under_investigation":
            return UbuntuState(Status.UNDETERMINED, note=_UNTRIAGED)
        case "affected":
            status = next((status for words, status in _WORDS if words.search(text)), Status.AFFECTED)
            pending = status is Status.AFFECTED and "pending" in text
            return UbuntuState(status, note=_PENDING_NOTE if pending else note)
    return None


def refined(advisory: Advisory, states: States) -> Advisory:
    """Say why there is no fix, where OSV's advisory has none."""
    cves = [one for one in (advisory.id, *advisory.aliases) if _CVE.match(one)]
    if len(cves) != 1:
        return advisory
    return msgspec.structs.replace(
        advisory, affected=tuple(_refined(one, states.get((cves[0], one.package))) for one in advisory.affected)
    )


def _refined(one: Affected, state: UbuntuState | None) -> Affected:
    if state is None or one.status is not Status.AFFECTED or one.subscription:
        return one
    if state.status in {Status.DEFERRED, Status.WILL_NOT_FIX, Status.END_OF_LIFE}:
        return msgspec.structs.replace(one, status=state.status, note=state.note)
    told = state.status in {Status.AFFECTED, Status.UNDETERMINED}
    return msgspec.structs.replace(one, note=state.note) if told and state.note else one


def not_affected(states: States, ecosystem: str, feed: str) -> Iterator[Record]:
    """Yield the packages that Ubuntu says are not affected, which OSV leaves out."""
    packages: dict[str, list[Affected]] = {}
    for (cve, package), state in states.items():
        if state.status is Status.NOT_AFFECTED:
            packages.setdefault(cve, []).append(_affected(package, state, ecosystem))
    for cve, affected in packages.items():
        yield Advisory(id=f"UBUNTU-{cve}", feed=feed, aliases=(cve,), affected=tuple(affected))


def of_oval(stream: BinaryIO) -> States:
    """Read what a release's OVAL says beyond fixes, which OSV has too.

    Raises:
        FeedError: The document is no OVAL.
    """
    return {
        (cve, package): state
        for definition in oval.definitions(stream, "Ubuntu")
        if (cve := _cve(definition))
        for package, state in _told(definition, [])
        if state.note or state.status not in {Status.FIXED, Status.AFFECTED}
    }


def advisories(stream: BinaryIO, ecosystem: str, feed: str) -> Iterator[Record]:
    """Yield what a release's OVAL says as advisories; a sentence of another form is a gap.

    Raises:
        FeedError: The document is no OVAL.
    """
    yield FeedHeader(date=oval.date(stream))
    for definition in oval.definitions(stream, "Ubuntu"):
        cve = _cve(definition)
        if not cve:
            continue
        odd: list[str] = []
        affected = tuple(_affected(package, state, ecosystem) for package, state in _told(definition, odd))
        if odd:
            reason = f"not a sentence of Ubuntu's OVAL: {odd[0]!r}"
            yield Gap(stage="feeds", subject=f"ubuntu {cve}", reason=reason[:300])
        if affected:
            word = definition.severity
            yield Advisory(
                id=f"UBUNTU-{cve}",
                feed=feed,
                aliases=(cve,),
                details=definition.description[:4096],
                published=definition.fields.get("public_date", ""),
                ratings=(Rating(source="ubuntu", word=word),) if word.lower() not in _UNRATED else (),
                references=(f"https://ubuntu.com/security/{cve}",),
                affected=affected,
            )


def _cve(definition: oval.Definition) -> str:
    found = _CVE.match(definition.title)
    return found[0] if found else ""


def _told(definition: oval.Definition, odd: list[str]) -> Iterator[tuple[str, UbuntuState]]:
    for check in definition.checks:
        found = _CHECK.match(check.comment)
        if found is None:
            odd.append(check.comment)
            continue
        package, *said, note = found.groups()
        at = next(number for number, text in enumerate(said) if text)
        yield package, _state(at, note or "")


@lru_cache(4096)
def _state(at: int, note: str) -> UbuntuState:
    status, version = _SENTENCES[at], ""
    if status is Status.FIXED:
        status, version, note = (status, note, "") if note else (Status.AFFECTED, "", "fixed, in a version not told")
    elif at == _PENDING:
        note = f"{_PENDING_NOTE}{f' ({note})' if note else ''}"
    elif status is Status.UNDETERMINED:
        note = _UNTRIAGED
    elif status is Status.WILL_NOT_FIX and _ENDED.search(note):
        status = Status.END_OF_LIFE
    return UbuntuState(status, version, note[:_NOTE])


def _affected(package: str, state: UbuntuState, ecosystem: str) -> Affected:
    ranges = () if state.status is Status.NOT_AFFECTED else (Range(introduced="0", fixed=state.fixed),)
    paid = SUBSCRIPTIONS["Ubuntu"] if _FOR_SUBSCRIBERS.search(state.fixed) else ""
    return Affected(
        ecosystem=ecosystem,
        package=package,
        scheme=scheme(ecosystem),
        ranges=ranges,
        status=Status.SUBSCRIBERS if paid else state.status,
        subscription=paid,
        note=f"fixed in {state.fixed}, with {paid} only" if paid else state.note,
    )
