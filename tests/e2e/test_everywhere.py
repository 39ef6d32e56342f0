"""One image, read from every place where images are: the same packages and the same findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from garboard.image.options import Options
from tests.e2e.conftest import Engines, Known
from tests.e2e.feeding import Expected
from tests.e2e.forms import Forms
from tests.e2e.running import Garboard, findings, packages
from tests.e2e.serving import Registry


@dataclass(frozen=True)
class Way:
    """A form, the prefix that names its home, and whether garboard finds out without the prefix."""

    form: str
    scheme: str
    detected: bool = True


WAYS = (
    Way("docker_archive", "docker-archive"),
    Way("docker_archive_gz", "docker-archive"),
    Way("docker_archive_old", "docker-archive"),
    Way("docker_archive_skopeo", "docker-archive"),
    Way("docker_archive_podman", "docker-archive"),
    Way("docker_archive_containerd", "docker-archive"),
    Way("oci_archive", "oci-archive"),
    Way("oci_archive_ctr", "oci-archive"),
    Way("oci_dir", "oci-dir"),
    Way("oci_dir_zstd", "oci-dir"),
    Way("docker", "docker"),
    Way("docker_containerd", "docker"),
    Way("podman", "podman"),
    Way("registry", "registry"),
    Way("registry_zstd", "registry"),
    Way("buildah", "oci-archive"),
    Way("folder", "dir"),
)
ONE_LAYER = ("buildah", "folder")
"""Made in one layer: of these the layers cannot be the same."""


def environment(way: Way, engines: Engines, registry: Registry, request: pytest.FixtureRequest) -> dict[str, str]:
    """What leads to the home of this form, and to no other."""
    nowhere = "unix:///there-is-no-engine.sock"
    env = {"DOCKER_HOST": nowhere, "CONTAINER_HOST": nowhere}
    match way.form:
        case "docker":
            return env | {"DOCKER_HOST": engines.classic.host}
        case "docker_containerd":
            return env | {"DOCKER_HOST": engines.containerd.host}
        case "podman":
            return env | {"CONTAINER_HOST": request.getfixturevalue("podman")}
        case "registry" | "registry_zstd":
            return env | {"DOCKER_CONFIG": str(registry.config)}
    return env


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: way.form)
def way(request: pytest.FixtureRequest, forms: Forms) -> Iterator[Way]:
    yield request.param
    forms.drop(request.param.form)


@pytest.fixture
def env(way: Way, engines: Engines, registry: Registry, request: pytest.FixtureRequest) -> dict[str, str]:
    return environment(way, engines, registry, request)


def test_expected_findings(garboard: Garboard, forms: Forms, known: Known) -> None:
    """What the feeds that were written must find, no more and no less."""
    report = garboard.scan("--offline", forms.docker_archive)
    own = [one for one in report["vulnerabilities"] if not any("/_vendor/" in at["path"] for at in one["locations"])]
    assert len(own) < len(report["vulnerabilities"]), "pip's own copies are told too"
    report["vulnerabilities"] = own
    names = {entry["purl"]: entry["name"].rpartition("/")[2] for entry in own}
    found = {Expected(names[purl], vulnerability, *rest) for vulnerability, purl, *rest in findings(report)}
    assert found == known.expected
    assert report["path"] == str(forms.docker_archive)
    # The mirror has no ends of life, its KEV and EPSS are old, and there is no catalog of base images.
    assert {gap["subject"] for gap in report["gaps"]} <= {"severity", "endoflife", "kev", "epss", "catalog"}, report[
        "gaps"
    ]


@pytest.mark.parametrize("by", ["prefix", "detection"])
def test_findings(by: str, way: Way, env: dict[str, str], garboard: Garboard, forms: Forms, registry: Registry) -> None:
    expected = findings(garboard.scan("--offline", f"docker-archive:{forms.docker_archive}"))
    assert expected
    reference = f"{way.scheme}:{getattr(forms, way.form)}" if by == "prefix" else str(getattr(forms, way.form))
    report = garboard.scan("--no-cache", "--insecure", registry.host, reference, env=env)
    assert findings(report) == expected
    assert report["path"] == reference.removeprefix(f"{way.scheme}:")
    if way.form not in ONE_LAYER:
        layers = garboard.scan("--offline", forms.docker_archive)["docker"]["layers"]
        assert report["docker"]["layers"] == layers


def test_packages(way: Way, env: dict[str, str], garboard: Garboard, forms: Forms, registry: Registry) -> None:
    expected_image, expected = garboard.inventory(f"docker-archive:{forms.docker_archive}", Options())
    options = Options(insecure=frozenset({registry.host}), config_dir=env.get("DOCKER_CONFIG", ""))
    image, inventory = garboard.inventory(f"{way.scheme}:{getattr(forms, way.form)}", options, env=env)
    assert packages(inventory) == packages(expected)
    assert inventory.distro == expected.distro
    assert inventory.gaps == expected.gaps == ()
    if way.form not in ONE_LAYER:
        assert {(p.id, p.layer) for p in inventory.packages} == {(p.id, p.layer) for p in expected.packages}
        assert {(p.id, p.depends_on) for p in inventory.packages} == {(p.id, p.depends_on) for p in expected.packages}
    if way.form != "folder":  # which does not tell
        assert str(image.platform) == str(expected_image.platform)


@pytest.mark.parametrize("kind", ["cyclonedx", "spdx", "spdx3"])
def test_sbom(kind: str, garboard: Garboard, forms: Forms) -> None:
    """The bill of materials that garboard writes of the image, scanned instead of it."""
    expected = findings(garboard.scan("--offline", forms.docker_archive))
    path = garboard.home / f"{kind}.json"
    ended = garboard.run("inventory", "--format", kind, "-o", path, "--offline", forms.docker_archive)
    assert ended.code == 0, ended.err
    for reference in (f"sbom:{path}", str(path)):
        report = garboard.scan("--offline", reference)
        assert findings(report) == expected
    _, before = garboard.inventory(str(forms.docker_archive), Options())
    _, after = garboard.inventory(f"sbom:{path}", Options())
    assert packages(after) == packages(before)
