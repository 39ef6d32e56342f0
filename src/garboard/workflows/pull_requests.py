"""Asks for changes of files by pull requests: as often as it is run, each change is asked for once.

A request that is open is renewed where anything differs, one that is wanted no longer is closed, and one that a person closed
is not opened again for the same content, which a digest in its body tells. A branch that a person committed to stays.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from garboard.git.branches import Branch
from garboard.hosts.api import HostError
from garboard.model.base import Value
from garboard.model.errors import GarboardError
from garboard.model.fix import FileChange, Fixes
from garboard.model.pull_request import BRANCHES, Done, Draft, PullRequest, RequestOutcome, RequestState
from garboard.model.recommendation import Counts
from garboard.reporters.fix import pull_request as texts
from garboard.reporters.fix.diff import unified
from garboard.workflows.judged_scope import PACKAGES, JudgedScope

if TYPE_CHECKING:
    from garboard.git.branches import Branches
    from garboard.git.checkout import Identity
    from garboard.hosts.protocol import CodeHost

_NAME: Final = re.compile(rf"{BRANCHES}([a-z0-9-]{{1,120}})/([a-z0-9-]{{1,80}})")
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 40
_TRAILER: Final = "Garboard-Content"
_SUPERSEDED: Final = "<!-- garboard: superseded -->"
_CLOSING: Final = "This change is not needed any more, or another one does more: closed by garboard."


class WantedRequest(Value):
    """A change that should be asked for.

    Attributes:
        branch: the one that is to have it.
        title: in one line.
        body: Markdown.
        content: a digest of what changes: the same change has the same one.
        files: each with its path in the repository, with slashes.
    """

    branch: str
    title: str
    body: str
    content: str
    files: tuple[FileChange, ...]


class RequestRules(NamedTuple):
    """How changes are asked for.

    Attributes:
        identity: who commits.
        target: the branch that is to take them.
        most: how many requests of garboard's may be open.
        labels: of new ones.
        reviewers: of new ones.
        dry: whether nothing is done, and only said.
    """

    identity: Identity
    target: str
    most: int = 5
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    dry: bool = False


def scope_of(path: str, target: str = "", *, whole: bool = False) -> str:
    """Names a file of a repository, and a stage of it, or a ``whole`` folder: the requests of one scope supersede each other."""
    if whole and path == ".":
        return "repository"
    name = f"{path}:{target}" if target else f"{path}/" if whole else path
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return "dockerfile" if name == "Dockerfile" else f"{_slug(name)}-{digest}"


class TargetBranch(NamedTuple):
    """The branch that is to take changes, and whether that is the repository's default."""

    name: str
    default: bool

    def scope(self, scope: str) -> str:
        """Names a scope in this branch: its requests are others than those of the same scope in another branch."""
        if self.default:
            return scope
        digest = hashlib.sha256(self.name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        return f"{scope}-to-{_slug(self.name)}-{digest}"


def target_of(host: CodeHost, name: str) -> TargetBranch:
    """The branch of this name, or else the default one.

    Raises:
        HostError: none is named, and the host names none either.
    """
    default = host.default_branch()
    if not (name or default):
        raise HostError("the host names no default branch", "name the one that is to take changes: --target-branch")
    return TargetBranch(name or default, default=name in ("", default))


def worst_first(parts: Sequence[tuple[str, Fixes]]) -> tuple[tuple[str, Fixes], ...]:
    """Changes in the order in which they are asked for, as only so many are: those first that clear the worst issues."""
    return tuple(sorted(parts, key=lambda one: _cleared(one[1]), reverse=True))


def _cleared(fixes: Fixes) -> tuple[int, ...]:
    """How many issues go, the worst ones first."""
    if fixes.before is None or fixes.after is None:
        return Counts(unknown=fixes.total - fixes.remaining).order
    return tuple(before - after for before, after in zip(fixes.before.order, fixes.after.order, strict=True))


def wanted_of(
    fixes: Fixes, scope: str, path_of: Callable[[str], str], limit: int, key: str = "", marks: str = ""
) -> tuple[WantedRequest, ...]:
    """What to ask for: all changes of files together, as they were planned and proved together; none if they are not good."""
    if not fixes.files or (fixes.proof is not None and fixes.proof.failure):
        return ()
    fixes = _in_repository(fixes, path_of)
    files = fixes.files
    content = _content(files)
    marks = "\n".join(filter(None, (f"<!-- garboard: {content} -->", marks)))
    wanted = WantedRequest(
        branch=f"{BRANCHES}{scope}/{key or _key(fixes)}",
        title=texts.title(fixes),
        body=texts.body(fixes, marks, limit),
        content=content,
        files=files,
    )
    return (wanted,)


def _in_repository(fixes: Fixes, path_of: Callable[[str], str]) -> Fixes:
    """The same changes, with files named by their paths in the repository, wherever the user is."""
    paths = {one.file: path_of(one.file) for one in fixes.files}

    def moved(files: Sequence[FileChange]) -> tuple[FileChange, ...]:
        return tuple(msgspec.structs.replace(one, file=paths[one.file]) for one in files)

    changes = tuple(msgspec.structs.replace(one, files=moved(one.files)) for one in fixes.changes)
    return msgspec.structs.replace(fixes, image=paths.get(fixes.image, fixes.image), changes=changes)


def ask(
    wanted: Sequence[WantedRequest],
    scope: str,
    host: CodeHost,
    branches: Branches,
    rules: RequestRules,
    *,
    judged: JudgedScope,
) -> tuple[RequestOutcome, ...]:
    """Ask for what is wanted, and close what is open of the scope besides, where it was ``judged``.

    Raises:
        HostError: the host does not tell what is open.
        GitError: the target cannot be read.
    """
    return tuple(_Asking(host, branches, rules).all(wanted, scope, judged))


class _Asking:
    """One run."""

    def __init__(self, host: CodeHost, branches: Branches, rules: RequestRules) -> None:
        self._host = host
        self._branches = branches
        self._rules = rules
        self._found: dict[str, Branch | None] = {}
        self._every = [one for one in host.opened() if _NAME.fullmatch(one.branch)]
        self._open = {one.branch: one for one in self._every if one.target == rules.target}

    def all(self, wanted: Sequence[WantedRequest], scope: str, judged: JudgedScope) -> Iterator[RequestOutcome]:
        """What was done with each request."""
        names = {one.branch for one in wanted}
        outdated = [one for one in self._open.values() if _scope(one) == scope and one.branch not in names]
        if wanted or outdated:
            self._branches.fetch(self._rules.target)
        for one in outdated:
            yield self._done(one.branch, one.title, one, functools.partial(self._outdated, one, judged))
        for each in wanted:
            request = self._open.get(each.branch)
            yield self._done(each.branch, each.title, request, functools.partial(self._ask, each, request))

    def _done(
        self, branch: str, title: str, request: PullRequest | None, act: Callable[[RequestOutcome], RequestOutcome]
    ) -> RequestOutcome:
        """What was done about one request; that something refuses is of this one alone."""
        address = request.address if request else ""
        outcome = RequestOutcome(branch=branch, title=title, done=Done.LEFT, address=address, dry=self._rules.dry)
        try:
            return act(outcome)
        except GarboardError as error:
            return msgspec.structs.replace(outcome, done=Done.FAILED, reason=_in_one_line(error))

    def _ask(self, wanted: WantedRequest, request: PullRequest | None, outcome: RequestOutcome) -> RequestOutcome:
        branch = self._branches.find(wanted.branch)
        other = self._already(wanted) if request is None else None
        if other is not None:
            return msgspec.structs.replace(
                outcome, done=Done.ALREADY, reason=f"by #{other.number}", address=other.address
            )
        reason, address = self._objection(wanted, request, branch)
        if reason:
            return msgspec.structs.replace(outcome, reason=reason, address=address)
        stands = branch is not None and branch.content == wanted.content and self._branches.has(branch, wanted.files)
        if request is not None and stands and _same(request, wanted):
            return msgspec.structs.replace(outcome, done=Done.UNCHANGED)
        pushed = None if stands else self._push(wanted, branch)
        if request is not None:
            return self._updated(wanted, request, outcome)
        try:
            return self._opened(wanted, outcome)
        except HostError as error:
            refused = msgspec.structs.replace(outcome, done=Done.FAILED, reason=_in_one_line(error))
            return self._withdrawn(wanted, refused, pushed)

    def _already(self, wanted: WantedRequest) -> PullRequest | None:
        """Another request that is open and makes the same change, for another file or folder with these files in it."""
        others = [one for one in self._open.values() if one.branch != wanted.branch]
        return next((one for one in others if wanted.content in one.body), None) or next(
            (one for one in others if self._makes(one, wanted.files)), None
        )

    def _makes(self, request: PullRequest, files: Sequence[FileChange]) -> bool:
        """Whether its branch, as garboard made it, has these files as they are to be."""
        if request.branch not in self._found:
            self._found[request.branch] = self._branches.find(request.branch)
        branch = self._found[request.branch]
        return branch is not None and branch.ours and self._branches.has(branch, files)

    def _objection(self, wanted: WantedRequest, request: PullRequest | None, branch: Branch | None) -> tuple[str, str]:
        """Why a change is not asked for, and the address of the request that says so; empty if it is."""
        if branch is not None and not branch.ours:
            return "somebody else committed to its branch", request.address if request else ""
        if request is not None:
            return "", ""
        other = next((one for one in self._every if one.branch == wanted.branch), None)
        if other is not None:
            return f"its branch is that of a request to {other.target}", other.address
        for one in self._host.ended(wanted.branch):
            if one.target == self._rules.target and _is_refused(one, wanted):
                return "somebody closed it, and it is still the same change", one.address
        if len(self._every) >= self._rules.most:
            return f"{len(self._every)} are open, and no more than {self._rules.most} may be", ""
        return "", ""

    def _push(self, wanted: WantedRequest, branch: Branch | None) -> Branch | None:
        """The branch as it is then; None if it stays as it is."""
        message = f"{wanted.title}\n\n{_TRAILER}: {wanted.content}"
        commit = self._branches.commit(wanted.files, message, self._rules.identity)
        if self._rules.dry:
            return None
        self._branches.push(wanted.branch, commit, branch)
        return Branch(commit, ours=True, content=wanted.content)

    def _opened(self, wanted: WantedRequest, outcome: RequestOutcome) -> RequestOutcome:
        outcome = msgspec.structs.replace(outcome, done=Done.OPENED)
        if self._rules.dry:
            return outcome
        draft = Draft(branch=wanted.branch, target=self._rules.target, title=wanted.title, body=wanted.body)
        request = self._host.open(draft)
        self._every.append(request)
        self._open[request.branch] = request
        return msgspec.structs.replace(outcome, address=request.address, notes=tuple(self._furnished(request)))

    def _withdrawn(self, wanted: WantedRequest, refused: RequestOutcome, pushed: Branch | None) -> RequestOutcome:
        """What became of a request that the host did not take: the branch that was made for it goes."""
        try:
            found = (one for one in self._host.opened() if one.branch == wanted.branch)
            other = next((one for one in found if one.target == self._rules.target), None)
            if other is not None:
                return msgspec.structs.replace(
                    refused, done=Done.UNCHANGED, address=other.address, reason="another run opened it"
                )
            if pushed is not None:
                self._branches.delete(wanted.branch, pushed)
                return refused
        except GarboardError:
            pass
        return msgspec.structs.replace(refused, notes=(f"its branch {wanted.branch} is there, without a request",))

    def _furnished(self, request: PullRequest) -> Iterator[str]:
        """What the host did not take of labels and reviewers: the request stands without them."""
        for give, given in ((self._host.label, self._rules.labels), (self._host.ask, self._rules.reviewers)):
            try:
                if given:
                    give(request, given)
            except HostError as error:
                yield error.message

    def _updated(self, wanted: WantedRequest, request: PullRequest, outcome: RequestOutcome) -> RequestOutcome:
        if not self._rules.dry and not _same(request, wanted):
            self._host.update(request, wanted.title, wanted.body)
        return msgspec.structs.replace(outcome, done=Done.UPDATED)

    def _outdated(self, request: PullRequest, judged: JudgedScope, outcome: RequestOutcome) -> RequestOutcome:
        """Close one if it is not needed, marked as not closed by a person; its branch goes if nobody else committed to it."""
        doubt = judged.doubt(request, _key_of(request))
        if doubt:
            return msgspec.structs.replace(outcome, reason=doubt)
        branch = self._branches.find(request.branch)
        if branch is not None and not branch.ours:
            reason = "it is not needed any more, but somebody else committed to its branch"
            return msgspec.structs.replace(outcome, reason=reason)
        if not self._rules.dry:
            self._host.update(request, request.title, f"{_SUPERSEDED}\n\n{_unmarked(request.body)}")
            self._host.close(request, _CLOSING)
        self._every.remove(request)
        del self._open[request.branch]
        notes = () if branch is None or self._rules.dry else tuple(self._deleted(request.branch, branch))
        return msgspec.structs.replace(outcome, done=Done.CLOSED, reason="it is not needed any more", notes=notes)

    def _deleted(self, name: str, branch: Branch) -> Iterator[str]:
        """What hinders that a branch goes."""
        try:
            self._branches.delete(name, branch)
        except GarboardError as error:
            yield f"its branch {name} stays: {_in_one_line(error)}"


def _in_one_line(error: GarboardError) -> str:
    return " ".join(": ".join(filter(None, (error.message, error.hint))).split())


def _scope(request: PullRequest) -> str:
    return request.branch.split("/")[1]


def _key_of(request: PullRequest) -> str:
    return request.branch.split("/")[2]


def _is_refused(request: PullRequest, wanted: WantedRequest) -> bool:
    """Whether a person closed a request of the same content."""
    own = request.body.lstrip().startswith(_SUPERSEDED)
    return request.state is RequestState.CLOSED and wanted.content in request.body and not own


def _same(request: PullRequest, wanted: WantedRequest) -> bool:
    """Whether a request says what it should: hosts may change line ends, and what stands around the text."""
    return (request.title.strip(), _lines(request.body)) == (wanted.title.strip(), _lines(wanted.body))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _unmarked(body: str) -> str:
    return re.sub(r"<!-- garboard: [0-9a-f]{64} -->", "", body).rstrip()


def _content(files: Sequence[FileChange]) -> str:
    """A digest of the lines that go and come, wherever they stand in their files."""
    digest = hashlib.sha256()
    for one in sorted(files, key=lambda each: each.file):
        lines = [line for line in unified(one) if line.startswith((b"+", b"-"))]
        name = one.file.encode("utf-8", "surrogateescape")
        digest.update(b"\0".join((name, *lines, b"\0")).replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _key(fixes: Fixes) -> str:
    """Names what changes: the base, the images, or else packages."""
    names = {base_name(one.action.reference) for one in fixes.changes if one.files and one.action.reference}
    if not names:
        return PACKAGES
    return f"base-{names.pop()}" if len(names) == 1 else "images"


def base_name(reference: str) -> str:
    """The last name of an image, without its tag and digest."""
    return _slug(Path(reference.partition("@")[0]).name.partition(":")[0])


def _slug(text: str) -> str:
    return _OTHER.sub("-", text.lower())[:_LONGEST].strip("-") or "other"
