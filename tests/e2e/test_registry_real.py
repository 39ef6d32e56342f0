"""The registry source against the distribution project's own registry, with an image that skopeo pushed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import tarfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from garboard.image.handle import Content, Opened
from garboard.image.options import Options
from garboard.image.sources import registry
from garboard.model.errors import ImageError, NetworkError
from garboard.model.image import Platform

TOOLS = ("docker-registry", "htpasswd", "skopeo")
USER, PASSWORD = "scanner", "pa:ss wörd"

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason=f"the real registry is NOT tested: {', '.join(TOOLS)} are needed"
)


def tar(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


LAYERS = [tar("etc/os-release", b"ID=debian\nVERSION_ID=12\n"), tar("big", os.urandom(8 * 1024 * 1024)), tar("c", b"c")]


def layout(folder: Path) -> Path:
    """An OCI layout of one image for two platforms."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(data: bytes, kind: str) -> dict[str, object]:
        name = hashlib.sha256(data).hexdigest()
        (blobs / name).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{name}", "size": len(data)}

    layers = [put(gzip.compress(layer), "layer.v1.tar+gzip") for layer in LAYERS]
    manifests = []
    for architecture in ("amd64", "arm64"):
        diff_ids = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in LAYERS]
        config = {"os": "linux", "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": diff_ids}}
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": put(json.dumps(config).encode(), "config.v1+json"),
            "layers": layers,
        }
        found = put(json.dumps(manifest).encode(), "manifest.v1+json")
        manifests.append({**found, "platform": {"os": "linux", "architecture": architecture}})
    inner = put(
        json.dumps(
            {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests}
        ).encode(),
        "index.v1+json",
    )
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [inner]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return folder


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("registry")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    accounts = subprocess.run(["htpasswd", "-Bbn", USER, PASSWORD], check=True, capture_output=True).stdout
    (folder / "htpasswd").write_bytes(accounts)
    settings = {
        "version": "0.1",
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": address, "secret": "x"},
        "auth": {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}},
    }
    (folder / "config.yml").write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(folder / "config.yml")], stdout=log, stderr=log)
    try:
        _await(f"http://{address}/v2/")
        copy = ["skopeo", "--insecure-policy", "copy", "--all", "--dest-tls-verify=false"]
        login = ["--dest-creds", f"{USER}:{PASSWORD}"]
        source = f"oci:{layout(folder / 'layout')}"
        subprocess.run([*copy, *login, source, f"docker://{address}/team/app:1"], check=True, capture_output=True)
        yield address
    finally:
        process.terminate()
        process.wait()


def _await(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError:
            return  # 401: it is there
        except OSError:
            time.sleep(0.1)
    pytest.fail("the registry does not start")


@pytest.fixture(autouse=True)
def _no_logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


def options(host: str, platform: str = "amd64", password: str = PASSWORD) -> Options:
    return Options(
        insecure=frozenset({host}), username=USER, password=password, platform=Platform(architecture=platform)
    )


def diff_ids(image: Opened) -> list[str]:
    found: dict[str, str] = {}
    lock = threading.Lock()

    def consume(label: str, content: Content) -> None:
        assert isinstance(content, Iterator)
        digest = hashlib.sha256(gzip.decompress(b"".join(content))).hexdigest()
        with lock:
            found[label] = f"sha256:{digest}"

    image.read(range(len(image.image.layers)), consume)
    image.close()
    return [found[image.label(index)] for index in range(len(image.image.layers))]


@pytest.mark.parametrize("platform", ["amd64", "arm64"])
def test_pull(host: str, platform: str) -> None:
    image = registry.open(f"{host}/team/app:1", options(host, platform))
    assert image.image.platform.architecture == platform
    assert diff_ids(image) == [layer.diff_id for layer in image.image.layers]


def test_pull_by_digest(host: str) -> None:
    digest = registry.open(f"{host}/team/app:1", options(host)).image.manifest_digest
    assert diff_ids(registry.open(f"{host}/team/app@{digest}", options(host)))


def test_pull_with_a_stored_login(host: str, tmp_path: Path) -> None:
    login = ["skopeo", "login", "--tls-verify=false", "-u", USER, "--password-stdin", host]
    path = tmp_path / "auth.json"
    subprocess.run(
        login,
        check=True,
        capture_output=True,
        input=PASSWORD.encode(),
        env={**os.environ, "REGISTRY_AUTH_FILE": str(path)},
    )
    os.environ["REGISTRY_AUTH_FILE"] = str(path)
    try:
        assert diff_ids(registry.open(f"{host}/team/app:1", Options(insecure=frozenset({host}))))
    finally:
        del os.environ["REGISTRY_AUTH_FILE"]


def test_errors(host: str) -> None:
    with pytest.raises(ImageError, match="may not be read"):
        registry.open(f"{host}/team/app:1", options(host, password="wrong"))
    with pytest.raises(ImageError, match="may not be read") as anonymous:
        registry.open(f"{host}/team/app:1", Options(insecure=frozenset({host})))
    assert f"docker login {host}" in anonymous.value.hint
    with pytest.raises(ImageError, match="does not exist"):
        registry.open(f"{host}/team/app:2", options(host))
    with pytest.raises(ImageError, match="does not exist for the platform linux/s390x"):
        registry.open(f"{host}/team/app:1", options(host, "s390x"))
    with pytest.raises(NetworkError, match="does not speak TLS"):
        registry.open(f"{host}/team/app:1", Options())
