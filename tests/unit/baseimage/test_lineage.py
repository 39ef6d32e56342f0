"""The steps down to the root file system, and who made that."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from garboard.baseimage.identify import ancestors
from garboard.baseimage.lineage import lineage
from garboard.image import manifest
from garboard.model.baseimage import BaseImage, LineageStep
from garboard.model.image import History, Image, Layer
from tests.unit.basecatalog.entries import NOW, base, digest, image, name, writer


def steps(of: Image, folder: Path, *bases: BaseImage) -> tuple[LineageStep, ...]:
    return lineage(of, ancestors(of, writer(folder, *bases).catalog, NOW))


def test_every_layer_belongs_to_one_step(tmp_path: Path) -> None:
    debian, nginx = base("a", "debian:bookworm-slim"), base("abc", "nginx:1.27", "nginx:mainline")
    found = steps(image("a", "b", "c", "x", "y"), tmp_path, debian, nginx)
    assert [(one.kind.value, one.name, one.first, one.layers, one.maker) for one in found] == [
        ("own", "app:1", 3, 2, "you"),
        ("image", "nginx:1.27", 1, 2, "the maintainers of nginx"),
        ("image", "debian:bookworm-slim", 0, 1, "the maintainers of debian"),
        ("root", "", 0, 0, ""),
    ]
    assert [name.tag for name in found[1].names] == ["1.27", "mainline"]


def test_a_catalogd_image_has_no_own_step(tmp_path: Path) -> None:
    nginx = base("abc", "nginx:1.27")
    assert [one.kind.value for one in steps(nginx.image, tmp_path, nginx, base("a", "debian:12"))] == [
        "image",
        "image",
        "root",
    ]


def test_others_maintain_other_repositories(tmp_path: Path) -> None:
    found = steps(image("a", "x"), tmp_path, base("a", "registry.example/golden/java:21"))
    assert found[1].maker == "the maintainers of registry.example/golden/java"


def test_what_nobody_knows_has_no_lineage(tmp_path: Path) -> None:
    assert steps(image("z"), tmp_path, base("a", "debian:12")) == ()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"created_by": "# debian.sh --arch 'amd64' out/ 'bookworm' '@1785715200'"}, ("debuerreotype", "2026-08-03")),
        (
            {"created_by": "RUN # debian.sh --arch 'amd64' out/ 'bookworm' '@1785715200'"},
            ("debuerreotype", "2026-08-03"),
        ),
        ({"created_by": "# debian.sh '@999999999999'"}, ("debuerreotype", "2026-08-04")),
        (
            {"created_by": "ADD alpine-minirootfs-3.23.6-x86_64.tar.gz / # buildkit"},
            ("alpine-minirootfs 3.23.6", "2026-08-04"),
        ),
        ({"created_by": "bazel build @bookworm//base", "created": "0001-01-01T00:00:00Z"}, ("bazel", "")),
        ({"created_by": "apko", "created": "1970-01-01T00:00:00Z"}, ("apko", "")),
        ({"created_by": "", "comment": "Imported from -"}, ("docker import", "2026-08-04")),
        ({"created_by": "", "comment": "debuerreotype 0.15"}, ("debuerreotype", "2026-08-04")),
        ({"created_by": "KIWI 10.1.2"}, ("KIWI 10.1.2", "2026-08-04")),
        ({"created_by": "/bin/sh -c #(nop) ADD file:0123 in / "}, ("", "2026-08-04")),
    ],
)
def test_the_maker_of_the_root_file_system(tmp_path: Path, entry: dict[str, str], expected: tuple[str, str]) -> None:
    written = History(**{"created": "2026-08-04T01:02:03Z", **entry})
    of = image("a", "x", said=())
    known = base("a", "some/thing:1", said=())
    known = BaseImage(key=known.key, image=Image(**{**{f: getattr(known.image, f) for f in Image.__struct_fields__}, "history": (History(created_by="-ENV", empty_layer=True), written)}), names=known.names)  # fmt: skip
    root = steps(of, tmp_path, known)[-1]
    assert (root.name, root.created) == expected


def test_real_roots_of_debian(tmp_path: Path, shared: Path) -> None:
    """The day that the history tells is the one whose archive the root was made of."""
    folders = sorted((shared / "data/images/debian").glob("*/slim"))
    assert folders
    for number, folder in enumerate(folders):
        config = (folder / "oci/blobs/image-config.json").read_bytes()
        root = manifest.image(config, None, name="debian", source="oci-dir")
        known = BaseImage(key=root.config_digest, image=root, names=(name(f"debian:{folder.parent.name}-slim"),))
        own = Layer(diff_id=digest("own"))
        of = Image(name="app", source="docker", layers=(*root.layers, own), history=root.history)
        found = steps(of, tmp_path / str(number), known)
        epoch = int((folder / "rootfs.debuerreotype-epoch").read_text())
        assert (found[-1].name, found[-1].created) == (
            "debuerreotype",
            dt.datetime.fromtimestamp(epoch, dt.UTC).date().isoformat(),
        )
