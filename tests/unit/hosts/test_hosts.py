"""Each code host, against a server that answers as the host's published API says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from garboard import hosts
from garboard.hosts import remote as remotes
from garboard.hosts.api import Api, HostError, Token
from garboard.hosts.protocol import CodeHost
from garboard.model.errors import UsageError
from garboard.model.pull_request import Draft, PullRequest, RequestState
from garboard.net.client import Client

SECRET = "s3cret-t0ken"
BRANCH = "garboard/dockerfile/base-ruby"
REF = f"refs/heads/{BRANCH}"
DRAFT = Draft(branch=BRANCH, target="main", title="A title", body="A body")


class Case(NamedTuple):
    """A host's paths, and how it spells pull requests."""

    kind: str
    requests: str
    pull: dict[str, Any]
    fork: dict[str, Any]
    merged: dict[str, Any]
    draft: dict[str, Any]
    update: tuple[str, dict[str, Any]]
    closing: tuple[tuple[str, str, dict[str, Any]], ...]
    repository: tuple[str, dict[str, Any]]


def github(fork: bool = False, **other: Any) -> dict[str, Any]:
    mine = {"full_name": "team/app"}
    head = {"ref": BRANCH, "sha": "00", "repo": {"full_name": "other/app"} if fork else mine}
    return {
        "number": 3, "html_url": "https://host.test/3", "title": "A title", "body": "A body", "state": "open",
        "merged_at": None, "head": head, "base": {"ref": "main", "repo": mine}, "draft": False, **other,
    }  # fmt: skip


def gitlab(fork: bool = False, **other: Any) -> dict[str, Any]:
    return {
        "id": 99, "iid": 3, "web_url": "https://host.test/3", "title": "A title", "description": "A body", "state": "opened",
        "source_branch": BRANCH, "target_branch": "main", "source_project_id": 2 if fork else 1, "target_project_id": 1, **other,
    }  # fmt: skip


def gitea(fork: bool = False, **other: Any) -> dict[str, Any]:
    head = {"ref": BRANCH, "label": BRANCH, "repo_id": 2 if fork else 1}
    return {
        "number": 3, "html_url": "https://host.test/3", "title": "A title", "body": "A body", "state": "open",
        "merged": False, "head": head, "base": {"ref": "main", "label": "main", "repo_id": 1}, **other,
    }  # fmt: skip


def bitbucket(fork: bool = False, **other: Any) -> dict[str, Any]:
    mine = {"full_name": "team/app"}
    source = {"branch": {"name": BRANCH}, "repository": {"full_name": "other/app"} if fork else mine}
    return {
        "id": 3, "title": "A title", "description": "A body", "state": "OPEN", "source": source,
        "destination": {"branch": {"name": "main"}, "repository": mine}, "links": {"html": {"href": "https://host.test/3"}},
        **other,
    }  # fmt: skip


def azure(fork: bool = False, **other: Any) -> dict[str, Any]:
    forked = {"forkSource": {"name": REF}} if fork else {}
    return {
        "pullRequestId": 3, "title": "A title", "description": "A body", "status": "active", "sourceRefName": REF,
        "targetRefName": "refs/heads/main", "repository": {"id": "0-0", "name": "app"}, **forked, **other,
    }  # fmt: skip


