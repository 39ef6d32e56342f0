"""One image in every form in which images are kept and carried."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.building import DOCKERFILE
from tests.e2e.running import run
from tests.e2e.serving import remove

if TYPE_CHECKING:
    from tests.e2e.conftest import Engines
    from tests.e2e.serving import Registry, Storage

NAME = "localhost/garboard-e2e:full"
_SOURCES = ("docker_archive", "oci_dir")
"""Of which the others are made."""


@dataclass(frozen=True)
class Forms:
    """Each form is a path or a reference, and is made when it is first asked for."""

    _folder: Path
    _engines: Engines
    _base: str
    _built: str
    _registry: Registry
    _storage: Storage
    _context: Path

    @cached_property
    def docker_archive(self) -> Path:
        """``docker save`` of today: an OCI layout with a ``manifest.json``."""
        path = self._folder / "saved.tar"
        self._engines.classic("save", "-o", path, self._built)
        return path

    @cached_property
    def docker_archive_gz(self) -> Path:
        """Compressed as a whole, as ``docker save | gzip`` makes it."""
        path = self._folder / "saved.tar.gz"
        with self.docker_archive.open("rb") as source, gzip.open(path, "wb", compresslevel=1) as out:
            shutil.copyfileobj(source, out, 1024 * 1024)
        return path

    @cached_property
    def docker_archive_old(self) -> Path:
        """As engines before 25 wrote it: a folder for each layer, and links between equal ones."""
        path = self._folder / "old.tar"
        with tarfile.open(self.docker_archive) as source, tarfile.open(path, "w") as out:
            (entry,) = json.load(_open(source, "manifest.json"))
            first: dict[str, str] = {}
            names = []
            for at, member in enumerate(entry["Layers"]):
                folder = hashlib.sha256(f"{at}".encode()).hexdigest()
                names.append(f"{folder}/layer.tar")
                _add(out, f"{folder}/VERSION", b"1.0")
                _add(out, f"{folder}/json", json.dumps({"id": folder}).encode())
                if member in first:
                    link = tarfile.TarInfo(names[-1])
                    link.type, link.linkname = tarfile.SYMTYPE, f"../{first[member]}"
                    out.addfile(link)
                else:
                    first[member] = names[-1]
                    info = tarfile.TarInfo(names[-1])
                    info.size = source.getmember(member).size
                    out.addfile(info, _open(source, member))
            config = _open(source, entry["Config"]).read()
            name = f"{hashlib.sha256(config).hexdigest()}.json"
            _add(out, name, config)
            manifest = [{"Config": name, "RepoTags": entry["RepoTags"], "Layers": names}]
            _add(out, "manifest.json", json.dumps(manifest).encode())
            repository, tag = self._built.rsplit(":", 1)
            _add(out, "repositories", json.dumps({repository: {tag: folder}}).encode())
        return path

    @cached_property
    def docker_archive_skopeo(self) -> Path:
        """As skopeo writes it."""
        path = self._folder / "skopeo.tar"
        self._copy(f"docker-archive:{self.docker_archive}", f"docker-archive:{path}:{NAME}")
        return path

    @cached_property
    def docker_archive_podman(self) -> Path:
        """As ``podman save`` writes it."""
        path = self._folder / "podman.tar"
        run("podman", *self._storage.options, "save", "--quiet", "-o", path, self.podman)
        return path

    @cached_property
    def docker_archive_containerd(self) -> Path:
        """``docker save`` by an engine that keeps images in containerd's store: compressed layers, with an index."""
        path = self._folder / "containerd.tar"
        self._engines.containerd("save", "-o", path, self.docker_containerd)
        return path

    @cached_property
    def oci_dir(self) -> Path:
        path = self._folder / "oci"
        self._copy(f"docker-archive:{self.docker_archive}", f"oci:{path}:full")
        return path

    @cached_property
    def oci_archive(self) -> Path:
        path = self._folder / "oci.tar"
        self._copy(f"oci:{self.oci_dir}:full", f"oci-archive:{path}:full")
        return path

    @cached_property
    def oci_dir_zstd(self) -> Path:
        path = self._folder / "oci-zstd"
        self._copy(f"docker-archive:{self.docker_archive}", f"oci:{path}:full", "--dest-compress-format", "zstd")
        kinds = {layer["mediaType"].rpartition("+")[2] for layer in manifest(path)["layers"]}
        assert kinds == {"zstd"}, kinds
        return path

    @cached_property
    def oci_archive_ctr(self) -> Path:
        """As containerd's own client exports it."""
        root, name = self._engines.root, f"garboard-ctr-{os.getpid()}.tar"
        inside, out = root / "tmp" / f"in-{name}", root / "tmp" / name
        shutil.copyfile(self.oci_archive, inside)
        ctr = (
            "chroot",
            root,
            "ctr",
            "--address",
            "/run/engine-containerd/containerd/containerd.sock",
            "-n",
            f"garboard-e2e-{os.getpid()}",
        )
        run(*ctr, "images", "import", "--no-unpack", "--index-name", NAME, f"/tmp/{inside.name}")
        try:
            run(*ctr, "images", "export", f"/tmp/{name}", NAME)
        finally:
            run(*ctr, "images", "rm", NAME)
            inside.unlink()
        path = self._folder / "ctr.tar"
        shutil.move(out, path)
        return path

    @property
    def docker(self) -> str:
        return self._built

    @cached_property
    def docker_containerd(self) -> str:
        """In the engine that keeps images in containerd's store."""
        self._engines.containerd("load", "--quiet", "-i", self.docker_archive)
        return self._built

    @cached_property
    def podman(self) -> str:
        self._copy(f"docker-archive:{self.docker_archive}", self._storage.reference(NAME))
        return NAME

    @cached_property
    def registry(self) -> str:
        return self._registry.push(f"oci:{self.oci_dir}:full", "team/app:full")

    @cached_property
    def registry_zstd(self) -> str:
        return self._registry.push(f"oci:{self.oci_dir_zstd}:full", "team/zstd:full")

    @cached_property
    def buildah(self) -> Path:
        """Built again from the same Dockerfile by Buildah, in one layer upon the base."""
        base, image = "localhost/garboard-base:buildah", "localhost/garboard-e2e:buildah"
        saved = self._folder / "base.tar"
        self._engines.classic("save", "-o", saved, self._base)
        self._copy(f"docker-archive:{saved}", self._storage.reference(base))
        saved.unlink()
        build = ("--isolation", "chroot", "--network", "host", "--build-arg", f"BASE={base}", "--pull-never", "--quiet")
        dockerfile = self._folder / "Dockerfile"
        dockerfile.write_text(DOCKERFILE)
        run("buildah", *self._storage.options, "bud", *build, "-f", dockerfile, "-t", image, self._context)
        path = self._folder / "buildah.tar"
        run("buildah", *self._storage.options, "push", "--quiet", image, f"oci-archive:{path}:full")
        return path

    @cached_property
    def folder(self) -> Path:
        """The unpacked root of a container, as ``docker export`` gives it."""
        path = self._folder / "root"
        path.mkdir()
        container = self._engines.classic("create", self._built).strip()
        try:
            tar = self._folder / "exported.tar"
            self._engines.classic("export", "-o", tar, container)
            run("tar", "-x", "-f", tar, "-C", path)
            tar.unlink()
        finally:
            self._engines.classic("rm", container)
        return path

    def drop(self, form: str) -> None:
        """Remove one that no other is made of: all of them would take gigabytes. It is made again if it is asked for."""
        made = self.__dict__.get(form)
        if form not in _SOURCES and isinstance(made, Path):
            del self.__dict__[form]
            remove(made) if made.is_dir() else made.unlink()

    def drop_all(self) -> None:
        """Remove all that no other is made of."""
        for form, made in vars(type(self)).items():
            if isinstance(made, cached_property):
                self.drop(form)

    def _copy(self, source: str, to: str, *options: str) -> None:
        run("skopeo", "--insecure-policy", "copy", "--quiet", *options, source, to)


def manifest(layout: Path) -> dict[str, list[dict[str, str]]]:
    """The one manifest of an OCI layout in a folder."""
    (entry,) = json.loads((layout / "index.json").read_text())["manifests"]
    found = json.loads((layout / "blobs/sha256" / entry["digest"].removeprefix("sha256:")).read_text())
    assert isinstance(found, dict)
    return found


def _open(archive: tarfile.TarFile, name: str) -> io.BufferedReader:
    found = archive.extractfile(name)
    assert found is not None
    return found  # type: ignore[return-value]


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def unpacked(archive: Path, folder: Path) -> Path:
    """An archive's members as files."""
    folder.mkdir(parents=True)
    subprocess.run(["tar", "-x", "-f", str(archive), "-C", str(folder)], check=True)
    return folder
