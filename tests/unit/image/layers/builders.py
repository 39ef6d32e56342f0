"""Layers, archives and images written by tests, and a reader that notes what it saw."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from garboard import image as images
from garboard.image.handle import Content
from garboard.image.layers.cache import Cache, NoCache
from garboard.image.options import Options
from garboard.model.gap import Gap
from garboard.model.image import Digest, File, Files, Image, Layer
from garboard.model.package import Fact, Package


@dataclass(frozen=True)
class Entry:
    """A member: a file's data, or a link's target, or a folder."""

    path: str
    data: bytes = b""
    kind: bytes = tarfile.REGTYPE
    target: str = ""


def folder(path: str) -> Entry:
    return Entry(path, kind=tarfile.DIRTYPE)


def link(path: str, target: str) -> Entry:
    return Entry(path, kind=tarfile.SYMTYPE, target=target)


def hard(path: str, target: str) -> Entry:
    return Entry(path, kind=tarfile.LNKTYPE, target=target)


def tar(entries: Iterable[Entry | str | tuple[str, bytes]], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar archive; a string is an empty file, a pair a file with data."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for item in entries:
            entry = Entry(item) if isinstance(item, str) else Entry(*item) if isinstance(item, tuple) else item
            info = tarfile.TarInfo(entry.path)
            info.type, info.linkname, info.size = entry.kind, entry.target, len(entry.data)
            archive.addfile(info, io.BytesIO(entry.data))
    return out.getvalue()


class Seeing:
    """A reader that makes a package of every file, named after its content."""

    NAME = "seeing"
    VERSION = 1

    def __init__(self, *globs: str) -> None:
        self.GLOBS = globs or ("etc/release", "var/db/status", "var/db/info/*.list", "**/package.json", "**/*.egg")

    def catalog(self, file: File, /) -> Iterator[Fact]:
        if file.data == b"gap":
            yield Gap(stage="catalog", subject=file.path, reason="asked for")
        yield Package(type="npm", name=file.data.decode("latin-1"), version="1", scheme="semver")


class Given:
    """An opened image whose layers are these bytes."""

    def __init__(self, *layers: bytes, trusted: bool = False) -> None:
        self.layers = layers
        self.trusted = trusted
        self.handed_over: list[int] = []
        self.image = Image(
            name="given",
            source="test",
            layers=tuple(Layer(diff_id=Digest("sha256:" + hashlib.sha256(data).hexdigest())) for data in layers),
        )

    def identity(self, index: int) -> str:
        return f"given-{hashlib.sha256(self.layers[index]).hexdigest()}"

    def label(self, index: int) -> str:
        return str(index)

    def gaps(self) -> tuple[Gap, ...]:
        return ()

    def read(self, need, consume) -> None:
        for index in need:
            self.handed_over.append(index)
            content: Content = iter([self.layers[index]])
            consume(str(index), content)

    def close(self) -> None:
        pass


def read(
    *layers: bytes, reader: Seeing | None = None, cache: Cache | None = None, options: Options | None = None
) -> Files:
    return images.read(Given(*layers), (reader or Seeing(),), cache or NoCache(), options or Options())


def live(files: Files) -> dict[str, str]:
    """What the image ends with: path (as asked for) → the file's content."""
    return {
        history.asked or history.path: fact.name
        for history in files.histories
        for fact in history.versions[-1].facts or ()
        if isinstance(fact, Package)
    }


def layer_of(files: Files, path: str) -> list[tuple[int, bool]]:
    """(layer, still there) of every version of a path."""
    return [
        (version.layer, version.facts is not None)
        for history in files.histories
        if history.path == path
        for version in history.versions
    ]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def config(layers: Sequence[bytes], **more: object) -> bytes:
    diff_ids = [f"sha256:{sha256(layer)}" for layer in layers]
    return json.dumps(
        {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}, **more}
    ).encode()


def docker_archive(
    path: Path, layers: Sequence[bytes], tags: Sequence[str] = ("app:1",), *, old: bool = False, **more: object
) -> Path:
    """What ``docker save`` writes: the old layout with folders, or the new one with blobs; ``more`` is in the configuration."""
    document = config(layers, **more)
    names = [f"{sha256(layer)}/layer.tar" if old else f"blobs/sha256/{sha256(layer)}" for layer in layers]
    config_name = f"{sha256(document)}.json" if old else f"blobs/sha256/{sha256(document)}"
    manifest = json.dumps([{"Config": config_name, "RepoTags": list(tags), "Layers": names}]).encode()
    files = [(name, layer) for name, layer in dict(zip(names, layers, strict=True)).items()]
    path.write_bytes(tar([*files, (config_name, document), ("manifest.json", manifest)]))
    return path


def oci_blobs(layers: Sequence[bytes], *, compress=gzip.compress, tag: str = "app:1") -> dict[str, bytes]:
    """The files of an OCI image layout."""
    document = config(layers)
    stored = [compress(layer) for layer in layers]
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": len(document),
                       "digest": f"sha256:{sha256(document)}"},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": len(blob),
                        "digest": f"sha256:{sha256(blob)}"} for blob in stored],
        }
    ).encode()  # fmt: skip
    index = json.dumps(
        {
            "schemaVersion": 2,
            "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", "size": len(manifest),
                           "digest": f"sha256:{sha256(manifest)}",
                           "annotations": {"org.opencontainers.image.ref.name": tag}}],
        }
    ).encode()  # fmt: skip
    blobs = {f"blobs/sha256/{sha256(blob)}": blob for blob in (document, manifest, *stored)}
    return {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": index, **blobs}


def oci_dir(path: Path, blobs: dict[str, bytes]) -> Path:
    for name, data in blobs.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def oci_archive(path: Path, blobs: dict[str, bytes]) -> Path:
    path.write_bytes(tar(list(blobs.items())))
    return path