TEXTS = {"title": "New", "body": "Newer"}
DESCRIBED = {"title": "New", "description": "Newer"}
HEAD = {"title": "A title", "body": "A body", "head": BRANCH, "base": "main"}
CASES = [
    Case(
        "github", "/repos/team/app/pulls", github(), github(fork=True), github(state="closed", merged_at="2024-01-01"),
        HEAD, ("PATCH", TEXTS),
        (("POST", "/repos/team/app/issues/3/comments", {"body": "why"}), ("PATCH", "/repos/team/app/pulls/3", {"state": "closed"})),
        ("/repos/team/app", {"full_name": "team/app", "default_branch": "main"}),
    ),
    Case(
        "gitlab", "/projects/team/app/merge_requests", gitlab(), gitlab(fork=True), gitlab(state="merged"),
        {"title": "A title", "description": "A body", "source_branch": BRANCH, "target_branch": "main"}, ("PUT", DESCRIBED),
        (("POST", "/projects/team/app/merge_requests/3/notes", {"body": "why"}),
         ("PUT", "/projects/team/app/merge_requests/3", {"state_event": "close"})),
        ("/projects/team/app", {"default_branch": "main"}),
    ),
    Case(
        "gitea", "/repos/team/app/pulls", gitea(), gitea(fork=True), gitea(state="closed", merged=True), HEAD, ("PATCH", TEXTS),
        (("POST", "/repos/team/app/issues/3/comments", {"body": "why"}), ("PATCH", "/repos/team/app/pulls/3", {"state": "closed"})),
        ("/repos/team/app", {"default_branch": "main"}),
    ),
    Case(
        "bitbucket", "/repositories/team/app/pullrequests", bitbucket(), bitbucket(fork=True), bitbucket(state="MERGED"),
        {"title": "A title", "description": "A body", "source": {"branch": {"name": BRANCH}},
         "destination": {"branch": {"name": "main"}}},
        ("PUT", DESCRIBED),
        (("POST", "/repositories/team/app/pullrequests/3/comments", {"content": {"raw": "why"}}),
         ("POST", "/repositories/team/app/pullrequests/3/decline", {})),
        ("/repositories/team/app", {"mainbranch": {"name": "main"}}),
    ),
    Case(
        "azure", "/team/_apis/git/repositories/app/pullrequests", azure(), azure(fork=True), azure(status="completed"),
        {"title": "A title", "description": "A body", "sourceRefName": REF, "targetRefName": "refs/heads/main"},
        ("PATCH", DESCRIBED),
        (("POST", "/team/_apis/git/repositories/app/pullrequests/3/threads",
          {"comments": [{"parentCommentId": 0, "content": "why", "commentType": 1}], "status": 4}),
         ("PATCH", "/team/_apis/git/repositories/app/pullrequests/3", {"status": "abandoned"})),
        ("/team/_apis/git/repositories/app", {"defaultBranch": "refs/heads/main"}),
    ),
]  # fmt: skip
every = pytest.mark.parametrize("case", CASES, ids=[one.kind for one in CASES])


def listed(case: Case, pulls: list[dict[str, Any]]) -> Any:
    if case.kind == "azure":  # it cuts descriptions in lists
        pulls = [{**one, "description": one["description"][:3]} for one in pulls]
    return {"bitbucket": {"values": pulls}, "azure": {"value": pulls, "count": len(pulls)}}.get(case.kind, pulls)


def host_of(case: Case, server: HTTPServer) -> CodeHost:
    kind = next(one for one in hosts.KINDS if case.kind == one.NAME)
    token = Token(SECRET)
    api = Api(Client(pause=lambda _: None), server.url_for("/api"), token, token.header(kind.SCHEME, kind.USER))
    return kind.repository(api, remotes.parse("https://host.test/team/app.git"))


def serve_each(case: Case, server: HTTPServer) -> None:
    """Serve what a host has to be asked for one by one."""
    if case.kind == "azure":
        server.expect_request(f"/api{case.requests}/3", method="GET").respond_with_json(case.pull)


def serve_list(case: Case, server: HTTPServer, pulls: list[dict[str, Any]]) -> None:
    """Serve a list of one page, and nothing on the pages behind it."""

    def answer(request: Request) -> Response:
        first = request.args.get("page", "1") == "1" and request.args.get("$skip", "0") == "0"
        return Response(json.dumps(listed(case, pulls if first else [])), content_type="application/json")

    server.expect_request(f"/api{case.requests}", method="GET").respond_with_handler(answer)


def request_of(case: Case, server: HTTPServer) -> PullRequest:
    serve_each(case, server)
    serve_list(case, server, [case.pull])
    (found,) = host_of(case, server).opened()
    return found


@every
def test_open_ones_are_listed_without_those_of_forks(case: Case, httpserver: HTTPServer) -> None:
    serve_each(case, httpserver)
    serve_list(case, httpserver, [case.fork, case.pull])
    (found,) = host_of(case, httpserver).opened()
    assert (found.number, found.branch, found.target) == (3, BRANCH, "main")
    assert (found.title, found.body) == ("A title", "A body")
    assert found.state is RequestState.OPEN
    assert found.address.startswith("https://")


