"""``garboard catalog`` as a user types it, and what a catalogue changes in a scan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from garboard.cli import main
from tests.unit.cli.image_on_disk import OS_RELEASE, stanza, tar, write_image
from tests.unit.image.layers import builders as written

ROOT = tar({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": stanza("openssl", "3.0.9-1").encode()})


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARBOARD_CATALOGUE", str(tmp_path / "catalogue.sqlite"))
    monkeypatch.setenv("GARBOARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GARBOARD_DB", str(tmp_path / "db"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1786363200")


class Ran:
    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *words: str | Path) -> tuple[int, str, str]:
        code = main.run([str(word) for word in words])
        out, err = self._capfd.readouterr()
        return code, out, err

    def json(self, *words: str | Path) -> Any:
        return json.loads(self(*words)[1])


@pytest.fixture
def ran(capfd: pytest.CaptureFixture[str]) -> Ran:
    return Ran(capfd)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The image of which `write_image`'s is one more layer."""
    return written.docker_archive(tmp_path / "base.tar", [ROOT], ("debian:12",))


def test_add_show_list(ran: Ran, base: Path) -> None:
    code, out, _ = ran("catalog", "add", base, "--name", "debian:bookworm")
    assert code == 0
    assert "debian:12: 1 layers, 1 packages" in out
    assert "docker.io/library/debian" in ran("catalog", "list")[1]
    assert "12, bookworm" in ran("catalog", "list", "debian")[1]
    shown = ran("catalog", "show", "debian:12", "--packages")[1]
    for text in (
        "Distribution: debian 12",
        "End of life:  not known; run: garboard db update endoflife",
        "openssl 3.0.9-1",
        "Platform:     linux/amd64",
        "docker-archive, 2026-08-10",
    ):
        assert text in shown, shown
    (found,) = ran.json("catalog", "show", "debian:12", "--json")
    assert [one["name"] for one in found["names"]] == [
        "docker.io/library/debian:12",
        "docker.io/library/debian:bookworm",
    ]
    assert found["packageList"][0]["name"] == "openssl"
    assert ran("catalog", "show", found["key"][7:19])[0] == 0
    assert ran("catalog", "show", found["key"][7:18])[0] == 2


def test_a_scan_knows_its_base_without_dockerfile_or_network(ran: Ran, base: Path, tmp_path: Path) -> None:
    app = write_image(tmp_path / "app.tar")
    bare = ran.json("scan", "--json", "--offline", "--quiet", app)
    assert (bare["docker"]["baseImage"], bare["lineage"]) == ("", [])
    ran("catalog", "add", base)
    found = ran.json("scan", "--json", "--offline", "--quiet", app)
    assert found["docker"]["baseImage"] == "debian:12"
    assert (found["attribution"]["how"], found["attribution"]["baseLayers"]) == ("exact", 1)
    assert [(step["kind"], step["name"], step["layers"]) for step in found["lineage"]] == [
        ("own", str(app), 1), ("image", "debian:12", 1), ("root", "", 0),
    ]  # fmt: skip
    text = ran("scan", "--offline", "--quiet", app)[1]
    assert "Lineage:           this image ← debian:12 ← root file system (" in text
    assert "the maintainers of debian" in text
    assert "Lineage: this image ← debian:12" in ran("layers", "--offline", "--quiet", app)[1]


def test_a_damaged_catalog_is_a_gap_unless_it_was_named(ran: Ran, tmp_path: Path) -> None:
    app = write_image(tmp_path / "app.tar")
    (tmp_path / "catalogue.sqlite").write_bytes(b"x" * 4096)
    found = ran.json("layers", "--format", "json", "--offline", "--quiet", app)
    assert any("its base was not looked for" in gap["reason"] for gap in found["gaps"])
    code, _, err = ran("scan", "--offline", "--quiet", "--catalog", tmp_path / "catalogue.sqlite", app)
    assert code == 2
    assert "damaged" in err
    assert ran("scan", "--offline", "--quiet", "--catalog", tmp_path / "absent", app)[0] == 2


def test_there_is_none_yet(ran: Ran) -> None:
    code, _, err = ran("catalog", "list")
    assert code == 2
    assert "garboard catalog sync" in err


