"""Git over HTTP with a token, and against what tries to run something, write elsewhere, or read the token."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from garboard.git.branches import RefusedPushError, branches
from garboard.git.calling import Git, GitError
from garboard.git.checkout import Checkout, Identity
from garboard.model.errors import UsageError
from garboard.model.fix import FileChange

SECRET = "s3cret-t0ken"
LOGIN = "Basic " + base64.b64encode(f"x-access-token:{SECRET}".encode()).decode()
CHANGE = FileChange(file="Dockerfile", before=b"FROM a\n", after=b"FROM b\n")
BOT = Identity("bot", "bot@example.org")


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True).stdout.decode()


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    folder = tmp_path / "app.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "app.git")
    git(folder, "config", "http.receivepack", "true")
    git(tmp_path, "init", "-q", "-b", "main", "clone")
    (tmp_path / "clone" / "Dockerfile").write_bytes(CHANGE.before)
    git(tmp_path / "clone", "add", "-A")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    git(tmp_path / "clone", *who, "commit", "-q", "-m", "first")
    git(tmp_path / "clone", "push", "-q", str(folder), "main")
    return folder


def served(server: HTTPServer, root: Path, seen: list[str]) -> str:
    """The address of a repository that is served only to who has the token."""

    def answer(request: Request) -> Response:
        seen.append(request.headers.get("Authorization", ""))
        if seen[-1] != LOGIN:
            return Response("who?", 401, {"WWW-Authenticate": "Basic"})
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string.decode(),
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "bot",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=request.get_data(), capture_output=True, env=environment, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return Response(body, int(headers.pop("Status", "200").split()[0]), headers)

    server.expect_request("/app.git", method="GET")
    from pytest_httpserver import URIPattern

    class Any(URIPattern):
        def match(self, uri: str) -> bool:
            return True

    server.clear()
    server.expect_request(Any()).respond_with_handler(answer)
    return server.url_for("/app.git")


def test_a_branch_over_http_by_a_token_that_only_the_environment_has(
    bare: Path, httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in the place of git notes each argument, and keeps each folder as it is left."""
    seen: list[str] = []
    address = served(httpserver, bare.parent, seen)
    real, notes, kept = shutil.which("git"), tmp_path / "argv", tmp_path / "kept"
    kept.mkdir()
    (tmp_path / "bin").mkdir()
    spy = tmp_path / "bin" / "git"
    spy.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >> {notes}\n{real} "$@"\ncode=$?\ncp -r "$2" {kept}/$$ 2>/dev/null\nexit $code\n'
    )
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_TRACE_CURL", "1")
    monkeypatch.setenv("GIT_TRACE_REDACT", "0")
    with branches(address, LOGIN) as own:
        own.fetch("main")
        assert own.find("garboard/x/y") is None
        commit = own.commit((CHANGE,), "A title\n", BOT)
        own.push("garboard/x/y", commit, None)
        found = own.find("garboard/x/y")
        assert found is not None
        assert found.ours
        own.delete("garboard/x/y", found)
    assert LOGIN in seen
    assert "garboard" not in git(bare, "for-each-ref")
    encoded = LOGIN.partition(" ")[2]
    written = [path.read_bytes() for path in kept.rglob("*") if path.is_file()]
    assert len(written) > 20
    for data in (notes.read_bytes(), *written):
        assert SECRET.encode() not in data
        assert encoded.encode() not in data


def test_a_refusal_does_not_tell_the_token(bare: Path, httpserver: HTTPServer) -> None:
    encoded = LOGIN.partition(" ")[2]
    address = httpserver.url_for("/app.git")
    httpserver.expect_request("/app.git/info/refs").respond_with_data(f"{LOGIN} {encoded}", 403)
    with branches(address, LOGIN) as own, pytest.raises(GitError) as found:
        own.fetch("main")
    assert encoded not in f"{found.value.message} {found.value.hint}"


def test_the_token_does_not_follow_to_another_host(bare: Path, httpserver: HTTPServer) -> None:
    seen: list[str] = []
    with HTTPServer(port=0) as other:
        address = served(other, bare.parent, seen)
        httpserver.expect_request("/app.git/info/refs").respond_with_data(
            "", 302, {"Location": f"{address}/info/refs?service=git-upload-pack"}
        )
        with branches(httpserver.url_for("/app.git"), LOGIN) as own, pytest.raises(GitError):
            own.fetch("main")
    assert seen == []


def test_the_token_goes_only_where_nobody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[tuple[str, str], ...]] = []
    real = Git.__init__

    def note(self: Git, folder: Path, settings=(), hidden=()) -> None:
        given.append(settings)
        real(self, folder, settings, hidden)

    monkeypatch.setattr(Git, "__init__", note)
    for address in ("http://host.test/a", "ssh://host.test/a", "git@host.test:a"):
        with branches(address, LOGIN):
            pass
    assert LOGIN not in str(given)
    with branches("https://host.test/a", LOGIN):
        pass
    assert ("http.https://host.test/.extraHeader", f"Authorization: {LOGIN}") in given[-1]


