"""Fetches what the kinds of `garboard.repositories` ask mirrors for, by HTTP with a cache of immutable documents."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from garboard.model.errors import GarboardError, OfflineError, UsageError
from garboard.model.gap import Gap
from garboard.model.image import Files, Image
from garboard.model.mirror import Answer, Asking, InstalledSystem, Offer, Offers, UpgradeState, WantedDocument
from garboard.model.package import Distro, Inventory, Kept
from garboard.net.client import InwardError, UnreachedError, host_of
from garboard.repositories import KINDS

if TYPE_CHECKING:
    from garboard.net.client import Client, Response
    from garboard.repositories.apt import Newest

MIB: Final = 1024 * 1024
AT_ONCE: Final = 4
"""How many documents are fetched at the same time."""
CACHE_BYTES: Final = 1024 * MIB
_APT: Final = frozenset({"debian", "ubuntu"})
"""Distributions with releases that are suites of the same mirrors."""
NEWER: Final = frozenset({UpgradeState.UPGRADE, UpgradeState.HELD, UpgradeState.PINNED, UpgradeState.KEPT_BACK})
"""Standings of packages that have a newer version on the mirrors."""

T = TypeVar("T")
Progress = Callable[[str, int, int | None], None]
Fetch = Callable[[Sequence[WantedDocument]], tuple[Answer, ...]]
"""Answers requests in the same order; a document that cannot be fetched is an answer with a problem."""


def drive(asking: Asking[T], fetch: Fetch) -> T:
    """Give a kind what it asks for until it is done."""
    answers: tuple[Answer, ...] | None = None
    while True:
        try:
            wanted = next(asking) if answers is None else asking.send(answers)
        except StopIteration as stop:
            result: T = stop.value
            return result
        answers = ()  # those before are not kept while the next are fetched
        answers = fetch(wanted) if wanted else ()


def installed(of: Image, inventory: Inventory, files: Files | None, now: dt.datetime) -> InstalledSystem:
    """What an image says about itself: its final configuration and its packages."""
    names = {kind.NAME for kind in KINDS}
    kept = [
        msgspec.structs.replace(fact, path=history.asked or history.path)
        for history in (files.histories if files else ())
        if history.reader in names
        for fact in history.versions[-1].facts or ()
        if isinstance(fact, Kept)
    ]
    return InstalledSystem(
        files=tuple(kept), packages=inventory.packages, platform=of.platform, distro=inventory.distro, now=now
    )


def offers(image: InstalledSystem, fetch: Fetch) -> Offers:
    """What all mirrors that the image names offer for its packages."""
    types = {package.type for package in image.packages}
    return _together(drive(kind.offers(image), fetch) for kind in KINDS if kind.PURL_TYPE in types)


def notes(updates: Sequence[Offer], fetch: Fetch) -> Offers:
    """What these updates say they fix."""
    parts = [
        (kind, [one for one in updates if one.type == kind.PURL_TYPE and one.installed and one.standing in NEWER])
        for kind in KINDS
    ]
    return _together(drive(kind.notes(some), fetch) for kind, some in parts if some)


def _together(parts: object) -> Offers:
    told: list[Offers] = list(parts)  # type: ignore[call-overload]
    return Offers(
        offers=tuple(one for each in told for one in each.offers),
        repositories=tuple(one for each in told for one in each.repositories),
        notes=tuple(one for each in told for one in each.notes),
        gaps=tuple(dict.fromkeys(one for each in told for one in each.gaps)),
    )


def mirror(text: str) -> tuple[str, str]:
    """Parse a mirror: ``FROM=TO`` or ``URL``.

    With ``FROM=TO``, addresses that begin with FROM are fetched from TO. ``URL`` replaces every host.

    Raises:
        UsageError: the text is neither.
    """
    first, equals, second = text.partition("=http")
    before, after = (first, f"http{second}") if equals else ("", text)
    if not all(
        one.startswith(("http://", "https://")) and urlsplit(one).hostname for one in filter(None, (before, after))
    ):
        raise UsageError(
            f"--package-mirror takes URL or FROM=TO, not {text}",
            "as in http://mirror.example:8081, or http://deb.debian.org/debian=http://mirror.example/debian12",
        )
    return before.rstrip("/"), after.rstrip("/")


def address(url: str, mirrors: Sequence[tuple[str, str]]) -> str:
    """Where to fetch an address: by the longest FROM that it begins with, else by the URL for every host."""
    fits = [pair for pair in mirrors if pair[0] and (url == pair[0] or url.startswith(f"{pair[0]}/"))]
    if fits:
        before, after = max(fits, key=lambda pair: len(pair[0]))
        return after + url[len(before) :]
    general = next((after for before, after in mirrors if not before), "")
    if not general:
        return url
    parts = urlsplit(url)
    return f"{general}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _is_given(url: str, mirrors: Sequence[tuple[str, str]]) -> bool:
    """Whether one of the user's mirrors replaces the address."""
    return any(not before or url == before or url.startswith(f"{before}/") for before, _ in mirrors)