@every
def test_those_of_a_branch_that_ended(case: Case, httpserver: HTTPServer) -> None:
    serve_each(case, httpserver)
    serve_list(case, httpserver, [case.merged])
    (found,) = host_of(case, httpserver).ended(BRANCH)
    assert found.state is RequestState.MERGED
    sent = " ".join(" ".join(request.args.values()) for request, _ in httpserver.log)
    assert case.kind == "gitea" or BRANCH in sent


@every
def test_one_is_opened(case: Case, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/api{case.requests}", method="POST", json=case.draft).respond_with_json(case.pull, 201)
    assert host_of(case, httpserver).open(DRAFT).number == 3
    ((request, _),) = httpserver.log
    expected = {"azure": "Basic ", "gitea": "token "}.get(case.kind, "Bearer ")
    assert request.headers["Authorization"].startswith(expected)
    assert SECRET not in request.url


@every
def test_one_is_updated(case: Case, httpserver: HTTPServer) -> None:
    one = request_of(case, httpserver)
    method, body = case.update
    path = f"/api{case.requests}/3"
    httpserver.expect_oneshot_request(path, method=method, json=body).respond_with_json(case.pull)
    host_of(case, httpserver).update(one, "New", "Newer")
    httpserver.check()


@every
def test_one_is_closed_with_a_comment(case: Case, httpserver: HTTPServer) -> None:
    one = request_of(case, httpserver)
    before = len(httpserver.log)
    for method, path, body in case.closing:
        httpserver.expect_ordered_request(f"/api{path}", method=method, json=body).respond_with_json(case.pull)
    host_of(case, httpserver).close(one, "why")
    httpserver.check()
    assert len(httpserver.log) == before + len(case.closing)


@every
def test_the_default_branch(case: Case, httpserver: HTTPServer) -> None:
    path, body = case.repository
    httpserver.expect_request(f"/api{path}").respond_with_json(body)
    assert host_of(case, httpserver).default_branch() == "main"


@every
def test_labels_and_reviewers(case: Case, httpserver: HTTPServer) -> None:
    one = request_of(case, httpserver)

    def answer(request: Request) -> Response:
        path = request.path
        known = [{"id": 7, "name": "deps", "username": "ann"}] if request.args.get("page", "1") == "1" else []
        found: Any = case.pull if request.method != "GET" else known
        if request.method == "POST" and case.kind in ("github", "gitea") and path.endswith("/labels"):
            found = [{"id": 7}]
        return Response(json.dumps(found), content_type="application/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
    host = host_of(case, httpserver)
    if case.kind == "bitbucket":
        with pytest.raises(HostError, match="no labels"):
            host.label(one, ("deps",))
    else:
        host.label(one, ("deps",))
    host.ask(one, ("ann",))
    (request, _) = httpserver.log[-1]
    assert request.method in ("POST", "PUT")
    sent = request.path + request.get_data(as_text=True)
    assert "ann" in sent or "[7]" in sent


@every
def test_pages_are_read_until_the_last_and_no_more_than_so_many(case: Case, httpserver: HTTPServer) -> None:
    serve_each(case, httpserver)
    size = 50 if case.kind in ("gitea", "bitbucket") else 100
    full = listed(case, [case.pull] * size)
    last = listed(case, [case.pull])
    if case.kind == "bitbucket":
        full["next"] = "https://evil.test/next"  # it is not followed: pages are counted
    answers = [full, last, listed(case, [])]
    httpserver.expect_request(f"/api{case.requests}").respond_with_handler(
        lambda _: Response(json.dumps(answers.pop(0)), content_type="application/json")
    )
    assert len([*host_of(case, httpserver).opened()]) == size + 1
    del answers[:]
    answers += [full] * 30
    with pytest.raises(HostError, match="more than"):
        [*host_of(case, httpserver).opened()]


@every
def test_a_host_that_gives_fewer_on_a_page_is_read_to_the_end(case: Case, httpserver: HTTPServer) -> None:
    serve_each(case, httpserver)

    def answer(request: Request) -> Response:
        start = int(request.args.get("$skip", 30 * (int(request.args.get("page", "1")) - 1)))
        found = listed(case, ([case.pull] * 70)[start : start + 30])
        if case.kind == "bitbucket" and start < 60:
            found["next"] = "https://evil.test/next"
        return Response(json.dumps(found), content_type="application/json")

    httpserver.expect_request(f"/api{case.requests}").respond_with_handler(answer)
    assert len([*host_of(case, httpserver).opened()]) == 70


@pytest.mark.parametrize("case", [one for one in CASES if one.kind in ("github", "gitlab", "gitea")])
def test_a_host_that_names_the_next_page_is_not_asked_for_more(case: Case, httpserver: HTTPServer) -> None:
    def answer(request: Request) -> Response:
        more = ', <https://evil.test/2>; rel="next"' if request.args["page"] == "1" else ""
        links = {"Link": f'<https://evil.test/1>; rel="first"{more}'}
        return Response(json.dumps(listed(case, [case.pull])), headers=links, content_type="application/json")

    httpserver.expect_request(f"/api{case.requests}").respond_with_handler(answer)
    assert len([*host_of(case, httpserver).opened()]) == 2
    assert len(httpserver.log) == 2


@every
@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 500])
def test_a_refusal_is_told_in_the_hosts_words_without_the_token(
    case: Case, status: int, httpserver: HTTPServer
) -> None:
    kind = next(one for one in hosts.KINDS if case.kind == one.NAME)
    header = Token(SECRET).header(kind.SCHEME, kind.USER)
    said = {"message": f"No.\x1b[2J {SECRET} {header}"}
    httpserver.expect_request(re.compile(".*")).respond_with_json(said, status)
    for refused in (lambda host: host.open(DRAFT), lambda host: [*host.opened()]):
        with pytest.raises(HostError) as found:
            refused(host_of(case, httpserver))
        text = f"{found.value.message} {found.value.hint}"
        assert str(status) in text
        assert "No." in text
        assert SECRET not in text
        assert header.rpartition(" ")[2] not in text
        assert "\x1b" not in text


