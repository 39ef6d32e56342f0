"""A second scan reads nothing that the first one read, as the servers themselves tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e import serving
from tests.e2e.conftest import Engines
from tests.e2e.forms import Forms, manifest
from tests.e2e.running import Garboard, findings
from tests.e2e.serving import Registry


def test_registry(garboard: Garboard, forms: Forms, registry: Registry) -> None:
    layers = {layer["digest"] for layer in manifest(forms.oci_dir)["layers"]}
    words = ("--insecure", registry.host, f"registry:{forms.registry}")
    env = {"DOCKER_CONFIG": str(registry.config)}
    before = len(registry.blobs())
    first = garboard.scan(*words, env=env)
    pulled = [digest for digest in registry.blobs()[before:] if digest in layers]
    assert sorted(pulled) == sorted(layers), "each layer once, also where the image has it twice"
    before = len(registry.blobs())
    assert garboard.scan(*words, env=env)["vulnerabilities"] == first["vulnerabilities"]
    assert layers.isdisjoint(registry.blobs()[before:])
    before = len(registry.blobs())
    garboard.scan("--no-cache", *words, env=env)
    assert layers <= set(registry.blobs()[before:])


@pytest.mark.parametrize("home", ["docker", "docker_containerd", "podman"])
def test_engine(home: str, garboard: Garboard, forms: Forms, engines: Engines, podman: str, work: Path) -> None:
    """An engine is asked what the image is, and for its export only if a layer is not known yet."""
    variable = "CONTAINER_HOST" if home == "podman" else "DOCKER_HOST"
    engine = {"docker": engines.classic.host, "docker_containerd": engines.containerd.host, "podman": podman}[home]
    name = f"{home.partition('_')[0]}:{getattr(forms, home)}"
    with serving.Tap(engine, work) as tap:
        env = {variable: tap.address}
        first = garboard.scan(name, env=env)
        assert tap.exports() == 1
        again = garboard.scan(name, env=env)
        assert tap.asked, "it is asked what the image is"
        assert tap.exports() == 0
        assert (again["vulnerabilities"], again["gaps"]) == (first["vulnerabilities"], first["gaps"])
        garboard.scan("--no-cache", name, env=env)
        assert tap.exports() == 1


def test_what_one_home_taught_helps_at_another(
    garboard: Garboard, forms: Forms, registry: Registry, engines: Engines, work: Path
) -> None:
    """Layers are known by their diff ids, however they were compressed where they came from."""
    env = {"DOCKER_CONFIG": str(registry.config)}
    first = findings(garboard.scan("--insecure", registry.host, f"registry:{forms.registry_zstd}", env=env))
    before = len(registry.blobs())
    assert findings(garboard.scan("--insecure", registry.host, f"registry:{forms.registry}", env=env)) == first
    assert len(registry.blobs()) == before + 1, "the configuration"
    with serving.Tap(engines.classic.host, work) as tap:
        assert findings(garboard.scan(f"docker:{forms.docker}", env={"DOCKER_HOST": tap.address})) == first
        assert tap.asked
        assert tap.exports() == 0


def test_archive(garboard: Garboard, forms: Forms, tmp_path: Path) -> None:
    """An archive that changed is read again."""
    path = tmp_path / "image.tar"
    path.write_bytes(forms.docker_archive_old.read_bytes())
    first = garboard.scan("--offline", path)
    assert garboard.scan("--offline", path)["vulnerabilities"] == first["vulnerabilities"]
    path.write_bytes(forms.docker_archive.read_bytes())
    again = garboard.scan("--offline", path)
    assert findings(again) == findings(first)
    digests = [{entry["layerDigest"] for entry in report["vulnerabilities"]} for report in (first, again)]
    assert digests[0] == {""}, "the old layout tells none"
    assert "" not in digests[1], "the new one is an OCI layout too"