def test_approve(ran: Ran, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran("catalog", "add", base)
    assert ran("catalog", "approve", "debian:12", "--reason", "ours", "--until", "2026-12-31")[1] == (
        "approved: docker.io/library/debian:12 until 2026-12-31\n"
    )
    assert "docker.io/library/debian:12  until 2026-12-31  ours" in ran("catalog", "list")[1]
    assert "Approved:     yes" in ran("catalog", "show", "debian:12")[1]
    code, out, err = ran("catalog", "approve", "debian:12", "--until", "2026-08-09")
    assert (code, out) == (2, "")
    assert "2026-08-09 is over already" in err
    assert "until 2026-12-31" in ran("catalog", "list")[1]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1799000000")
    assert "(ended)" in ran("catalog", "list")[1]
    assert "Approved" not in ran("catalog", "show", "debian:12")[1]
    assert ran("catalog", "approve", "--remove", "debian:12")[0] == 0
    assert ran("catalog", "approve", "--remove", "debian:12")[0] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("approve", "python*"), "says nothing of tags"),
        (("approve", f"python@sha256:{'0' * 64}"), "not a name with a tag"),
        (("approve", "python:3", "--until", "tomorrow"), "takes a date"),
        (("sync", "python", "--since", "2026-13-01"), "takes a date"),
        (("sync", "python:3", "--offline"), "not a repository"),
        (("sync", "python", "--offline"), "offline"),
        (("sync", "python", "--platform", "x"), "invalid platform"),
        (("prune",), "which images are to go"),
        (("import", "repo-info"), "needs a PATH"),
        (("import", "a", "b"), "nothing to import from"),
        (("import", "repo-info", "/nowhere"), "holds no repos"),
        (("import", "official-images", "https://x.example/library/python", "--offline"), "offline"),
        (("import", "absent"), "cannot read the bundle"),
        (("add", "absent.tar", "--offline"), ""),
        (("add", "a", "b", "--name", "c:1"), "names one image"),
        (("show", "python:3"), "no catalog"),
    ],
)
def test_what_does_not_go(ran: Ran, words: tuple[str, ...], message: str) -> None:
    code, _, err = ran("catalog", *words)
    assert code == 2
    assert message in err


def test_export_and_import(ran: Ran, base: Path, tmp_path: Path) -> None:
    ran("catalog", "add", base)
    ran("catalog", "approve", "debian:*")
    file, digest = ran("catalog", "export", tmp_path / "bases")[1].split()
    code, out, _ = ran("catalog", "import", file, "--digest", digest, "--catalog", tmp_path / "other.sqlite")
    assert code == 0
    assert "1 approvals left out (--with-approvals takes them over)" in out
    ran("catalog", "import", file, "--with-approvals", "--catalog", tmp_path / "other.sqlite")
    one, two = (
        ran.json("catalog", "list", "--json", "--catalog", tmp_path / name)
        for name in ("catalogue.sqlite", "other.sqlite")
    )
    assert [image.pop("source") for found in (one, two) for image in found["images"]] == ["docker-archive", "bundle"]
    assert one == two


def test_official_images(ran: Ran, base: Path, tmp_path: Path) -> None:
    ran("catalog", "add", base, "--name", "debian:jessie")
    library = tmp_path / "official" / "library"
    library.mkdir(parents=True)
    (library / "debian").write_text("Maintainers: x\n\nTags: bookworm, 12\n")
    assert (
        ran("catalog", "import", "official-images", tmp_path / "official")[1]
        == "1 official images with 2 tags that are built now\n"
    )
    shown = ran("catalog", "show", "debian:12")[1]
    assert "debian:jessie  (no longer built)" in shown
    assert "debian:12\n" in shown


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_repository_that_is_not_there(ran: Ran, base: Path, more: tuple[str, ...]) -> None:
    ran("catalog", "add", base)
    code, out, err = ran("catalog", "list", "nosuch", *more)
    assert (code, out) == (2, "")
    assert "the catalog has no image of docker.io/library/nosuch" in err


def test_prune_of_a_repository_leaves_what_others_name(ran: Ran, base: Path) -> None:
    ran("catalog", "add", base, "--name", "ours:1")
    assert ran("catalog", "prune", "--repository", "debian")[1] == (
        "0 images removed; 1 more lost the names of docker.io/library/debian, and others name them\n"
    )
    shown = ran("catalog", "show", "ours:1")[1]
    assert "ours:1" in shown
    assert "debian:12" not in shown


def test_prune(ran: Ran, base: Path) -> None:
    ran("catalog", "add", base)
    assert ran("catalog", "prune", "--older-than", "1")[1] == "0 images removed\n"
    assert ran("catalog", "prune", "--repository", "debian")[1] == "1 image removed\n"
    assert "No images" in ran("catalog", "list")[1]
