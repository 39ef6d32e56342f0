"""A Docker engine's image API on a Unix socket, and the layouts of its exports."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import socket
import tarfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote


def hexed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tar(members: Mapping[str, bytes | str]) -> bytes:
    """A tar of files (bytes) and symbolic links (str)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def config(layers: Sequence[bytes], history: Sequence[Mapping[str, Any]] = ()) -> bytes:
    diff_ids = [f"sha256:{hexed(layer)}" for layer in layers]
    return json.dumps(
        {"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": diff_ids}, "history": history}
    ).encode()


def old_layout(layers: Sequence[bytes], document: bytes) -> bytes:
    """Docker until 24: a folder for each layer, the second occurrence of a layer a link to the first."""
    members: dict[str, bytes | str] = {}
    for index, layer in enumerate(layers):
        first = layers.index(layer)
        members[f"{index:064x}/VERSION"] = b"1.0"
        members[f"{index:064x}/json"] = b'{"id": "x"}'
        members[f"{index:064x}/layer.tar"] = layer if first == index else f"../{first:064x}/layer.tar"
    members[f"{hexed(document)}.json"] = document
    entry = {
        "Config": f"{hexed(document)}.json",
        "RepoTags": None,
        "Layers": [f"{i:064x}/layer.tar" for i in range(len(layers))],
    }
    members["manifest.json"] = json.dumps([entry]).encode()
    members["repositories"] = b"{}"
    return tar(members)


def new_layout(layers: Sequence[bytes], document: bytes, *, compressed: bool = False) -> bytes:
    """Docker from 25: blobs by digest, compressed where containerd stores them; its companions are documents too."""
    blobs = [gzip.compress(layer, mtime=0) if compressed else layer for layer in layers]
    members: dict[str, bytes | str] = {f"blobs/sha256/{hexed(blob)}": blob for blob in blobs}
    members[f"blobs/sha256/{hexed(document)}"] = document
    members["blobs/sha256/" + "a" * 64] = b'{"_type": "https://in-toto.io/Statement/v0.1"}'
    members["index.json"] = b'{"manifests": []}'
    members["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    other = {"Config": "blobs/sha256/" + "a" * 64, "RepoTags": None, "Layers": []}
    entry = {"Config": f"blobs/sha256/{hexed(document)}", "Layers": [f"blobs/sha256/{hexed(blob)}" for blob in blobs]}
    members["manifest.json"] = json.dumps([other, entry]).encode()
    return tar(members)


@dataclass
class FakeEngine:
    """``answers`` maps a path to a status and a body; the paths that were asked for are in ``requests``."""

    path: Path
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    connections: int = 0

    def add(self, name: str, layers: Sequence[bytes], export: bytes, history: object = (), **inspect: Any) -> str:
        """An image under its name and its id, which is returned."""
        found = {
            "Id": f"sha256:{hexed(config(layers))}",
            "Os": "linux",
            "Architecture": "amd64",
            "RepoTags": [name],
            "Config": {"Env": ["A=b"], "Labels": None},
            "RootFS": {"Type": "layers", "Layers": [f"sha256:{hexed(layer)}" for layer in layers]},
            **inspect,
        }
        for key in (name, found["Id"]):
            self.answers[f"/images/{key}/json"] = 200, json.dumps(found).encode()
            self.answers[f"/images/{key}/history"] = 200, json.dumps(history).encode()
            self.answers[f"/v4.0.0/libpod/images/{key}/json"] = 200, json.dumps({"History": history}).encode()
            self.answers[f"/images/{key}/get"] = 200, export
        return str(found["Id"])

    def start(self) -> ThreadingHTTPServer:
        server = _Server(str(self.path), type("Bound", (_Handler,), {"engine": self}))  # type: ignore[arg-type]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server


class _Server(ThreadingHTTPServer):
    address_family = socket.AF_UNIX
    daemon_threads = True

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is none of a test's business."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine: FakeEngine

    def setup(self) -> None:
        self.engine.connections += 1
        super().setup()

    def do_GET(self) -> None:
        self.engine.requests.append(self.path)
        status, body = self.engine.answers.get(unquote(self.path), (404, b'{"message":"no such image"}'))
        self.send_response(status)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(body), 32768):
            part = body[start : start + 32768]
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        pass