@every
def test_a_busy_host_is_asked_again(case: Case, httpserver: HTTPServer) -> None:
    answers = [Response("", 429, {"Retry-After": "1"}), Response(json.dumps(listed(case, [])))]
    httpserver.expect_request(re.compile(".*")).respond_with_handler(lambda _: answers.pop(0))
    assert [*host_of(case, httpserver).opened()] == []


@every
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[" * 100_000, b'{"number": "x"}', b"\xff\xfe", b'[{"number": 1}]', b"null"]
)
def test_what_is_no_answer(case: Case, body: bytes, httpserver: HTTPServer) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_data(body)
    host = host_of(case, httpserver)
    with pytest.raises(HostError, match="does not answer as its API should"):
        [*host.opened()]
    with pytest.raises(HostError, match="does not answer as its API should"):
        host.open(DRAFT)


def test_a_huge_answer_is_not_read(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garboard.hosts.api._LARGEST", 1000)
    httpserver.expect_request(re.compile(".*")).respond_with_data(b" " * 2000)
    with pytest.raises(HostError, match="longer than the limit"):
        [*host_of(CASES[0], httpserver).opened()]


@every
def test_no_other_host_gets_the_token(case: Case, httpserver: HTTPServer) -> None:
    with HTTPServer(port=0) as other:
        other.expect_request(re.compile(".*")).respond_with_json(listed(case, [case.pull]))
        away = {"Location": other.url_for("/api/x")}
        httpserver.expect_request(re.compile(".*")).respond_with_data(b"", 302, away)
        with pytest.raises(HostError):
            [*host_of(case, httpserver).opened()]
        with pytest.raises(HostError):
            host_of(case, httpserver).open(DRAFT)
        assert all(SECRET not in str(request.headers) for request, _ in other.log)
        assert all("Authorization" not in request.headers for request, _ in other.log)


def test_every_module_is_registered() -> None:
    shared = {"__init__", "api", "github_style", "protocol", "remote"}
    modules = {one.stem for one in Path(hosts.__file__).parent.glob("*.py")} - shared
    assert modules == set(hosts.NAMES) == {one.kind for one in CASES}


@pytest.mark.parametrize(
    ("text", "kind", "api", "path"),
    [
        ("https://github.com/team/app.git", "github", "https://api.github.com", "/repos/team/app"),
        ("git@github.com:team/app.git", "github", "https://api.github.com", "/repos/team/app"),
        ("ssh://git@gitlab.com/a/b/app.git", "gitlab", "https://gitlab.com/api/v4", "/projects/a%2Fb%2Fapp"),
        ("https://codeberg.org/team/app", "gitea", "https://codeberg.org/api/v1", "/repos/team/app"),
        ("git@bitbucket.org:team/app.git", "bitbucket", "https://api.bitbucket.org/2.0", "/repositories/team/app"),
        ("https://o@dev.azure.com/o/p/_git/app", "azure", "https://dev.azure.com/o", "/p/_apis/git/repositories/app"),
        ("https://dev.azure.com/o/_git/app", "azure", "https://dev.azure.com/o", "/app/_apis/git/repositories/app"),
        ("git@ssh.dev.azure.com:v3/o/p/app", "azure", "https://dev.azure.com/o", "/p/_apis/git/repositories/app"),
        ("https://o.visualstudio.com/p/_git/app", "azure", "https://dev.azure.com/o", "/p/_apis/git/repositories/app"),
    ],
)
def test_remotes_are_recognized(text: str, kind: str, api: str, path: str) -> None:
    remote = remotes.parse(text)
    found = [one for one in hosts.KINDS if one.recognizes(remote)]
    assert [one.NAME for one in found] == [kind]
    assert found[0].api_address(remote) == api
    opened = found[0].repository(Api(Client(), api, Token("x"), "x"), remote)
    assert opened._path == path


@pytest.mark.parametrize(
    ("kind", "api"),
    [
        ("github", "https://git.test:8443/api/v3"),
        ("gitlab", "https://git.test:8443/api/v4"),
        ("gitea", "https://git.test:8443/api/v1"),
    ],
)
def test_hosts_of_ones_own(kind: str, api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = next(one for one in hosts.KINDS if kind == one.NAME)
    assert found.api_address(remotes.parse("https://git.test:8443/team/app")) == api


def test_passwords_in_addresses_are_dropped() -> None:
    assert remotes.parse("https://user:pass@github.com/team/app.git").address == "https://github.com/team/app.git"
    assert (
        remotes.parse("https://t0ken@github.com/team/app.git?x=t0ken#t0ken").address
        == "https://github.com/team/app.git"
    )
    assert remotes.parse("ssh://git:pass@host.test:22/app").address == "ssh://git@host.test:22/app"


@pytest.mark.parametrize(
    "text",
    [
        "", "ext::sh -c touch% /tmp/x", "-oProxyCommand=x:y", "--upload-pack=x", "ssh://-oProxyCommand=x/a", "fd::17",
        "https:///a", "javascript://x/y", "a\nb:c", "https://[::1/a", "https://h:99999999/a", "x" * 3000, "host::sh",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        remotes.parse(text)


def test_a_token_is_needed_and_shows_itself_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    remote = remotes.parse("https://github.com/team/app")
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match="need a token"):
        hosts.open_host(Client(), remote, "", "")
    monkeypatch.setenv("GITHUB_TOKEN", SECRET + "\n")
    opened = hosts.open_host(Client(), remote, "", "")
    assert SECRET not in repr(opened.token)
    assert opened.login.startswith("Basic ")
    monkeypatch.setenv("GITHUB_TOKEN", "a b\r\nX-Evil: 1")
    with pytest.raises(HostError) as found:
        hosts.open_host(Client(), remote, "", "")
    assert "Evil" not in str(found.value)
    with pytest.raises(UsageError, match="not known"):
        hosts.open_host(Client(), remotes.parse("https://git.test/team/app"), "", "")