@dataclass(frozen=True, slots=True)
class Web:
    """Documents by HTTP, optionally from the user's mirrors instead of the original hosts.

    Documents with a digest are kept in ``folder`` (None: nothing is kept). An address that the image names is not
    followed to this machine itself, a link-local address or a cloud's metadata, not by redirects either: an image could
    ask for anything there. If a user's mirror replaces it, the user has named the address. A host that could not be
    reached is not asked again.
    """

    client: Client
    mirrors: tuple[tuple[str, str], ...] = ()
    folder: Path | None = None
    progress: Progress = field(default=lambda _label, _done, _total: None)
    _unreached: dict[str, str] = field(default_factory=dict, init=False)
    """Hosts (with their ports) that could not be reached, and why."""

    def fetch(self, wanted: Sequence[WantedDocument]) -> tuple[Answer, ...]:
        """Fetch documents; a `Fetch`.

        Raises:
            OfflineError: no connection may be opened.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return tuple(pool.map(self._one, wanted))

    def _one(self, wanted: WantedDocument) -> Answer:
        data = self._kept(wanted.sha256)
        if data is not None:
            return Answer(data=data, url=wanted.urls[0])
        problem = ""
        for named in wanted.urls:
            url = named
            try:
                url = address(named, self.mirrors)
                data = self._get(url, wanted.limit, stranger=not _is_given(named, self.mirrors))
            except OfflineError:
                raise
            except InwardError as error:
                problem = f"{url} was not asked for: {error.message}, where an image may not send anybody"
                continue
            except GarboardError as error:
                problem = error.message
                continue
            except ValueError as error:
                problem = f"{url} is no address: {error}"
                continue
            if data is None:
                problem = f"{url} is not there (404)"
            elif wanted.sha256 and hashlib.sha256(data).hexdigest() != wanted.sha256:
                problem = f"{url} is not what its repository says: its SHA-256 digest differs"
            else:
                self._keep(wanted.sha256, data)
                return Answer(data=data, url=url)
        return Answer(problem=problem)

    def _get(self, url: str, limit: int, *, stranger: bool) -> bytes | None:
        """A document, or None if it does not exist; ``stranger`` says that the address comes from the image itself."""
        with self._asked(url, stranger=stranger) as response:
            if response.status != 200:
                return None
            parts, done = [], 0
            for chunk in response.chunks():
                done += len(chunk)
                if done > limit:
                    raise GarboardError(f"{url} is longer than {limit} bytes, which it should not be")
                parts.append(chunk)
                self.progress("/".join(url.split("/")[-3:])[-40:], done, response.content_length)
            return b"".join(parts)

    def _asked(self, url: str, *, stranger: bool) -> Response:
        host = host_of(url)
        if host in self._unreached:
            raise UnreachedError(f"{host} was not asked again: {self._unreached[host]}")
        try:
            return self.client.get(url, insecure=url.startswith("http://"), outward=stranger)
        except UnreachedError as error:
            self._unreached[host] = error.message
            raise

    def _kept(self, sha256: str) -> bytes | None:
        if self.folder is None or not sha256:
            return None
        path = self.folder / sha256
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def _keep(self, sha256: str, data: bytes) -> None:
        if self.folder is None or not sha256:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside = self.folder / f".new-{os.getpid()}-{os.urandom(8).hex()}"
            aside.write_bytes(data)
            aside.replace(self.folder / sha256)

    def tidy(self) -> None:
        """Remove the least recently used documents until the rest is within the bound."""
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            files = sorted(
                ((path.stat().st_mtime, path.stat().st_size, path) for path in self.folder.iterdir()), reverse=True
            )
            total = 0
            for _, size, path in files:
                total += size
                if total > CACHE_BYTES:
                    path.unlink(missing_ok=True)


def uncovered(found: Offers) -> tuple[Gap, ...]:
    """Gaps for installed packages that no mirror has, one for each kind of package."""
    gaps = []
    by_type: dict[str, list[str]] = {}
    for one in found.offers:
        if one.standing is UpgradeState.ABSENT:
            by_type.setdefault(one.type, []).append(one.name)
    for kind, names in sorted(by_type.items()):
        named = ", ".join(sorted(names)[:10]) + (" …" if len(names) > 10 else "")
        reason = f"{len(names)} {kind} packages are in none of the mirrors that the image names: {named}"
        gaps.append(Gap(stage="mirrors", subject=f"{kind} packages", reason=reason))
    return tuple(gaps)


class Newer:
    """The packages that can be installed on a base, from the mirrors that an image names.

    For bases of the image's own release these are the packages of its sources; for bases of another release of Debian
    or Ubuntu, what the same sources have for that release. None for every other base, and if not all sources could be
    read; ``gaps`` says why. Only one release is kept at a time, because an index is large: finish the bases of one
    release before those of the next.
    """

    def __init__(self, image: InstalledSystem, fetch: Fetch) -> None:
        self._image = image
        self._fetch = fetch
        self._at: Distro | None = None
        self._found: Newest | None = None
        self._gaps: dict[Gap, None] = {}

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be read, for all releases asked for so far."""
        return tuple(self._gaps)

    def __call__(self, base: Inventory) -> Newest | None:
        """The newest packages by name."""
        own, other = self._image.distro, base.distro
        if own is None or other is None or own.id != other.id or own.id not in _APT:
            return None
        release = Distro(id=other.id, version=other.version, ecosystem=other.ecosystem)
        if self._at != release:
            self._at, self._found = release, None
            self._found = self._read(own, other)
        return self._found

    def _read(self, own: Distro, other: Distro) -> Newest | None:
        from garboard.packages.assemble import complete
        from garboard.repositories.apt import Exchange, newest

        exchange = None
        if _release(own) != _release(other):
            exchange = Exchange(_codename(own), _codename(other))
            if not all(exchange):
                reason = (
                    "its codename or that of the image's release is not known, so no mirror could be asked about it"
                )
                self._gaps[Gap(stage="mirrors", subject=f"{other.id} {other.version}".strip(), reason=reason)] = None
                return None
        found = drive(newest(self._image, exchange, lambda one: complete((one,), other)[0]), self._fetch)
        self._gaps |= dict.fromkeys(found.gaps)
        return found.packages


def _release(one: Distro) -> str:
    return one.ecosystem or one.version


def _codename(one: Distro) -> str:
    from garboard.baseimage.releases import codename

    return codename(one.id, one.version) or one.codename