def test_nothing_of_a_repository_is_run(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "ran"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\necho $0 $@ >> {marker}\n")
    evil.chmod(evil.stat().st_mode | stat.S_IXUSR)
    clone = tmp_path / "clone"
    (clone / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    (clone / ".gitmodules").write_text('[submodule "x"]\n path = x\n url = ext::sh -c touch% ran\n')
    git(clone, "add", "-A")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    git(clone, *who, "commit", "-q", "-m", "more")
    git(clone, "push", "-q", str(bare), "main")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in (
        "pre-push",
        "post-checkout",
        "post-commit",
        "pre-commit",
        "post-index-change",
    ):  # of the side that sends
        shutil.copy(evil, hooks / name)
    configuration = tmp_path / "gitconfig"
    configuration.write_text(
        f'[core]\n hooksPath = {hooks}\n fsmonitor = {evil}\n[filter "evil"]\n clean = {evil}\n smudge = {evil}\n'
        "[user]\n name = x\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    with branches(f"file://{bare}", "") as own:
        own.fetch("main")
        commit = own.commit((CHANGE,), "A title\n", BOT)
        own.push("garboard/x/y", commit, None)
    Checkout(clone).identity()
    assert not marker.exists(), marker.read_text()
    assert not (tmp_path / "index").exists()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "target", ["--upload-pack=touch ran", "a:refs/heads/b", "a b", "../x", "", "-f", "a\nb", "x..y", "no-such"]
)
def test_names_of_branches_that_a_host_answers(bare: Path, target: str, tmp_path: Path) -> None:
    with branches(f"file://{bare}", "") as own, pytest.raises(GitError):
        own.fetch(target)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("path", ["../outside", ".git/hooks/x", "/etc/passwd", ":(glob)*", "no-such", "Dockerfile\0x"])
def test_files_that_are_not_in_the_target(bare: Path, path: str) -> None:
    with branches(f"file://{bare}", "") as own:
        own.fetch("main")
        with pytest.raises((GitError, ValueError)):
            own.commit((FileChange(file=path, before=b"", after=b"x"),), "A title\n", BOT)


def test_a_branch_that_moved_is_not_overwritten(bare: Path, tmp_path: Path) -> None:
    with branches(f"file://{bare}", "") as own:
        own.fetch("main")
        commit = own.commit((CHANGE,), "A title\n", BOT)
        own.push("garboard/x/y", commit, None)
        earlier = own.find("garboard/x/y")
        git(tmp_path / "clone", "push", "-q", "-f", str(bare), "main:refs/heads/garboard/x/y")
        with pytest.raises(GitError):
            own.push("garboard/x/y", commit, earlier)
        with pytest.raises(GitError):
            own.push("garboard/x/y", commit, None)
        found = own.find("garboard/x/y")
        assert found is not None
        assert not found.ours


def test_a_message_names_one_tree(bare: Path) -> None:
    """A title that names a tree too makes a branch that nobody takes for garboard's: it is not overwritten."""
    with branches(f"file://{bare}", "") as own:
        own.fetch("main")
        commit = own.commit((CHANGE,), f"A title\n\nGarboard-Tree: {'0' * 40}", BOT)
        own.push("garboard/x/y", commit, None)
        found = own.find("garboard/x/y")
        assert found is not None
        assert not found.ours


def test_the_users_checkout_is_only_read(bare: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(clone, "remote", "add", "origin", "https://host.test/team/app.git")
    git(clone, "config", "user.name", "Ann")
    before = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file()}
    checkout = Checkout(clone)
    assert checkout.remote("origin") == "https://host.test/team/app.git"
    assert checkout.identity().name == "Ann"
    assert checkout.path(str(clone / "Dockerfile")) == "Dockerfile"
    assert {path: path.read_bytes() for path in clone.rglob("*") if path.is_file()} == before
    with pytest.raises(UsageError, match="not in the repository"):
        checkout.path(str(tmp_path / "other"))
    with pytest.raises(UsageError, match="no remote"):
        checkout.remote("--upload-pack=x")
    with tempfile.TemporaryDirectory() as outside, pytest.raises(UsageError, match="no git repository"):
        Checkout(Path(outside))


def test_what_is_temporary_is_removed(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "made"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    with branches(f"file://{bare}", "") as own:
        own.fetch("main")
        own.commit((CHANGE,), "A title\n", BOT)
        assert len(os.listdir(made)) == 1
    assert json.dumps(os.listdir(made)) == "[]"


def test_what_a_remote_says_of_a_refused_branch_is_told_without_the_token(bare: Path, httpserver: HTTPServer) -> None:
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho 'no workflow for {SECRET} and {LOGIN}' >&2\nexit 1\n")
    hook.chmod(0o755)
    address = served(httpserver, bare.parent, [])
    with branches(address, LOGIN) as own:
        own.fetch("main")
        commit = own.commit([CHANGE], "A title", BOT)
        with pytest.raises(RefusedPushError, match="hook declined; no workflow for … and …") as found:
            own.push("garboard/dockerfile/base-a", commit, None)
    assert SECRET not in f"{found.value.message} {found.value.hint}"
