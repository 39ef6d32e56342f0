"""Every platform of an image in one run: each in a report of its own, the worst decides, and none is lost."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from garboard import image
from garboard.image.options import Options
from garboard.model.image import Platform
from tests.unit.cli.image_on_disk import OS_RELEASE, stanza, tar
from tests.unit.cli.test_several import _surroundings, home, run, sbom  # noqa: F401  (fixtures)

KIND = "application/vnd.oci.image"


class Layout:
    """An OCI layout of one name with an index."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "blobs/sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def put(self, kind: str, data: bytes) -> dict[str, Any]:
        name = hashlib.sha256(data).hexdigest()
        (self._folder / "blobs/sha256" / name).write_bytes(data)
        return {"mediaType": f"{KIND}.{kind}", "digest": f"sha256:{name}", "size": len(data)}

    def manifest(self, architecture: str, *packages: str) -> dict[str, Any]:
        status = "".join(stanza(*one.split("=")) for one in packages).encode()
        layers = [tar({"etc/os-release": OS_RELEASE}), tar({"var/lib/dpkg/status": status})]
        ids = [f"sha256:{hashlib.sha256(one).hexdigest()}" for one in layers]
        config = {"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": ids}}
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{KIND}.manifest.v1+json",
            "config": self.put("config.v1+json", json.dumps(config).encode()),
            "layers": [self.put("layer.v1.tar", one) for one in layers],
        }
        return self.put("manifest.v1+json", json.dumps(manifest).encode())

    def write(self, *packages: tuple[str, str]) -> None:
        items = [
            {**self.manifest(architecture, one), "platform": {"os": "linux", "architecture": architecture}}
            for architecture, one in packages
        ]
        index = {"schemaVersion": 2, "mediaType": f"{KIND}.index.v1+json", "manifests": items}
        top = {"schemaVersion": 2, "manifests": [self.put("index.v1+json", json.dumps(index).encode())]}
        (self._folder / "index.json").write_text(json.dumps(top))


@pytest.fixture
def layout(tmp_path: Path) -> str:
    Layout(tmp_path / "layout").write(("amd64", "clean=1"), ("s390x", "openssl=1"), ("arm64", "clean=1"))
    return f"oci-dir:{tmp_path / 'layout'}"


def test_each_has_a_report_and_the_worst_decides(layout: str, run: Any) -> None:  # noqa: F811
    done = run("scan", "-q", "--json", layout, "--all-platforms")
    found = {one["platform"]: one["uniqueCount"] for one in json.loads(done.out)}
    assert [*found] == ["linux/amd64", "linux/s390x", "linux/arm64"]
    assert (found["linux/amd64"], found["linux/arm64"]) == (0, 0)
    assert (done.code, found["linux/s390x"] > 0) == (1, True)
    alone = run("scan", "-q", "--json", layout, "--platform", "linux/s390x")
    assert json.loads(alone.out) == json.loads(done.out)[1]
    text = run("scan", "-q", layout, sbom("clean"), "--all-platforms", "--format", "table").out.decode()
    assert f"Image 2 of 4: {layout} (linux/s390x)" in text
    assert "Image 4 of 4: sbom:clean\n" in text


def test_an_image_that_is_named_twice_is_told_twice(layout: str, run: Any) -> None:  # noqa: F811
    found = json.loads(run("scan", "-q", "--json", layout, layout, "--all-platforms").out)
    assert [one["platform"] for one in found] == ["linux/amd64", "linux/s390x", "linux/arm64"] * 2


def test_what_an_image_is_for(layout: str, tmp_path: Path) -> None:
    names = [str(one) for one in image.platforms(layout, Options())]
    assert names == ["linux/amd64", "linux/s390x", "linux/arm64"]
    Layout(tmp_path / "one").write(("s390x", "a=1"))
    assert image.platforms(f"oci-dir:{tmp_path / 'one'}", Options()) == (Platform(architecture="s390x"),)


def test_one_that_cannot_be_read_is_no_clean_one(layout: str, run: Any) -> None:  # noqa: F811
    done = run("scan", "-q", "--json", "missing.tar", layout, "--all-platforms")
    assert done.code == 2
    assert [one.get("ok") for one in json.loads(done.out)][:1] == [False]
    assert len(json.loads(done.out)) == 4


@pytest.mark.parametrize("words", [("--platform", "arm64"), ("--format", "github")])
def test_what_does_not_go_together(words: tuple[str, ...], layout: str, run: Any) -> None:  # noqa: F811
    done = run("scan", "-q", layout, "--all-platforms", *words)
    assert (done.code, "--all-platforms" in done.err) == (2, True)
