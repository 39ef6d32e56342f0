"""docker-library's repo-info: forms in small, and the real files where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from garboard.basecatalog import repo_info
from garboard.basecatalog.repo_info import InfoDocument, document, parse
from garboard.model.errors import CatalogError
from garboard.model.image import Platform

LOCAL = """# `nginx:1.30.4`

## Docker Metadata

- Image ID: `sha256:%s`
- Created: `2026-08-05T01:14:10.8Z`
- Virtual Size: ~ 124.3 Mb
  (total size of all layers on-disk)
- Arch: `linux`/`amd64`
- Command: `["nginx"]`
- Environment:
  - `PATH=/bin`
  - `NGINX_VERSION=1.30.4`

## `dpkg` (`.deb`-based packages)

### `dpkg` source package: `audit=1:3.0.9-1`

Binary Packages:

- `libaudit-common=1:3.0.9-1`
- `libaudit1:amd64=1:3.0.9-1`

Licenses: (parsed from: `/usr/share/doc/libaudit-common/copyright`)

- `GPL-1`
- `LGPL-2.1`

Source:

```console
$ apt-get source -qq --print-uris audit=1:3.0.9-1
```

- https://sources.debian.net/src/audit/ (for browsing the source)

### `dpkg` source package: `base-files=12.4+deb12u13`

Binary Packages:

- `base-files=12.4+deb12u13`

### `dpkg` source package: `dpkg=1.21.22`

Binary Packages:

- `dpkg=1.21.22`
""" % ("1" * 64)
WHERE = InfoDocument(repository="docker.io/library/nginx", kind="local", tag="stable")


def local(text: str = LOCAL) -> repo_info.InfoImage:
    (found,) = parse(text.encode(), WHERE)
    return found


def test_packages_of_debian() -> None:
    found = local()
    assert found.inventory
    assert [(p.name, p.version, p.arch, p.source_name, p.source_version) for p in found.inventory.packages] == [
        ("libaudit-common", "1:3.0.9-1", "", "audit", "1:3.0.9-1"),
        ("libaudit1", "1:3.0.9-1", "amd64", "audit", "1:3.0.9-1"),
        ("base-files", "12.4+deb12u13", "", "base-files", "12.4+deb12u13"),
        ("dpkg", "1.21.22", "", "dpkg", "1.21.22"),
    ]
    assert found.inventory.packages[0].licenses == ("GPL-1", "LGPL-2.1")
    assert found.inventory.distro
    assert (found.inventory.distro.id, found.inventory.distro.version) == ("debian", "12")
    assert "dependencies" in found.inventory.gaps[0].reason
    assert [name.tag for name in found.base.names] == ["1.30.4", "stable"]
    assert found.base.image.env == ("PATH=/bin", "NGINX_VERSION=1.30.4")
    assert found.base.key == "sha256:" + "1" * 64


def test_a_list_that_was_cut_is_not_known() -> None:
    """It would look as if the image had fewer issues."""
    assert local(LOCAL.partition("### `dpkg` source package: `dpkg=")[0]).inventory is None


@pytest.mark.parametrize("version", ["13ubuntu10.3", "13.8", "12.4"])
def test_a_release_that_is_not_told_is_not_guessed(version: str) -> None:
    found = local(LOCAL.replace("12.4+deb12u13", version)).inventory
    assert found
    assert found.distro is None


def test_packages_of_a_kind_that_is_not_read() -> None:
    assert local(LOCAL + "\n## `rpm` (`.rpm`-based packages)\n").inventory is None


def test_what_is_no_such_document() -> None:
    with pytest.raises(CatalogError, match="local/stable.md is not what repo-info publishes"):
        local("# Something\n")
    assert parse(b"## nothing", InfoDocument(repository="docker.io/library/nginx", kind="remote", tag="x")) == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/repo-info/repos/python/local/3.12.md", ("docker.io/library/python", "local", "3.12")),
        ("repos/python/remote/3.12-slim.md", ("docker.io/library/python", "remote", "3.12-slim")),
        ("repos/python/README.md", None),
        ("repos/Python/local/x.md", None),
        ("repos/python/local/x.md.orig", None),
    ],
)
def test_where_a_document_stands(path: str, expected: tuple[str, str, str] | None) -> None:
    found = document(path)
    assert (found and (found.repository, found.kind, found.tag)) == expected


def real(shared: Path, name: str) -> tuple[repo_info.InfoImage, ...]:
    path = shared / "data/images/repo-info" / name
    where = document(str(path))
    assert where
    return parse(path.read_bytes(), where)


def test_the_real_manifests_of_python(shared: Path) -> None:
    found = real(shared, "repos/python/remote/3.12-slim-bookworm.md")
    assert [str(one.base.image.platform) for one in found] == [
        "linux/amd64", "linux/arm/v7", "linux/arm64/v8", "linux/386", "linux/ppc64le",
    ]  # fmt: skip
    image = found[0].base.image
    assert image.manifest_digest == "sha256:4427763a1ba36f5aa8f656a03e5d00f3b8d61f5dd950c73df6c14f8c7640f8ab"
    assert image.config_digest == "sha256:4a7066d275a270e82ae35c51c7beed7167a9e23713d8b95ea5a5dc5c229d60aa"
    assert [layer.size for layer in image.layers] == [28232655, 3533361, 13671299, 250]
    assert sum(layer.size or 0 for layer in image.layers) == found[0].base.size == 45437565
    assert all(not layer.diff_id for layer in image.layers)
    assert (
        found[0].base.names[0].index_digest == "sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579"
    )
    assert image.history[0].created == "2026-08-24T00:00:00Z"
    assert image.history[0].created_by == "RUN # debian.sh --arch 'amd64' out/ 'bookworm' '@1787529600'"
    assert [one.empty_layer for one in image.history].count(False) == len(image.layers)
    assert image.created == "2026-08-25T01:21:02Z"
    assert found[0].inventory is None


def test_all_real_manifests_add_up(shared: Path) -> None:
    for name in ("debian/remote/bookworm-slim", "debian/remote/trixie-slim", "python/remote/3-alpine3.23"):
        found = real(shared, f"repos/{name}.md")
        assert found
        for one in found:
            assert sum(layer.size or 0 for layer in one.base.image.layers) == one.base.size, one.base.label
            assert len([x for x in one.base.image.history if not x.empty_layer]) == len(one.base.image.layers)


@pytest.mark.parametrize(
    ("name", "count", "release", "tags"),
    [
        ("python/local/3-alpine3.23", 29, "3.23.5", ["3.14.7-alpine3.23", "3-alpine3.23"]),
        ("node/local/22-alpine3.23", 18, "3.23.6", ["22-alpine3.23"]),
        ("ruby/local/3.4-alpine3.23", None, None, None),
        ("nginx/local/stable-alpine-slim", None, None, None),
    ],
)
def test_the_real_packages_of_alpine(
    shared: Path, name: str, count: int | None, release: str | None, tags: list[str] | None
) -> None:
    (found,) = real(shared, f"repos/{name}.md")
    text = (shared / "data/images/repo-info/repos" / f"{name}.md").read_text()
    assert found.inventory
    assert (
        len(found.inventory.packages) == text.count("### `apk` package") == (count or text.count("### `apk` package"))
    )
    assert found.inventory.distro
    assert found.inventory.distro.version.startswith(release or "3.")
    assert found.base.image.platform == Platform()
    assert {package.version for package in found.inventory.packages if package.name == "musl"}
    assert tags is None or [one.tag for one in found.base.names] == tags
    assert all(package.licenses for package in found.inventory.packages if not package.name.startswith("."))
