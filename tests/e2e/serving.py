"""Servers that the tests start and end: the distribution project's registry, and Podman's API."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from tests.e2e.running import run

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
USER, PASSWORD = "scanner", "pa:ss wörd"
_BLOB = re.compile(r'"GET /v2/\S+/blobs/(sha256:[0-9a-f]{64}) ')

_EXPORT = re.compile(r"^GET \S*/images/\S+/get\b")


def await_answer(there: Callable[[], bool], what: str, log: Path) -> None:
    """Wait for a server that has just been started."""
    for _ in range(200):
        if there():
            return
        time.sleep(0.1)
    pytest.fail(f"{what} does not start: {log.read_text(errors='replace')[-2000:]}")


@dataclass(frozen=True)
class Registry:
    """A running registry with Basic authentication."""

    host: str
    data: Path
    log: Path
    config: Path
    """A folder for DOCKER_CONFIG that holds its login."""

    def push(self, source: str, name: str, *options: str) -> str:
        """Copy an image as it is; its reference."""
        there = f"{self.host}/{name}"
        login = ("--dest-creds", f"{USER}:{PASSWORD}", "--dest-tls-verify=false")
        run("skopeo", "--insecure-policy", "copy", "--quiet", *login, *options, source, f"docker://{there}")
        return there

    def ask(self, method: str, path: str, data: bytes | None = None, kind: str = "application/octet-stream") -> bytes:
        """One request of the distribution protocol; ``path`` begins after the host."""
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {token}", "Content-Type": kind, "Accept": f"{MANIFEST}, {INDEX}"}
        request = urllib.request.Request(f"http://{self.host}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as response:
            place = response.headers.get("Location", "")
            return place.encode() if method == "POST" else response.read()

    def put_blob(self, name: str, data: bytes) -> dict[str, object]:
        """Store a blob; its descriptor, without a media type."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        place = self.ask("POST", f"/v2/{name}/blobs/uploads/", b"").decode()
        path = place.partition(self.host)[2] or place
        self.ask("PUT", f"{path}{'&' if '?' in path else '?'}digest={digest}", data)
        return {"digest": digest, "size": len(data)}

    def put_manifest(self, name: str, tag: str, data: bytes) -> None:
        """Store a manifest under a tag."""
        self.ask("PUT", f"/v2/{name}/manifests/{tag}", data, MANIFEST)

    def blobs(self) -> list[str]:
        """The blobs that were asked for since it started, in order."""
        return _BLOB.findall(self.log.read_text(errors="replace"))

    def blob(self, digest: str) -> Path:
        """Where it keeps a blob's bytes."""
        text = digest.removeprefix("sha256:")
        return self.data / "docker/registry/v2/blobs/sha256" / text[:2] / text / "data"


@contextmanager
def registry(folder: Path) -> Iterator[Registry]:
    folder.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    (folder / "htpasswd").write_text(run("htpasswd", "-Bbn", USER, PASSWORD))
    settings = {
        "version": "0.1",
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}, "cache": {}},
        "http": {"addr": host, "secret": "x"},
        "auth": {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}},
    }
    (folder / "settings.yml").write_text(json.dumps(settings))
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    config = folder / "docker-config"
    config.mkdir()
    (config / "config.json").write_text(json.dumps({"auths": {host: {"auth": login}}}))
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(["docker-registry", "serve", str(folder / "settings.yml")], stdout=out, stderr=out)
    try:
        await_answer(lambda: _answers(f"http://{host}/v2/"), "the registry", log)
        yield Registry(host, folder / "data", log, config)
    finally:
        _end(process)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5)
    except urllib.error.HTTPError as error:
        return error.code == 401
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Tap:
    """Stands between a client and an engine's socket, and writes down what is asked."""

    def __init__(self, engine: str, folder: Path) -> None:
        self._engine = engine.removeprefix("unix://")
        self._path = folder / f"tap-{os.urandom(4).hex()}.sock"
        self.asked: list[str] = []
        self.address = f"unix://{self._path}"

    def exports(self) -> int:
        """How often an image was exported; forgets what was asked."""
        found = sum(bool(_EXPORT.search(line)) for line in self.asked)
        self.asked.clear()
        return found

    def __enter__(self) -> Self:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._path))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        self._path.unlink()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(self._engine)
                for source, to, seen in ((client, engine, self._see), (engine, client, None)):
                    threading.Thread(target=self._carry, args=(source, to, seen), daemon=True).start()

    def _see(self, data: bytes) -> None:
        self.asked += [line for line in data.decode("latin-1").splitlines() if line.endswith("HTTP/1.1")]

    @staticmethod
    def _carry(source: socket.socket, to: socket.socket, seen: Callable[[bytes], None] | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1024 * 1024):
                if seen:
                    seen(data)
                to.sendall(data)
        with contextlib.suppress(OSError):
            to.shutdown(socket.SHUT_WR)


def storage_driver(folder: Path) -> str:
    """``overlay`` where the kernel allows it here, else ``vfs``, which copies every layer whole."""
    parts = [folder / name for name in ("lower", "upper", "work", "merged")]
    for part in parts:
        part.mkdir(parents=True)
    lower, upper, work, merged = parts
    mount = f"mount -t overlay overlay -o lowerdir={lower},upperdir={upper},workdir={work} {merged}"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", mount], capture_output=True, check=False)
    return "vfs" if done.returncode else "overlay"


@dataclass(frozen=True)
class Storage:
    """A containers-storage of our own, which Podman, Buildah and Skopeo share."""

    root: Path
    runroot: Path
    driver: str

    @property
    def options(self) -> tuple[str, ...]:
        return ("--storage-driver", self.driver, "--root", str(self.root), "--runroot", str(self.runroot))

    def reference(self, image: str) -> str:
        """An image's name for Skopeo."""
        return f"containers-storage:[{self.driver}@{self.root}+{self.runroot}]{image}"


@contextmanager
def podman(storage: Storage, folder: Path) -> Iterator[str]:
    """Podman's API; its address for CONTAINER_HOST. The folder is short: a socket's path may have 107 bytes."""
    path = folder / "podman.sock"
    log = folder / "podman.log"
    command = ["podman", *storage.options, "system", "service", "--time", "0", f"unix://{path}"]
    env = {name: value for name, value in os.environ.items() if name != "CONTAINER_HOST"}
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=env)
    try:
        await_answer(path.exists, "Podman", log)
        yield f"unix://{path}"
    finally:
        _end(process)
        # Podman keeps its storage mounted.
        subprocess.run(["umount", "--lazy", str(storage.root / storage.driver)], capture_output=True, check=False)


def remove(folder: Path) -> None:
    """Remove a folder of a storage, whatever it still holds."""
    shutil.rmtree(folder, ignore_errors=True)
