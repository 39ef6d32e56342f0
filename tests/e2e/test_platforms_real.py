"""Images for several platforms: an index that Buildah pushed, copied on by Skopeo."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.forms import Forms, manifest
from tests.e2e.running import Garboard, run
from tests.e2e.serving import PASSWORD, USER, Registry, Storage

LEFT_OUT = 3
"""Layers that the other platform's image lacks, so that the two differ: among them jq's."""


def for_arm(layout: Path, folder: Path) -> Path:
    """The image as if it were of another platform, without its last layers."""
    shutil.copytree(layout, folder, copy_function=lambda source, to: Path(to).hardlink_to(source))
    blobs = folder / "blobs/sha256"

    def put(document: object) -> tuple[str, int]:
        data = json.dumps(document).encode()
        name = hashlib.sha256(data).hexdigest()
        (blobs / name).write_bytes(data)
        return f"sha256:{name}", len(data)

    found = manifest(folder)
    config = json.loads((blobs / found["config"]["digest"].removeprefix("sha256:")).read_text())  # type: ignore[call-overload]
    config |= {"architecture": "arm64", "variant": "v8"}
    config["rootfs"]["diff_ids"] = config["rootfs"]["diff_ids"][:-LEFT_OUT]
    config["history"] = []
    digest, size = put(config)
    found["config"] |= {"digest": digest, "size": size}  # type: ignore[operator]
    found["layers"] = found["layers"][:-LEFT_OUT]
    digest, size = put(found)
    index = json.loads((folder / "index.json").read_text())
    index["manifests"][0] |= {"digest": digest, "size": size}
    (folder / "index.json").unlink()
    (folder / "index.json").write_text(json.dumps(index))
    return folder


@dataclass(frozen=True)
class Index:
    """One image for linux/amd64 and linux/arm64/v8: in a registry, in a folder, in an archive."""

    registry: str
    oci_dir: Path
    oci_archive: Path


@pytest.fixture(scope="module")
def index(work: Path, forms: Forms, registry: Registry, storage: Storage) -> Index:
    arm = registry.push(f"oci:{for_arm(forms.oci_dir, work / 'arm')}:full", "team/arm:1")
    name = "localhost/garboard-e2e-index"
    reference = f"{registry.host}/team/multi:1"
    login = ("--creds", f"{USER}:{PASSWORD}", "--tls-verify=false")
    buildah = ("buildah", *storage.options, "manifest")
    run(*buildah, "create", name)
    for image in (forms.registry, arm):
        run(*buildah, "add", *login, name, f"docker://{image}")
    run(*buildah, "push", *login, "--quiet", "--all", name, f"docker://{reference}")
    folder, archive = work / "multi", work / "multi.tar"
    copy = ("skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--src-tls-verify=false")
    for to in (f"oci:{folder}:1", f"oci-archive:{archive}:1"):
        run(*copy, "--src-creds", f"{USER}:{PASSWORD}", f"docker://{reference}", to)
    return Index(reference, folder, archive)


@pytest.mark.parametrize("home", ["registry", "oci_dir", "oci_archive"])
def test_platform(home: str, index: Index, garboard: Garboard, forms: Forms, registry: Registry) -> None:
    whole = garboard.scan("--offline", forms.docker_archive)
    words = ("--insecure", registry.host, str(getattr(index, home)))
    env = {"DOCKER_CONFIG": str(registry.config)}
    layers = whole["docker"]["layers"]
    for platform, shown, expected in (
        ("linux/amd64", "linux/amd64", layers),
        ("linux/arm64", "linux/arm64/v8", layers[:-LEFT_OUT]),
        ("linux/arm64/v8", "linux/arm64/v8", layers[:-LEFT_OUT]),
    ):
        report = garboard.scan("--platform", platform, *words, env=env)
        assert report["platform"] == shown
        assert report["docker"]["layers"] == expected
        names = {entry["name"] for entry in report["vulnerabilities"]}
        assert ("jq" in names) == (platform == "linux/amd64")
    ended = garboard.run("scan", "--platform", "linux/s390x", *words, env=env)
    assert ended.code == 2
    assert "linux/s390x" in ended.err
    assert "linux/amd64" in ended.err, "what there is"


def test_platform_of_a_single_image(garboard: Garboard, forms: Forms, registry: Registry) -> None:
    """Asking for a platform that the one image is not of is an error, not another image's report."""
    env = {"DOCKER_CONFIG": str(registry.config)}
    for reference in (str(forms.docker_archive), str(forms.oci_dir), forms.registry):
        ended = garboard.run("scan", "--platform", "linux/arm64", "--insecure", registry.host, reference, env=env)
        assert (ended.code, ended.out) == (2, ""), (reference, ended)
        assert "linux/arm64" in ended.err
