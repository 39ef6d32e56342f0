"""Images written by the tests themselves, pushed to a real registry by its own protocol: hundreds in seconds."""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def release(version: str, codename: str) -> bytes:
    return (
        f'ID=debian\nVERSION_ID="{version}"\nVERSION_CODENAME={codename}\n'
        f'PRETTY_NAME="Debian GNU/Linux {version} ({codename})"\n'
    ).encode()


def status(packages: Iterable[str]) -> bytes:
    """dpkg's list of ``name=version`` packages."""
    stanzas = (text.split("=") for text in packages)
    return "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"
        for name, version in stanzas
    ).encode()


@dataclass(frozen=True)
class Made:
    """An image: its layers as uncompressed tars, and its configuration's other fields."""

    layers: tuple[bytes, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    architecture: str = "amd64"

    def on_top(self, *layers: bytes, **config: Any) -> Made:
        """An image built on this one: more layers, the history going on."""
        history = [*self.config.get("history", ()), *config.pop("history", ())]
        return Made((*self.layers, *layers), {**self.config, **config, "history": history}, self.architecture)

    @property
    def document(self) -> bytes:
        diff_ids = [sha256(layer) for layer in self.layers]
        whole = {
            "os": "linux",
            "architecture": self.architecture,
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            **self.config,
        }
        return json.dumps(whole).encode()


class Publisher:
    """One repository of a registry, with a login if it needs one."""

    def __init__(self, host: str, repository: str, login: tuple[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection(host)
        self._path = f"/v2/{repository}"
        self._there: set[str] = set()
        self._headers = {}
        if login:
            words = base64.b64encode(f"{login[0]}:{login[1]}".encode()).decode()
            self._headers["Authorization"] = f"Basic {words}"

    def push(self, made: Made, *tags: str) -> str:
        """Push an image under these tags; its manifest's digest."""
        manifest = self._manifest(made)
        for tag in (*tags, sha256(manifest)):
            self._put(tag, MANIFEST, manifest)
        return sha256(manifest)

    def push_index(self, images: Sequence[tuple[Made, str]], *tags: str, attested: bool = True) -> str:
        """Push an index of images by platform (``linux/amd64``), each with an attestation as BuildKit makes them."""
        found = []
        for made, platform in images:
            os, architecture = platform.split("/")
            data = self._manifest(made)
            self._put(sha256(data), MANIFEST, data)
            entry = {"mediaType": MANIFEST, "digest": sha256(data), "size": len(data)}
            found.append({**entry, "platform": {"os": os, "architecture": architecture}})
            if attested:
                found.append(self._attestation(sha256(data)))
        index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": found}).encode()
        for tag in tags:
            self._put(tag, INDEX, index)
        return sha256(index)

    def _attestation(self, subject: str) -> dict[str, Any]:
        statement = self._blob(json.dumps({"subject": subject}).encode())
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **self._blob(b"{}")},
            "layers": [{"mediaType": "application/vnd.in-toto+json", **statement}],
        }
        data = json.dumps(manifest).encode()
        self._put(sha256(data), MANIFEST, data)
        return {
            "mediaType": MANIFEST,
            "digest": sha256(data),
            "size": len(data),
            "platform": {"os": "unknown", "architecture": "unknown"},
            "annotations": {
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": subject,
            },
        }

    def delete(self, digest: str) -> None:
        self._ask("DELETE", f"{self._path}/manifests/{digest}", b"", 202)

    def _manifest(self, made: Made) -> bytes:
        kind = "application/vnd.oci.image.layer.v1.tar+gzip"
        layers = [{"mediaType": kind, **self._blob(gzip.compress(one, 1, mtime=0))} for one in made.layers]
        config = {"mediaType": "application/vnd.oci.image.config.v1+json", **self._blob(made.document)}
        return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}).encode()

    def _blob(self, data: bytes) -> dict[str, Any]:
        digest = sha256(data)
        if digest not in self._there:
            place = self._ask("POST", f"{self._path}/blobs/uploads/", b"", 202)
            self._ask("PUT", f"{place}{'&' if '?' in place else '?'}digest={digest}", data, 201)
            self._there.add(digest)
        return {"digest": digest, "size": len(data)}

    def _put(self, name: str, kind: str, data: bytes) -> None:
        self._ask("PUT", f"{self._path}/manifests/{name}", data, 201, kind)

    def _ask(self, method: str, path: str, body: bytes, expected: int, kind: str = "application/octet-stream") -> str:
        self._connection.request(method, path, body, {**self._headers, "Content-Type": kind})
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status == expected, f"{method} {path}: {answer.status} {said!r}"
        place = answer.getheader("Location", "")
        return place[place.index("/v2/") :] if "/v2/" in place else place
