"""Provenance that BuildKit attested: the lines of an image whose Dockerfile nobody gives, from everywhere it travels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.building import Docker, debian_root
from tests.e2e.conftest import Engines
from tests.e2e.running import Garboard, run
from tests.e2e.serving import Registry

NAME = "localhost/garboard-provenance"
BASE = f"{NAME}-base:1"
# The fourth layer's line is asked for in a heredoc; the second stage repeats the first one's instruction.
TEXT = f"""\
# what a user keeps in version control
FROM {BASE} AS build
RUN echo same > /same
RUN mkdir -p /out && cp /var/lib/dpkg/status /out/status && \\
    sed -i 's/^Package: bash$/Package: bash-of-the-stage/' /out/status

FROM {BASE}
RUN echo same > /same
COPY --from=build /out/status /var/lib/dpkg/status
RUN <<MORE
printf 'Package: handmade\\nStatus: install ok installed\\nVersion: 1\\nArchitecture: all\\n\\n' >> /var/lib/dpkg/status
MORE
WORKDIR /srv
CMD ["sh"]
"""
EXPECTED = [None, 8, 9, 10, 13]
"""Each layer's line; the first is the base's."""


@dataclass(frozen=True)
class Attested:
    archive: Path
    oci: Path
    reference: str
    least: Path


def _build(docker: Docker, folder: Path, mode: str) -> Path:
    tag = f"{NAME}:{mode}"
    docker("buildx", "build", "--network=host", f"--provenance=mode={mode}", "-t", tag, folder)
    archive = folder.with_name(f"{folder.name}-{mode}.tar")
    docker("save", tag, "-o", archive)
    return archive


@pytest.fixture(scope="module")
def attested(work: Path, engines: Engines, registry: Registry) -> Attested:
    docker, folder = engines.containerd, work / "provenance"
    folder.mkdir()
    if not docker.has(BASE):
        docker("import", debian_root(), BASE)
    (folder / "Dockerfile").write_text(TEXT)
    archive, least = _build(docker, folder, "max"), _build(docker, folder, "min")
    oci = work / "provenance-oci"
    run("skopeo", "--insecure-policy", "copy", "--quiet", "--all", f"oci-archive:{archive}", f"oci:{oci}:1")
    reference = registry.push(f"oci:{oci}:1", "team/attested:1", "--all")
    return Attested(archive, oci, reference, least)


def origins(report: Any) -> list[int | None]:
    return [layer["place"] and layer["place"]["line"] for layer in report["layers"]]


def layers(garboard: Garboard, *words: str | Path) -> Any:
    ended = garboard.run("layers", "--format", "json", "--quiet", *words)
    assert ended.code in (0, 1), ended.err
    return ended.json


@pytest.mark.parametrize("form", ["archive", "oci", "registry"])
def test_lines_without_a_dockerfile(attested: Attested, garboard: Garboard, registry: Registry, form: str) -> None:
    words: dict[str, list[str | Path]] = {
        "archive": [f"docker-archive:{attested.archive}", "--offline"],
        "oci": [f"oci-dir:{attested.oci}", "--offline"],
        "registry": [f"registry:{attested.reference}", "--insecure", registry.host],
    }
    home = Garboard(garboard.home, garboard.database, {"DOCKER_CONFIG": str(registry.config)})
    report = layers(home, *words[form])
    assert origins(report) == EXPECTED, json.dumps(report["layers"], indent=1)
    assert (report["baseImage"], report["baseLayers"]) == (BASE, 1)
    attribution = home.scan(*words[form])["attribution"]
    assert (attribution["how"], attribution["instructions"]) == ("declared", "declared")


def test_packages_stand_on_the_lines(attested: Attested, garboard: Garboard) -> None:
    ended = garboard.run("explain", "--offline", f"docker-archive:{attested.archive}", "handmade")
    assert ended.code in (0, 1), ended.err
    assert "Dockerfile:10" in ended.out, ended.out


def test_another_text_of_the_dockerfile_is_said(attested: Attested, garboard: Garboard, tmp_path: Path) -> None:
    other = tmp_path / "Dockerfile"
    other.write_text("# one line more\n" + TEXT)
    report = layers(garboard, f"docker-archive:{attested.archive}", "--offline", "-f", other)
    assert any("its build's provenance holds another" in gap["reason"] for gap in report["gaps"])
    assert origins(report) == [line and line + 1 for line in EXPECTED]


def test_the_least_gives_the_dockerfile_s_base_its_digest(
    attested: Attested, garboard: Garboard, tmp_path: Path
) -> None:
    """Which of the images that a build used is the base it does not say, so without a Dockerfile there is none."""
    alone = garboard.scan(f"docker-archive:{attested.least}", "--offline")["attribution"]
    assert (alone["baseImage"], alone["baseLayers"], alone["how"]) == ("", None, "unknown")
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(TEXT)
    found = garboard.scan(f"docker-archive:{attested.least}", "--offline", "-f", dockerfile)["attribution"]
    assert (found["baseImage"], found["baseLayers"], found["how"]) == (BASE, 1, "aligned")
    assert found["baseDigest"].startswith("sha256:")
