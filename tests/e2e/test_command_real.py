"""The command as it is met from outside: exit codes, messages, no network, completion."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from garboard import __version__
from tests.e2e.building import Docker
from tests.e2e.conftest import Known
from tests.e2e.forms import Forms
from tests.e2e.running import GARBOARD, Garboard, clean_environment
from tests.e2e.serving import Registry


@pytest.fixture(scope="module")
def quiet(work: Path, known: Known) -> Path:
    """A database that covers the image and has nothing to say of it."""
    mirror, database = work / "quiet-mirror", work / "quiet-db"
    tracker = mirror / "debian-tracker/tracker/data/json"
    tracker.parent.mkdir(parents=True)
    open_issue = {"description": "", "releases": {"bookworm": {"status": "open", "urgency": "high"}}}
    tracker.write_text(json.dumps({"nginx": {"CVE-2024-99999": open_issue}}))
    for ecosystem in ("PyPI", "npm"):
        record = {"id": f"X-{ecosystem}", "modified": "2024-01-01T00:00:00Z", "affected": [
            {"package": {"ecosystem": ecosystem, "name": "nobody-has-this"}, "versions": ["1.0"]}]}  # fmt: skip
        path = mirror / "osv" / ecosystem / "all.zip"
        path.parent.mkdir(parents=True)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    update = ("db", "update", "--offline", "--from", mirror, "debian", "osv:PyPI", "osv:npm")
    ended = Garboard(work / "quiet-home", database).run(*update)
    assert ended.code == 0, ended.err
    return database


def test_exit_codes(garboard: Garboard, quiet: Path, forms: Forms, tmp_path: Path) -> None:
    archive = forms.docker_archive
    assert garboard.run("scan", "--offline", archive).code == 1
    assert garboard.run("scan", "--offline", "--severity", "critical", archive).code == 1
    words = ("scan", "--offline", "--json", "--db", quiet, archive)
    partial = garboard.run(*words)  # one package is nobody's that the data speak of
    assert (partial.code, partial.json["ok"], partial.json["vulnerabilities"]) == (3, False, [])
    assert (partial.json["coverage"], partial.json["unjudged"]) == ("partial", {"deb": 1}), partial.json["gaps"]
    lenient = garboard.run(*words, "--no-require-coverage")
    assert (lenient.code, lenient.json["ok"]) == (0, False)
    assert "only a part of the image" in lenient.err
    unjudged = garboard.run("scan", "--offline", "--json", "--db", tmp_path / "no-data", archive)
    assert (unjudged.code, unjudged.json["ok"], unjudged.json["judgedCount"]) == (3, False, 0)
    assert "debian" in unjudged.out
    assert garboard.run("scan", "--offline", tmp_path / "missing.tar").code == 2
    assert garboard.run("scan", "--severity", "awful", archive).code == 2
    assert garboard.run("scna").code == 2
    assert garboard.run("scan").code == 2


def test_text_report(garboard: Garboard, forms: Forms) -> None:
    ended = garboard.run("scan", "--offline", forms.docker_archive)
    assert "CVE-2024-99501" in ended.out
    assert "\x1b" not in ended.out
    narrowed = garboard.run("scan", "--offline", "--only-fixed", "--severity", "high", forms.docker_archive)
    assert "CVE-2024-99501" in narrowed.out
    assert "CVE-2024-99502" not in narrowed.out


def test_output_file(garboard: Garboard, forms: Forms, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    ended = garboard.run("scan", "--offline", "--json", "-o", path, forms.docker_archive)
    assert (ended.code, ended.out) == (1, "")
    assert json.loads(path.read_text())["vulnerabilities"]
    assert garboard.run("scan", "--offline", "-o", tmp_path / "no/such/folder", forms.docker_archive).code == 2


def test_messages(garboard: Garboard, forms: Forms, docker: Docker, registry: Registry, tmp_path: Path) -> None:
    """Each names what is wrong, and has a hint that tells what to do."""

    def said(*words: str | Path, **env: str) -> str:
        ended = garboard.run("scan", *words, env={"DOCKER_HOST": "unix:///nowhere.sock", **env})
        assert (ended.code, ended.out) == (2, ""), ended
        assert re.match(r"error: .+\nhint: .+\n\Z", ended.err), ended.err
        return ended.err

    plain = ("--insecure", registry.host)
    stored = {"DOCKER_CONFIG": str(registry.config)}
    assert "no image nothing-of-the-kind:1" in said("docker:nothing-of-the-kind:1", DOCKER_HOST=docker.host)
    assert "/nowhere.sock" in said("docker:anything")
    assert forms.registry in said(*plain, forms.registry)
    wrong = said(*plain, forms.registry, GARBOARD_USERNAME="scanner", GARBOARD_PASSWORD="wrong")
    assert forms.registry in wrong
    assert "login" in wrong
    assert "wrong" not in wrong, "the password is nobody's business"
    missing = f"{registry.host}/team/app:missing"
    assert missing in said(*plain, missing, **stored)
    assert "--insecure" in said(forms.registry, **stored)
    nobody = "127.0.0.1:1"
    assert nobody in said("--insecure", nobody, f"{nobody}/team/app:1")
    assert "missing.tar" in said(tmp_path / "missing.tar")
    assert "holds no image named other:1" in said(f"docker-archive:{forms.docker_archive}:other:1")
    assert "offline" in said("--offline", forms.registry)
    (tmp_path / "junk.tar").write_bytes(b"\x1f\x8bjunk")
    assert "junk.tar" in said(tmp_path / "junk.tar")
    short = tmp_path / "short.tar"
    with forms.docker_archive.open("rb") as source:
        short.write_bytes(source.read(10_000_000))
    assert "short.tar" in said(f"docker-archive:{short}")


def traced(garboard: Garboard, trace: Path, *words: str | Path) -> list[str]:
    """The sockets that a scan makes and connects, threads and children too."""
    if not shutil.which("strace"):
        pytest.skip("that nothing is connected is NOT tested: strace is not installed")
    follow = ["strace", "-f", "-qq", "-e", "trace=socket,socketpair,connect,sendto", "-o", str(trace), GARBOARD]
    done = subprocess.run(
        [*follow, *map(str, words)], capture_output=True, text=True, check=False, env=garboard.environment()
    )
    assert done.returncode in {1, 2}, done.stderr
    return [
        line for line in trace.read_text().splitlines() if re.search(r"\b(socket|socketpair|connect|sendto)\(", line)
    ]


@pytest.mark.parametrize("form", ["docker_archive", "docker_archive_gz", "oci_archive", "oci_dir_zstd", "folder"])
def test_offline_opens_no_socket(form: str, garboard: Garboard, forms: Forms, tmp_path: Path) -> None:
    path = getattr(forms, form)
    assert traced(garboard, tmp_path / "trace", "scan", "--offline", path) == []
    assert traced(garboard, tmp_path / "trace", "scan", "--offline", "--no-cache", path) == []


def test_offline_asks_no_network_for_a_name(garboard: Garboard, engines: object, tmp_path: Path) -> None:
    """Only local engines, by their sockets."""
    lines = traced(garboard, tmp_path / "trace", "scan", "--offline", "debian:12")
    assert [line for line in lines if "AF_INET" in line] == []


def test_python_m() -> None:
    for command in ([GARBOARD], [sys.executable, "-m", "garboard"]):
        said = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
        assert said == f"garboard {__version__}\n"


def test_completion_in_bash(tmp_path: Path) -> None:
    """The script loads in a real shell, and what it completes are the commands and their options."""
    script = """
    set -eu
    eval "$(garboard completion bash)"
    complete -p garboard
    ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _garboard_completion garboard; echo "${COMPREPLY[*]}"; }
    ask garboard s
    ask garboard scan --off
    """
    env = clean_environment(tmp_path)
    env["PATH"] = f"{Path(GARBOARD).parent}:{env['PATH']}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    registered, commands, options = done.stdout.splitlines()[-3:]
    assert registered.endswith("garboard")
    assert commands == "scan"
    assert options == "--offline"


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_is_valid_shell(shell: str, tmp_path: Path) -> None:
    said = subprocess.run([GARBOARD, "completion", shell], capture_output=True, text=True, check=True).stdout
    assert "_GARBOARD_COMPLETE" in said
