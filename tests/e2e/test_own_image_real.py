"""garboard's own image: built of this repository, run without root and without a writable root, and scanned by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from garboard import __version__
from tests.e2e import building
from tests.e2e.building import Docker

ROOT = Path(__file__).resolve().parents[2]
TRUSTING = """\
ARG BASE
FROM ${BASE}
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt
"""


@pytest.fixture(scope="module")
def image(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Built on a Debian of today that trusts what this machine trusts."""
    folder = tmp_path_factory.mktemp("trusting")
    (folder / "Dockerfile").write_text(TRUSTING)
    shutil.copyfile(building.CERTIFICATES, folder / "ca-certificates.crt")
    base = building.import_base(docker, building.debian_root())
    trusting, own = building.own_tag("trusting"), building.own_tag("own")
    docker("build", "-q", "-t", trusting, "--build-arg", f"BASE={base}", "--network", "host", folder)
    docker("build", "-q", "-t", own, "--build-arg", f"BASE={trusting}", "--network", "host", ROOT)
    yield own
    docker("rmi", "-f", own, trusting)


def _run(docker: Docker, *words: str, stdin: bytes = b"") -> tuple[int, str, str]:
    command = ["docker", "run", "--rm", "-i", "--read-only", "--cap-drop", "ALL", "--network", "none", *words]
    done = subprocess.run(command, env={**os.environ, **docker.env}, input=stdin, capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_without_root_and_without_a_writable_root(image: str, docker: Docker) -> None:
    code, out, err = _run(docker, image, "--version")
    assert (code, out.strip()) == (0, f"garboard {__version__}"), err
    config = json.loads(docker("image", "inspect", image))[0]["Config"]
    assert config["User"] == "65532:65532"
    code, out, err = _run(docker, "--entrypoint", "sh", image, "-c", "id -u; ls /src /opt/uv 2>&1")
    assert out.startswith("65532\n"), err
    assert "garboard" not in out, "what builds it stays behind"


def test_it_scans_itself(image: str, docker: Docker, tmp_path: Path) -> None:
    saved = tmp_path / "own.tar"
    docker("save", "-o", saved, image)
    volume = f"garboard-e2e-{os.getpid()}"
    data = ("-v", f"{volume}:/data")
    try:
        code, _, err = _run(
            docker, *data, "--entrypoint", "sh", image, "-c", "cat > /data/own.tar", stdin=saved.read_bytes()
        )
        assert code == 0, err
        code, out, err = _run(docker, *data, image, "inventory", "/data/own.tar", "--json")
        assert code == 0, err
        found = {(one["type"], one["name"]): one["version"] for one in json.loads(out)["packages"]}
        assert found["pypi", "garboard"] == __version__
        assert {("pypi", "click"), ("deb", "libc6")} <= found.keys()
        assert ("pypi", "pytest") not in found
        assert ("pypi", "uv") not in found
        code, out, err = _run(docker, *data, image, "scan", "/data/own.tar", "--offline")
        assert code == 3, f"without a database nothing is clean: {out}{err}"
    finally:
        docker("volume", "rm", "-f", volume)
