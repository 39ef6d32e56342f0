"""An image of two layers and a small database, as files."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'


def stanza(name: str, version: str) -> str:
    return f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: amd64\n\n"


def tar(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def write_image(path: Path) -> Path:
    """``docker save`` of a base with openssl and a line that upgrades it and adds curl."""
    status = "var/lib/dpkg/status"
    layers = {
        "ADD rootfs.tar /": {"etc/os-release": OS_RELEASE, status: stanza("openssl", "3.0.9-1").encode()},
        "RUN /bin/sh -c apt-get install -y curl # buildkit": {
            status: (stanza("openssl", "3.0.11-1") + stanza("curl", "7.88.1-10")).encode()
        },
    }
    return write_layers(path, layers)


def write_layers(path: Path, described: dict[str, dict[str, bytes]]) -> Path:
    """``docker save`` of an image: what made each layer, and its files."""
    layers = [tar(files) for files in described.values()]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]},
        "history": [{"created_by": text} for text in described],
    }
    names = [f"{index}/layer.tar" for index in range(len(layers))]
    manifest = [{"Config": "config.json", "RepoTags": ["app:1"], "Layers": names}]
    files = dict(zip(names, layers, strict=True))
    files |= {"config.json": json.dumps(config).encode(), "manifest.json": json.dumps(manifest).encode()}
    path.write_bytes(tar(files))
    return path
