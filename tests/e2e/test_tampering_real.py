"""Bytes that are not what their digests promise: in a registry's storage, and in an archive that lies."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import serving
from tests.e2e.conftest import Engines
from tests.e2e.forms import Forms, manifest
from tests.e2e.running import Garboard, findings
from tests.e2e.serving import Registry

FALSE = b"Package: never-installed\nStatus: install ok installed\nArchitecture: amd64\nVersion: 6.6\n"


@pytest.fixture
def own(tmp_path: Path, engines: Engines, forms: Forms) -> Iterator[tuple[Registry, str]]:
    """A registry that nobody else needs, and the image in it."""
    with serving.registry(tmp_path / "registry") as running:
        yield running, running.push(f"oci:{forms.oci_dir}:full", "team/app:1")


def refused(garboard: Garboard, registry: Registry, reference: str) -> str:
    words = ("scan", "--json", "--insecure", registry.host, f"registry:{reference}")
    ended = garboard.run(*words, env={"DOCKER_CONFIG": str(registry.config)})
    assert (ended.code, ended.out) == (2, ""), ended
    return ended.err


def test_a_damaged_layer(garboard: Garboard, forms: Forms, own: tuple[Registry, str]) -> None:
    registry, reference = own
    digest = manifest(forms.oci_dir)["layers"][5]["digest"]
    path = registry.blob(digest)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x40
    path.write_bytes(data)
    assert digest in refused(garboard, registry, reference)


def test_a_replaced_layer(garboard: Garboard, forms: Forms, own: tuple[Registry, str]) -> None:
    """A whole and readable layer, only not the one that the manifest names."""
    registry, reference = own
    digest = manifest(forms.oci_dir)["layers"][7]["digest"]
    registry.blob(digest).write_bytes(gzip.compress(layer_of("var/lib/dpkg/status", FALSE)))
    assert digest in refused(garboard, registry, reference)
    # Nothing of it stays behind.
    assert findings(garboard.scan("--offline", forms.docker_archive)) == findings(
        garboard.scan("--offline", "--no-cache", forms.docker_archive)
    )


@pytest.mark.parametrize("part", ["config", "manifest"])
def test_changed_documents(part: str, garboard: Garboard, forms: Forms, own: tuple[Registry, str]) -> None:
    registry, reference = own
    if part == "config":
        digest = manifest(forms.oci_dir)["config"]["digest"]  # type: ignore[call-overload]
    else:
        (entry,) = json.loads((forms.oci_dir / "index.json").read_text())["manifests"]
        digest = entry["digest"]
        reference = f"{reference.rpartition(':')[0]}@{digest}"
    path = registry.blob(digest)
    path.write_bytes(path.read_bytes().replace(b"sha256:", b"sha256:", 1).replace(b"linux", b"linuX", 1) + b" ")
    said = refused(garboard, registry, reference)
    assert digest in said or "fails with status" in said or "500" in said, said


def layer_of(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.fixture
def lying(forms: Forms, tmp_path: Path) -> Path:
    """The archive with its last dpkg status replaced, under a diff id that is the honest layer's, and of its size."""
    return _lying(forms, tmp_path / "lying.tar", padded=True)


def _lying(forms: Forms, path: Path, *, padded: bool) -> Path:
    with tarfile.open(forms.docker_archive) as source, tarfile.open(path, "w") as out:
        (entry,) = json.load(source.extractfile("manifest.json"))  # type: ignore[arg-type]
        false = layer_of("var/lib/dpkg/status", FALSE)
        for member in source:
            if member.name == entry["Layers"][-1]:
                false = false.ljust(member.size if padded else 0, b"\0")
                member.size = len(false)
                out.addfile(member, io.BytesIO(false))
            else:
                out.addfile(member, source.extractfile(member) if member.isfile() else None)
    return path


def names(garboard: Garboard, *words: str | Path, **env: str) -> set[str]:
    ended = garboard.run("inventory", "--format", "json", *words, env=env)
    assert ended.code == 0, ended.err
    return {package["name"] for package in ended.json["packages"]}


def test_a_lying_archive_is_seen_through(garboard: Garboard, lying: Path, forms: Forms) -> None:
    diff_id = garboard.scan("--offline", forms.docker_archive)["docker"]["layers"][-1]
    report = garboard.scan("--offline", "--verify", lying)
    assert [gap["subject"] for gap in report["gaps"] if gap["stage"] == "image"] == [diff_id]
    honest = garboard.scan("--offline", "--verify", forms.docker_archive)
    assert [gap for gap in honest["gaps"] if gap["stage"] == "image"] == []


def test_a_layer_of_another_size_than_its_descriptor_says(garboard: Garboard, forms: Forms, tmp_path: Path) -> None:
    ended = garboard.run("inventory", "--offline", _lying(forms, tmp_path / "lying.tar", padded=False))
    assert (ended.code, ended.out) == (2, "")
    assert "that its descriptor promises" in ended.err


@pytest.mark.parametrize("verify", [(), ("--verify",)])
def test_a_lying_archive_teaches_nothing(
    verify: tuple[str, ...], garboard: Garboard, lying: Path, forms: Forms, engines: Engines
) -> None:
    """What it says does not become the answer for the honest image, wherever that is read from."""
    assert "never-installed" in names(garboard, "--offline", *verify, lying)
    host = engines.classic.host
    assert {"jq", "git"} <= names(garboard, f"docker:{forms.docker}", DOCKER_HOST=host)
    assert "never-installed" not in names(garboard, f"docker:{forms.docker}", DOCKER_HOST=host)
    assert "never-installed" not in names(garboard, "--offline", forms.docker_archive)
    assert "never-installed" in names(garboard, "--offline", lying)
