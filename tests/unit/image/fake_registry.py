"""A registry in memory: as much of the distribution specification as pulling needs, and its misbehaviours on demand."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"


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


@dataclass
class Fake:
    """``repositories`` maps a path to tags and digests, and these to documents; ``login`` is user:password; ``auth`` is
    empty, ``basic`` or ``bearer``; ``page`` is how many tags it lists at once. ``intercept`` sees every request first and says whether it answered it.
    """

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    auth: str = ""
    login: str = ""
    tokens: int = 0
    page: int = 1000
    expired: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    intercept: Callable[[Handler], bool] = lambda _handler: False
    host: str = ""

    def put(self, data: bytes) -> dict[str, Any]:
        self.blobs[sha256(data)] = data
        return {"digest": sha256(data), "size": len(data)}

    def push(self, repository: str, tag: str, layers: list[bytes], platform: str = "linux/amd64", **config: Any) -> str:
        """Push an image of these (uncompressed) layers; returns its manifest's digest."""
        os, architecture = platform.split("/")
        document = {
            "os": os,
            "architecture": architecture,
            "rootfs": {"type": "layers", "diff_ids": [sha256(layer) for layer in layers]},
            **config,
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                **self.put(json.dumps(document).encode()),
            },
            "layers": [
                {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **self.put(gzip.compress(layer, mtime=0))}
                for layer in layers
            ],
        }
        return self.document(repository, tag, manifest)

    def index(self, repository: str, tag: str, entries: Mapping[str, str]) -> str:
        """Push an index of manifests by platform."""
        found = [
            {
                "mediaType": OCI_MANIFEST,
                "digest": digest,
                "size": 1,
                "platform": dict(zip(("os", "architecture"), platform.split("/"), strict=True)),
            }
            for platform, digest in entries.items()
        ]
        return self.document(repository, tag, {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found})

    def document(self, repository: str, tag: str, content: Any) -> str:
        data = json.dumps(content).encode()
        self.repositories.setdefault(repository, {}).update({tag: data, sha256(data): data})
        return sha256(data)

    def start(self) -> ThreadingHTTPServer:
        server = _Server(("127.0.0.1", 0), type("Bound", (Handler,), {"fake": self}))
        self.host = f"127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is none of a test's business."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: Fake

    def do_GET(self) -> None:
        self.fake.requests.append(self.path)
        self.fake.headers.append({name.lower(): value for name, value in self.headers.items()})
        path = urlsplit(self.path).path
        if self.fake.intercept(self):
            return
        if path == "/token":
            self._token()
        elif not self._admitted():
            self._challenge()
        elif path == "/v2/":
            self.reply(200, b"{}")
        elif path.endswith("/tags/list"):
            self._tags(path.removeprefix("/v2/").removesuffix("/tags/list"))
        else:
            self._content(path)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.fake.requests.append("POST " + self.path)
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if form["refresh_token"] == [self.fake.login] and form["grant_type"] == ["refresh_token"]:
            self._grant("access_token", form)
        else:
            self.reply(400, b'{"error":"invalid_grant"}')

    def reply(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = self.close_connection or length is not None

    def _content(self, path: str) -> None:
        repository, _, rest = path.removeprefix("/v2/").partition("/manifests/")
        data = (
            self.fake.repositories.get(repository, {}).get(rest)
            if rest
            else self.fake.blobs.get(path.rpartition("/")[2])
        )
        if data is None:
            self.reply(404, b'{"errors":[{"code":"NAME_UNKNOWN","message":"not here"}]}')
        else:
            kind = json.loads(data).get("mediaType", "application/json") if rest else "application/octet-stream"
            self.reply(200, data, Content_Type=kind, Docker_Content_Digest=sha256(data))

    def _tags(self, repository: str) -> None:
        if repository not in self.fake.repositories:
            self.reply(404, b'{"errors":[{"code":"NAME_UNKNOWN","message":"not here"}]}')
            return
        after = parse_qs(urlsplit(self.path).query).get("last", [""])[0]
        tags = sorted(name for name in self.fake.repositories[repository] if ":" not in name and name > after)
        more = {}
        if len(tags) > self.fake.page:
            tags = tags[: self.fake.page]
            more["Link"] = f'</v2/{repository}/tags/list?n={self.fake.page}&last={tags[-1]}>; rel="next"'
        self.reply(200, json.dumps({"name": repository, "tags": tags}).encode(), **more)

    def _admitted(self) -> bool:
        given = self.headers.get("Authorization", "")
        if self.fake.auth == "basic":
            return given == "Basic " + base64.b64encode(self.fake.login.encode()).decode()
        return not self.fake.auth or (given.startswith("Bearer token-") and given not in self.fake.expired)

    def _challenge(self) -> None:
        bearer = f'Bearer realm="http://{self.fake.host}/token",service="fake, registry",scope="repository:x:pull"'
        self.reply(401, b"{}", WWW_Authenticate='Basic realm="fake"' if self.fake.auth == "basic" else bearer)

    def _token(self) -> None:
        basic = base64.b64encode(self.fake.login.encode()).decode()
        if self.fake.login and self.headers.get("Authorization") != f"Basic {basic}":
            self.reply(401, b"{}")
        else:
            self._grant("token", parse_qs(urlsplit(self.path).query))

    def _grant(self, name: str, query: Mapping[str, list[str]]) -> None:
        assert query["service"] == ["fake, registry"]
        assert query["scope"][0].endswith(":pull")
        self.fake.tokens += 1
        self.reply(200, json.dumps({name: f"token-{self.fake.tokens}"}).encode())

    def log_message(self, *_: object) -> None:
        pass
