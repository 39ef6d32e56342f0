"""Pull requests at a real Gitea or Forgejo: opened, left as they are, renewed, closed, and not opened again."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from garboard.model.lifecycle import Cycle
from tests.e2e.running import GARBOARD
from tests.unit.cli.test_fix import BEFORE, image
from tests.unit.cli.test_recommend import build

__all__ = ["image"]
PASSWORD = "a-Passw0rd-of-the-test"
SETTINGS = """\
RUN_MODE = prod
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
RUN_USER = {user}
WORK_PATH = {work}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
DISABLE_SSH = true
{static}
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {work}/gitea.db
[security]
INSTALL_LOCK = true
SECRET_KEY = of-the-test
[log]
LEVEL = error
"""


class Server:
    """A server with one user, ann, and her repository."""

    def __init__(self, program: str, work: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._words = [program, "--config", str(work / "app.ini")]
        self._environment = {**os.environ, "HOME": str(work), "USER": os.environ.get("USER", "root")}
        files = os.environ.get("GITEA_STATIC_ROOT")  # of a build that has none of its own
        static = f"STATIC_ROOT_PATH = {files}" if files else ""
        (work / "app.ini").write_text(SETTINGS.format(work=work, port=port, static=static, user=getpass.getuser()))
        self.run("migrate")
        self.run("admin", "user", "create", "--username", "ann", "--password", PASSWORD, "--email", "ann@example.org",
                 "--admin", "--must-change-password=false")  # fmt: skip
        said = self.run("admin", "user", "generate-access-token", "--username", "ann", "--raw", "--scopes",
                        "write:repository,write:issue,write:user")  # fmt: skip
        self.token = said.split()[-1]
        self.process = subprocess.Popen(
            [*self._words, "web"], env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [*self._words, *words], env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def api(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}/api/v1{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def wait(self) -> None:
        for _ in range(300):
            try:
                self.api("GET", "/version")
            except (urllib.error.URLError, ConnectionError):
                assert self.process.poll() is None
                time.sleep(0.1)
            else:
                return
        raise AssertionError

    def becomes_mergeable(self, number: int) -> bool:
        """Whether a request can be merged, which the server finds out after it was opened."""
        for _ in range(300):
            if self.api("GET", f"/repos/ann/app/pulls/{number}")["mergeable"]:
                return True
            time.sleep(0.1)
        return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    program = next(filter(None, map(shutil.which, ("gitea", "forgejo"))), None)
    if program is None:
        pytest.skip("a code host is NOT tested here, since Debian has none: gitea or forgejo is needed")
    work = tmp_path / "gitea"
    work.mkdir()
    made = Server(program, work)
    try:
        made.wait()
        yield made
    finally:
        made.process.terminate()
        made.process.wait(30)


def git(*words: str) -> str:
    who = ("-c", "user.name=ann", "-c", "user.email=ann@example.org")
    return subprocess.run(["git", *who, *words], check=True, capture_output=True, text=True).stdout.strip()


def project(server: Server) -> str:
    """The fixture's project as ann's repository, and what she pushes to."""
    server.api("POST", "/user/repos", {"name": "app", "default_branch": "main"})
    server.api("POST", "/repos/ann/app/labels", {"name": "dependencies", "color": "#00aabb"})
    git("init", "-q", "-b", "main", ".")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    git("remote", "add", "origin", f"{server.address}/ann/app.git")
    data = Path(os.environ["GARBOARD_DB"])  # of the fixture: what is known besides, so that nothing is left unjudged
    for shard in ("kev", "epss"):
        build(data, shard)
    build(data, "endoflife", Cycle(product="debian", name="12", eol="2026-07-11", extended="2028-06-30"))
    own = server.address.replace("://", f"://ann:{PASSWORD}@") + "/ann/app.git"
    git("push", "-q", own, "main")
    return own


def ignore(own: str, *names: str) -> None:
    """What the project's policy ignores from now on."""
    entries = (f'[[ignore]]\nid = "{name}"\nreason = "not ours"\n' for name in names)
    Path("garboard.toml").write_text("# of ann\n" + "".join(entries))
    git("add", "garboard.toml")
    git("commit", "-q", "-m", f"{len(names)} ignored")
    git("push", "-q", own, "main")


def test_all_of_a_requests_life(image: str, server: Server, tmp_path: Path) -> None:
    own = project(server)
    environment = {**os.environ, "GITEA_TOKEN": server.token, "HOME": str(tmp_path)}

    def fix(*options: str) -> list[dict[str, Any]]:
        words = (
            GARBOARD,
            "fix",
            image,
            "-f",
            "Dockerfile",
            "--pr",
            "--host",
            "gitea",
            "--json",
            "--as-of",
            "2023-11-14",
        )
        done = subprocess.run([*words, *options], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        assert server.token not in done.stdout + done.stderr
        return json.loads(done.stdout)["pullRequests"]

    def pulls() -> list[dict[str, Any]]:
        return server.api("GET", "/repos/ann/app/pulls?state=all")

    branch = "garboard/dockerfile/packages"
    (one,) = fix("--dry-run")
    assert (one["done"], one["dry"], pulls()) == ("opened", True, [])
    (one,) = fix("--label", "dependencies")
    assert (one["done"], one["branch"], one["notes"]) == ("opened", branch, [])
    (pull,) = pulls()
    assert pull["html_url"] == one["address"]
    assert [label["name"] for label in pull["labels"]] == ["dependencies"]
    assert server.becomes_mergeable(pull["number"])
    (one,) = fix()
    assert one["done"] == "unchanged"
    Path("Dockerfile").write_bytes(f"# a line\r\n{BEFORE}".encode())
    git("commit", "-q", "-a", "-m", "a line")
    git("push", "-q", own, "main")
    (one,) = fix()
    assert one["done"] == "updated"
    assert len(pulls()) == 1
    assert server.api("GET", f"/repos/ann/app/pulls/{pull['number']}/files")[0]["additions"] == 1
    server.api("PATCH", f"/repos/ann/app/pulls/{pull['number']}", {"state": "closed"})
    (one,) = fix()
    assert (one["done"], one["address"]) == ("left alone", pull["html_url"])
    server.api("PATCH", f"/repos/ann/app/pulls/{pull['number']}", {"state": "open"})
    (one,) = fix("--ignore", "CVE-2024-1=not ours", "--ignore", "CVE-2024-2=nor this")
    assert one["done"] == "left alone", "what only this run leaves out is needed all the same"
    ignore(own, "CVE-2024-1")
    (one,) = fix()
    assert one["done"] == "updated", "another change, of one file"
    assert len(server.api("GET", f"/repos/ann/app/pulls/{pull['number']}/files")) == 1
    ignore(own, "CVE-2024-1", "CVE-2024-2")
    (one,) = fix()
    assert one["done"] == "closed"
    assert [each["name"] for each in server.api("GET", "/repos/ann/app/branches")] == ["main"]
    assert len(server.api("GET", f"/repos/ann/app/issues/{pull['number']}/comments")) == 1
    ignore(own)
    (one,) = fix()
    assert one["done"] == "opened", "nobody but garboard had closed it"
    git("push", "-q", own, f"main:refs/heads/{branch}", "-f")
    (one,) = fix()
    assert one["reason"] == "somebody else committed to its branch"
    assert len(pulls()) == 2
