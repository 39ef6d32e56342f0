"""Finds the policy of a run: its file, the comments of the Dockerfile, and the options of the line."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from garboard.cli import options as o
from garboard.cli.read_opening import cache_folder, limits
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from garboard.cli.params import Given
    from garboard.model.policy import PolicyFile
    from garboard.model.vex import VexStatement
    from garboard.net.client import Client
    from garboard.policy.apply import Applied
    from garboard.workflows.attribute import Build

NAME: Final = "garboard.toml"
_MOST: Final = 4 * 1024 * 1024
SCHEMES: Final = ("https://", "http://")
_PLACES: Final = (".git", ".hg")
"""What lies in the topmost folder of a project: policies above it are another's."""


def applied(given: Given, build: Build) -> Applied | None:
    """What the options of `garboard.cli.options.TRIAGE` and the files that they stand for say; None if there is nothing.

    Raises:
        UsageError: the policy cannot be read, or has mistakes.
    """
    named = given[o.POLICY] or ""
    remote = named.startswith(SCHEMES) and not given[o.NO_POLICY]
    file = None if remote else find(given)
    ignores = given[o.IGNORE]
    dockerfile = None if given[o.NO_POLICY] else build.dockerfile
    notes: tuple[str, ...] = ()
    if dockerfile is not None and b"garboard" in dockerfile.data.lower():
        from garboard.policy import comments

        ignores = (*ignores, *comments.ignores(dockerfile))
        notes = tuple(comments.misplaced(dockerfile))
    if file is None and not remote and not ignores and not notes and not given[o.STAGE_POLICY] and not given[o.VEX]:
        return None
    from garboard.model.policy import PolicyFile
    from garboard.policy.apply import Applied

    policy = fetch(named, given) if remote else read(file) if file is not None else PolicyFile()
    if remote and not all(one.startswith(SCHEMES) for one in policy.vex):
        raise UsageError(
            f"the policy {named} is fetched, and names VEX documents of this machine", "name them with --vex"
        )
    folder = file.parent if file is not None else Path()
    return Applied(
        policy=policy,
        statements=_statements((*given[o.VEX], *(_beside(folder, one) for one in policy.vex)), given),
        stage=given[o.STAGE_POLICY] or "",
        ignores=ignores,
        target=_target(given, build),
        notes=notes,
    )


def _statements(places: Iterable[str], given: Given) -> tuple[VexStatement, ...]:
    """What the VEX documents at these places state.

    Raises:
        GarboardError: one cannot be read, or is no VEX document; or one is to be fetched, and no connection may be opened.
    """
    places = tuple(places)
    if not places:
        return ()
    from garboard.workflows import read_vex

    with contextlib.ExitStack() as opened:

        def fetch(url: str, most: int, stranger: bool) -> bytes:
            if given[o.OFFLINE]:
                raise UsageError(
                    f"--offline forbids to fetch the VEX documents {url}", "fetch them before, and name the file"
                )
            if not clients:
                from garboard.net import client

                clients.append(opened.enter_context(client.Client(ca_file=given[o.CA_FILE] or "", limits=limits())))
            with clients[0].get(url, outward=stranger) as response:
                data, status = response.read(most), response.status
            if status != 200:
                raise UsageError(f"{url} is not there: the server answers with status {status}", "name another one")
            return data

        clients: list[Client] = []
        folder = None if given[o.NO_CACHE] else cache_folder() / "vex-1"
        return tuple(read_vex.read(places, read_vex.Addresses(fetch, folder)))


def _beside(folder: Path, place: str) -> str:
    """A place that a policy names: an address, or a path from its folder."""
    return place if place.startswith(SCHEMES) else str(folder / place)


def _target(given: Given, build: Build) -> str:
    """The name of the stage that was built: the one that is asked for, else the last."""
    if given[o.TARGET]:
        return given[o.TARGET] or ""
    stages = build.dockerfile.stages if build.dockerfile else ()
    return stages[-1].name if stages else ""


def local(given: Given) -> Path | None:
    """The policy's file, as `find`, if it is one of this machine."""
    named = given[o.POLICY] or ""
    return None if named.startswith(SCHEMES) else find(given)


def find(given: Given) -> Path | None:
    """The policy's file: the one that is named, else the nearest in the Dockerfile's folder, or the current one, or above.

    Raises:
        UsageError: the one that is named and --no-policy are both given.
    """
    if given[o.NO_POLICY]:
        if given.on_the_line(o.POLICY):
            raise UsageError("--policy names a policy, and --no-policy forbids it", "leave one of them out")
        return None
    named = given[o.POLICY]
    if named:
        return Path(named)
    dockerfile = given[o.FILE] if given.takes(o.FILE) else None
    start = Path(dockerfile).parent if dockerfile and dockerfile != "-" else Path()
    return above(start)


def above(start: Path) -> Path | None:
    """The nearest policy in a folder or above it, not above the project."""
    folder = start.absolute()
    for one in (folder, *folder.parents):
        if (one / NAME).is_file():
            try:
                return (one / NAME).relative_to(Path().absolute())
            except ValueError:
                return one / NAME
        if any((one / place).exists() for place in _PLACES):
            return None
    return None


def read(file: Path) -> PolicyFile:
    """Read and check a policy.

    Raises:
        UsageError: it cannot be read.
        PolicyError: it has mistakes.
    """
    return with_keys(_parsed(bounded(file), str(file)), file.parent)


def bounded(file: Path) -> bytes:
    """The bytes of a policy, or of another scanner's file.

    Raises:
        UsageError: it cannot be read, or is larger than a policy may be.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST + 1)
    except OSError as error:
        raise UsageError(f"the policy {file} cannot be read: {error.strerror}", "name it with --policy FILE") from error
    if len(data) > _MOST:
        raise UsageError(f"the policy {file} is larger than {_MOST} bytes", "split what it ignores by packages")
    return data


def fetch(url: str, given: Given) -> PolicyFile:
    """Fetch and check a policy.

    Raises:
        UsageError: no connection may be opened, or it cannot be read.
        NetworkError: the server does not answer.
        PolicyError: it has mistakes.
    """
    from garboard.net.client import Client

    if given[o.OFFLINE]:
        raise UsageError(f"--offline forbids to fetch the policy {url}", "fetch it before, and name the file")
    with Client(ca_file=given[o.CA_FILE] or "", limits=limits()) as client, client.get(url) as response:
        data, status = response.read(_MOST), response.status
    if status != 200:
        raise UsageError(f"the policy {url} is not there: the server answers with status {status}", "name another one")
    return with_keys(_parsed(data, url), None)


def with_keys(policy: PolicyFile, folder: Path | None) -> PolicyFile:
    """The policy with the public keys that its rules name, which lie in this folder; None if it was fetched.

    Raises:
        UsageError: one cannot be read, or is none.
    """
    from garboard.policy import document

    names = document.keys(policy)
    if not names:
        return policy
    from garboard.model.policy import PolicyKey
    from garboard.signing import Verifier

    if folder is None:
        raise UsageError(f"the policy {policy.file} is fetched, and names keys of this machine", "keep both as files")
    return msgspec.structs.replace(
        policy, keys=tuple(PolicyKey(name=one, pem=Verifier.read(folder / one).pem) for one in names)
    )


def _parsed(data: bytes, name: str) -> PolicyFile:
    from garboard.policy.document import read as parse

    if len(data) > _MOST:
        raise UsageError(f"the policy {name} is larger than {_MOST} bytes", "split what it ignores by packages")
    try:
        return parse(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise UsageError(f"the policy {name} is not UTF-8: {error}", "save it as UTF-8") from error
