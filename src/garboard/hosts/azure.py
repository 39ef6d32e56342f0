"""Azure DevOps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from garboard.hosts.api import Api, HostError, TooManyPagesError
from garboard.hosts.protocol import PAGES
from garboard.model.pull_request import BRANCHES, Draft, PullRequest, RequestState

if TYPE_CHECKING:
    from garboard.hosts.remote import GitRemote

NAME: Final = "azure"
TOKENS: Final = ("AZURE_DEVOPS_TOKEN", "SYSTEM_ACCESSTOKEN")
SCHEME: Final = "Basic"
USER: Final = ""
LIMIT: Final = 4_000
_SIZE: Final = 100
_VERSION: Final = "7.1"
_HEADS: Final = "refs/heads/"
_STATES: Final = {"active": RequestState.OPEN, "completed": RequestState.MERGED}


class _Repository(msgspec.Struct, rename="camel"):
    default_branch: str = ""


class _Pull(msgspec.Struct, rename="camel"):
    pull_request_id: int
    title: str
    status: str
    source_ref_name: str
    target_ref_name: str
    description: str | None = None
    fork_source: dict[str, Any] | None = None


class _Page(msgspec.Struct):
    value: list[_Pull]


def recognizes(remote: GitRemote) -> bool:
    """Whether a remote is at Azure DevOps Services."""
    return remote.host in ("dev.azure.com", "ssh.dev.azure.com") or remote.host.endswith(".visualstudio.com")


def api_address(remote: GitRemote) -> str:
    """The API of an organization."""
    if remote.host.endswith(".visualstudio.com"):
        organization = remote.parts[1:2] if remote.scheme == "ssh" else (remote.host.partition(".")[0],)
    else:
        organization = remote.parts[1:2] if remote.parts[:1] == ("v3",) else remote.parts[:1]
    root = "https://dev.azure.com" if recognizes(remote) else remote.web
    return "/".join((root, *(quote(one, safe="") for one in organization)))


def repository(api: Api, remote: GitRemote) -> AzureRepository:
    """The pull requests of a remote.

    Raises:
        HostError: its address names no project and repository.
    """
    names = [one for one in remote.parts if one not in ("_git", "_optimized", "_full")]
    if len(names) < 2:
        raise HostError("the remote's address names no project and repository", "see: git remote -v")
    project = (
        names[-1]
        if remote.parts[-2:-1] == ("_git",) and len(names) == 2 and "dev.azure.com" in remote.host
        else names[-2]
    )
    return AzureRepository(api, project, names[-1], api_address(remote))


class AzureRepository:
    """Pull requests at Azure DevOps."""

    def __init__(self, api: Api, project: str, name: str, page: str) -> None:
        self._api = api
        self._page = f"{page}/{quote(project, safe='')}/_git/{quote(name, safe='')}"
        self._path = f"/{quote(project, safe='')}/_apis/git/repositories/{quote(name, safe='')}"
        self._requests = f"{self._path}/pullrequests"

    def opened(self) -> Iterator[PullRequest]:
        """All that are open."""
        yield from self._pages({"searchCriteria.status": "active"})

    def ended(self, branch: str) -> Iterator[PullRequest]:
        """Those of a branch that ended, the newest first."""
        query = {"searchCriteria.status": "all", "searchCriteria.sourceRefName": _HEADS + branch}
        try:
            for one in self._pages(query):
                if one.branch == branch and one.state is not RequestState.OPEN:
                    yield one
        except TooManyPagesError:
            return

    def open(self, draft: Draft) -> PullRequest:
        """Open one."""
        body = {
            "title": draft.title,
            "description": draft.body,
            "sourceRefName": _HEADS + draft.branch,
            "targetRefName": _HEADS + draft.target,
        }
        return self._pull(self._send("POST", self._requests, body, _Pull))

    def update(self, request: PullRequest, title: str, body: str) -> None:
        """Give one another title and description."""
        self._send("PATCH", f"{self._requests}/{request.number}", {"title": title, "description": body}, _Pull)

    def close(self, request: PullRequest, comment: str) -> None:
        """Say why, and abandon."""
        said = {"comments": [{"parentCommentId": 0, "content": comment, "commentType": 1}], "status": 4}
        self._send("POST", f"{self._requests}/{request.number}/threads", said, dict[str, Any])
        self._send("PATCH", f"{self._requests}/{request.number}", {"status": "abandoned"}, _Pull)

    def label(self, request: PullRequest, labels: tuple[str, ...]) -> None:
        """Add tags, which are made where they do not exist."""
        for one in labels:
            self._send("POST", f"{self._requests}/{request.number}/labels", {"name": one}, dict[str, Any])

    def ask(self, request: PullRequest, reviewers: tuple[str, ...]) -> None:
        """Ask people by the number of their identity."""
        for one in reviewers:
            path = f"{self._requests}/{request.number}/reviewers/{quote(one, safe='')}"
            self._send("PUT", path, {"vote": 0}, dict[str, Any])

    def default_branch(self) -> str:
        """As the repository has it."""
        found = self._api.get(self._path, _Repository, **{"api-version": _VERSION})
        return found.default_branch.removeprefix(_HEADS)

    def _send(self, method: str, path: str, body: object, kind: type[Any]) -> Any:
        return self._api.send(method, path, body, kind, **{"api-version": _VERSION})

    def _pages(self, criteria: Mapping[str, str]) -> Iterator[PullRequest]:
        read = 0
        for _ in range(PAGES):
            query: dict[str, str | int] = {**criteria, "$top": _SIZE, "$skip": read, "api-version": _VERSION}
            found = self._api.get(self._requests, _Page, **query)
            yield from (self._whole(one) for one in found.value if one.fork_source is None)
            if not found.value:
                return
            read += len(found.value)
        raise TooManyPagesError(f"Azure DevOps lists more than {PAGES} pages of pull requests", "close some")

    def _whole(self, one: _Pull) -> PullRequest:
        """One of a list, where descriptions are cut: that of one of garboard's is asked for."""
        if one.source_ref_name.startswith(_HEADS + BRANCHES):
            path = f"{self._requests}/{one.pull_request_id}"
            asked = self._api.get(path, _Pull, **{"api-version": _VERSION})
            one = msgspec.structs.replace(one, description=asked.description)
        return self._pull(one)

    def _pull(self, one: _Pull) -> PullRequest:
        return PullRequest(
            number=one.pull_request_id,
            address=f"{self._page}/pullrequest/{one.pull_request_id}",
            branch=one.source_ref_name.removeprefix(_HEADS),
            target=one.target_ref_name.removeprefix(_HEADS),
            title=one.title,
            body=one.description or "",
            state=_STATES.get(one.status, RequestState.CLOSED),
        )
