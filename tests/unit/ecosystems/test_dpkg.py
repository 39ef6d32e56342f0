from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from backports import zstd

from garboard.model.package import Absent, Frozen, Hold, Licenses, Marks, Owns, Package
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read, wanted

cataloger = cataloger_of("dpkg")

LIBC = """\
Package: libc6
Status: install ok installed
Priority: optional
Section: libs
Installed-Size: 12986
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Architecture: amd64
Multi-Arch: same
Source: glibc
Version: 2.36-9+deb12u9
Replaces: libc6-amd64
Provides: libc6-2.36 (= 2.36-9), libc-abi
Depends: libgcc-s1, libcrypt1 (>= 1:4.4.10-10~) | libcrypt2 [amd64], python3:any (>= 3.9)
Pre-Depends: dpkg (>= 1.15)
Conffiles:
 /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab
Description: GNU C Library: Shared libraries
 Version: not this one
 .
 Package: nor this
"""


def stanza(name: str, state: str = "install ok installed", more: str = "", version: str = "1.0-1") -> str:
    return f"Package: {name}\nStatus: {state}\nArchitecture: all\nVersion: {version}\n{more}"


def status(*stanzas: str):
    return read(cataloger, "var/lib/dpkg/status", "\n".join(stanzas))


def test_every_field():
    assert status(LIBC) == [
        Package(
            type="deb",
            name="libc6",
            version="2.36-9+deb12u9",
            scheme="deb",
            arch="amd64",
            source_name="glibc",
            requires=(("dpkg",), ("libgcc-s1",), ("libcrypt1", "libcrypt2"), ("python3",)),
            provides=("libc6-2.36", "libc-abi"),
            vendor="GNU Libc Maintainers <debian-glibc@lists.debian.org>",
            section="libs",
            installed_size=12986 * 1024,
        ),
    ]


def test_a_source_with_its_own_version():
    (found,) = packages(status(stanza("libgcc-s1", more="Source: gcc-12 (12.2.0-14)\n", version="12.2.0-14+b1")))
    assert (found.source_name, found.source_version) == ("gcc-12", "12.2.0-14")


@pytest.mark.parametrize(
    ("state", "installed"),
    [
        ("install ok installed", True),
        ("hold ok installed", True),
        ("deinstall ok installed", True),
        ("install ok unpacked", True),
        ("install reinstreq half-configured", True),
        ("install ok triggers-awaited", True),
        ("install ok triggers-pending", True),
        ("deinstall ok config-files", False),
        ("purge ok not-installed", False),
    ],
)
def test_states(state, installed):
    facts = status(stanza("a", state))
    assert gaps(facts) == []
    assert bool(packages(facts)) is installed


def test_a_half_installed_package_is_a_gap():
    facts = status(stanza("a", "install reinstreq half-installed"))
    assert packages(facts) == []
    assert gaps(facts) == ["package a is half-installed: whether its files are there is not known"]


def test_what_is_missing_or_unknown_is_a_gap_and_the_rest_is_read():
    facts = status(
        stanza("first"),
        "Package: noversion\nStatus: install ok installed\n",
        "Status: install ok installed\nVersion: 1\n",
        stanza("odd", "install ok melted"),
        "rubbish without fields\n",
        stanza("last"),
    )
    assert [p.name for p in packages(facts)] == ["first", "last"]
    assert gaps(facts) == [
        "package noversion has no version",
        "a package without a name (version 1)",
        "package odd is in the unknown state 'melted'",
        "holds text that is no package's stanza",
    ]


def test_a_removed_package_without_version_is_none():
    assert status("Package: gone\nStatus: deinstall ok config-files\n") == [Absent(type="deb", name="gone")]


def test_continued_fields_and_two_architectures():
    facts = status(
        stanza("a", more="Depends: b,\n c (>= 1) | d,\n e\n"),
        stanza("a").replace("Architecture: all", "Architecture: i386"),
    )
    assert packages(facts)[0].requires == (("b",), ("c", "d"), ("e",))
    assert [p.arch for p in packages(facts)] == ["all", "i386"]


def test_bytes_that_are_no_utf8():
    facts = read(cataloger, "var/lib/dpkg/status", stanza("a").encode() + b"Maintainer: J\xe9r\xf4me\n")
    assert packages(facts)[0].vendor == "J�r�me"


def test_distroless():
    facts = read(
        cataloger, "var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n"
    )
    assert [(p.name, p.version) for p in packages(facts)] == [("tzdata", "2024a-0+deb12u1")]
    listing = "d41d8cd98f00b204e9800998ecf8427e  ./usr/lib/python3/dist-packages/six-1.16.dist-info/METADATA\n0  usr/share/doc/x\n"
    assert read(cataloger, "var/lib/dpkg/status.d/python3-six.md5sums", listing) == [
        Owns(type="deb", package="python3-six", paths=("usr/lib/python3/dist-packages/six-1.16.dist-info/METADATA",)),
    ]


def test_file_lists_tell_the_owner_of_language_packages():
    listing = (
        "/.\n/usr\n/usr/lib/python3/dist-packages/six.egg-info\n/usr/lib/python3/dist-packages/a.egg-info/PKG-INFO\n"
        "/usr/lib/python3/dist-packages/a.egg-info/top_level.txt\n/usr/share/nodejs/abbrev/package.json\n/usr/x.dist-info\n"
        "/usr/x.dist-info/METADATA\n/usr/x.dist-info/RECORD\n"
    )
    assert read(cataloger, "var/lib/dpkg/info/some:amd64.list", listing) == [
        Owns(
            type="deb",
            package="some:amd64",
            paths=(
                "usr/lib/python3/dist-packages/six.egg-info",
                "usr/lib/python3/dist-packages/a.egg-info/PKG-INFO",
                "usr/share/nodejs/abbrev/package.json",
                "usr/x.dist-info/METADATA",
            ),
        ),
    ]
    assert read(cataloger, "var/lib/dpkg/info/other.list", "/.\n/usr/share/doc/ls\n") == []


def test_what_came_along():
    text = (
        "Package: libfoo\nArchitecture: amd64\nAuto-Installed: 1\n\n"
        "Package: curl\nArchitecture: amd64\nAuto-Installed: 0\n\nPackage: x\nAuto-Installed: 1\n"
    )
    assert read(cataloger, "var/lib/apt/extended_states", text) == [Marks(type="deb", automatic=("libfoo:amd64", "x"))]


def test_licenses_of_machine_readable_copyright_files_only():
    text = (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: x\n"
        "License: GPL-2+ with OpenSSL exception \n text\n License: not this\n\nFiles: d/*\nLicense: MIT\n text\n\nLicense: MIT\n"
    )
    assert read(cataloger, "usr/share/doc/foo/copyright", text) == [
        Licenses(type="deb", package="foo", licenses=("GPL-2+ with OpenSSL exception", "MIT")),
    ]
    assert read(cataloger, "usr/share/doc/foo/copyright", "This is free software.\nLicense: GPL\n") == []


def wall(*entries: dict[str, object]) -> bytes:
    lines = [{"jsonwall": "1.0", "schema": "1.0", "count": len(entries) + 1}, *entries]
    return zstd.compress("\n".join(json.dumps(line, separators=(",", ":")) for line in lines).encode() + b"\n")


def test_chisel():
    facts = read(
        cataloger,
        "var/lib/chisel/manifest.wall",
        wall(
            {"kind": "package", "name": "base-files", "version": "13ubuntu10", "sha256": "0", "arch": "amd64"},
            {"kind": "package", "name": "nothing"},
            {
                "kind": "path",
                "path": "/usr/x.dist-info/METADATA",
                "mode": "0644",
                "slices": ["python3-x_core", "python3-x_all"],
            },
            {"kind": "path", "path": "/etc/debian_version", "mode": "0644", "slices": ["base-files_release-info"]},
            {"kind": "slice", "name": "base-files_release-info"},
        ),
    )
    assert [(p.type, p.name, p.version, p.arch) for p in packages(facts)] == [
        ("deb", "base-files", "13ubuntu10", "amd64")
    ]
    assert facts[-1] == Owns(type="deb", package="python3-x", paths=("usr/x.dist-info/METADATA",))
    assert gaps(facts) == ["line 3: a package without name or version"]


@pytest.mark.parametrize("data", [b"", b"no zstd", wall({"kind": "package"})[:-5]])
def test_a_manifest_that_is_no_zstd_is_a_gap(data):
    (reason,) = gaps(read(cataloger, "var/lib/chisel/manifest.wall", data)) or ["cannot be decompressed"]
    assert reason.startswith("cannot be decompressed")


def test_a_manifest_that_explodes_is_a_gap(monkeypatch):
    monkeypatch.setattr("garboard.ecosystems.dpkg.cataloger._MANIFEST_BYTES", 1000)
    assert (
        "larger than 1000 bytes"
        in gaps(read(cataloger, "var/lib/chisel/manifest.wall", zstd.compress(bytes(10_000_000))))[0]
    )


def test_paths():
    assert not wanted(cataloger, "var/lib/dpkg/status-old")
    assert not wanted(cataloger, "var/lib/dpkg/info/libc6:amd64.md5sums")
    assert not wanted(cataloger, "usr/share/doc/a/b/copyright")


def test_the_machines_own_database_as_dpkg_query_tells_it():
    path = Path("/var/lib/dpkg/status")
    if not path.exists():
        pytest.skip("this machine has no dpkg database")
    form = "${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"
    told = subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True).stdout
    lines = [line.split("\t") for line in told.splitlines()]
    expected = {tuple(line[1:]) for line in lines if line[0] not in {"not-installed", "config-files", "half-installed"}}
    facts = read(cataloger, "var/lib/dpkg/status", path.read_bytes())
    assert gaps(facts) == []
    assert {(p.name, p.version, p.arch, p.source, p.source_version_or_own) for p in packages(facts)} == expected


def test_realistic_images(shared):
    for folder in sorted((shared / "data" / "images" / "derived").iterdir()):
        if not (folder / "packages.tsv").exists():
            continue
        facts = read(cataloger, "var/lib/dpkg/status", (folder / "var/lib/dpkg/status").read_bytes())
        assert gaps(facts) == []
        assert len(packages(facts)) == (folder / "var/lib/dpkg/status").read_text().count(
            "\nStatus: install ok installed\n"
        )


@pytest.mark.parametrize(
    "text",
    [
        "package: a\nSTATUS: install ok Installed\nversion: 1\n\nPackage: b\nVersion: 2\n",
        "Package : a\nVersion\t: 1 \n\nPackage:\tb\t\nVersion:2\n",
        "Package: a\r\nVersion: 1\r\n\r\nPackage: b\r\nVersion: 2\r\n",
        "Package: a\nVersion: 1\n \t\nPackage: b\nVersion: 2\n",
        "\n\n\nPackage: a\nVersion: 1\n\n\n\nPackage: b\nVersion: 2",
    ],
    ids=["any case", "blanks at the colon", "ends of lines as on Windows", "a separator of blanks", "many separators"],
)
def test_stanzas_as_dpkg_reads_them(text):
    facts = read(cataloger, "var/lib/dpkg/status", text)
    assert [(package.name, package.version) for package in packages(facts)] == [("a", "1"), ("b", "2")]
    assert gaps(facts) == []


def test_the_databases_of_an_image_without_var():
    for path in ("usr/lib/dpkg/status", "usr/lib/dpkg/status.d/a", "usr/lib/dpkg/info/a.list"):
        assert wanted(cataloger, path)
    assert len(packages(read(cataloger, "usr/lib/dpkg/status", "Package: a\nVersion: 1\n"))) == 1


def test_updates_that_are_not_in_the_status_file_yet():
    facts = read(cataloger, "var/lib/dpkg/updates/0001", "Package: a\nStatus: install ok installed\nVersion: 2\n")
    assert [(package.name, package.version) for package in packages(facts)] == [("a", "2")]
    assert ["did not put into its status file" in reason for reason in gaps(facts)] == [True]
    assert read(cataloger, "var/lib/dpkg/updates/tmp.i", "#padding\n" * 50) == []


def test_many_damaged_stanzas_are_told_in_sum():
    facts = read(cataloger, "var/lib/dpkg/status", "x\n\n" * 500 + "Package: a\nVersion: 1\n")
    assert len(packages(facts)) == 1
    assert gaps(facts)[-1] == "480 more packages cannot be read"
    facts = read(cataloger, "var/lib/dpkg/status", "x\n\n" * 20_000)
    assert gaps(facts)[-1] == "holds more than 10000 problems, the limit: what follows them was not read"


def test_a_field_beyond_the_limit_is_a_gap():
    facts = read(cataloger, "var/lib/dpkg/status", "Package: a\nVersion: 1\nDepends: " + "b, " * 100_000)
    assert packages(facts) == []
    assert gaps(facts) == ["the stanza of a has 299999 characters of depends; the limit is 262144"]


def test_what_dpkg_holds():
    text = "\n".join((stanza("a", "hold ok installed"), stanza("b"), stanza("c", "hold ok config-files")))
    facts = read(cataloger, "var/lib/dpkg/status", text)
    assert [one.name for one in packages(facts)] == ["a", "b"]
    assert [one for one in facts if isinstance(one, Hold)] == [Hold(type="deb", names=("a:all",), how="held by dpkg")]


LIVE = "deb http://deb.debian.org/debian bookworm main\n"


@pytest.mark.parametrize(
    ("path", "text", "archive"),
    [
        ("sources.list", LIVE, ""),
        ("sources.list", f"# deb http://snapshot.debian.org/archive/debian/20240101T000000Z sid main\n{LIVE}", ""),
        ("sources.list", f"deb-src http://snapshot.debian.org/archive/debian/1 sid main\n{LIVE}", ""),
        (
            "sources.list",
            "deb [check-valid-until=no] http://snapshot.debian.org/a/2 sid main\n",
            "snapshot.debian.org/a/2",
        ),
        ("sources.list.d/a.list", "deb http://archive.debian.org/debian buster main", "archive.debian.org/debian"),
        ("sources.list.d/a.list", "deb https://m.test/2024-06-30/debian b main", "https://m.test/2024-06-30"),
        ("sources.list.d/a.list", "deb https://m.test/ubuntu20240630/ b main", ""),
        ("sources.list.d/a.list", "deb [snapshot=20240630T120000Z] http://m.test/u b main", "20240630T120000Z"),
        ("sources.list.d/a.sources", "Types: deb\nURIs: http://deb.debian.org/debian\n", ""),
        ("sources.list.d/a.sources", "# http://snapshot.debian.org/x\nTypes: deb\nURIs: http://a.test/\n", ""),
        ("sources.list.d/a.sources", "URIs: http://snapshot.ubuntu.com/x\nEnabled: no\n\nURIs: http://a.test/\n", ""),
        ("sources.list.d/a.sources", "URIs:\n http://a.test\n http://snapshot.ubuntu.com/x\n", "snapshot.ubuntu.com/x"),
        ("sources.list.d/a.list.save", "deb http://snapshot.debian.org/x sid main\n", ""),
        ("sources.list", "deb file:///repo ./\n", "file:///repo"),
        ("sources.list", f"{LIVE}deb [trusted=yes arch=amd64] file:/repo ./\n", "file:/repo"),
        ("sources.list", "deb copy:/repo sid main\n", "copy:/repo"),
        ("sources.list", "deb cdrom:[Debian]/ sid main\n", "cdrom:[Debian]/"),
        ("sources.list", f"#deb file:/repo ./\ndeb-src file:/repo ./\n{LIVE}", ""),
        ("sources.list", "deb mirror+file:/etc/apt/mirrors.list sid main\n", ""),
        ("sources.list.d/a.sources", "Types: deb\nURIs: file:/repo\nSuites: ./\n", "file:/repo"),
        ("sources.list.d/a.sources", "URIs: http://a.test/\n file:/repo\nSuites: ./\n", "file:/repo"),
        ("sources.list.d/a.sources", "URIs: file:/repo\nEnabled: no\n\nURIs: http://a.test/\n", ""),
        ("apt.conf.d/50", 'APT::Snapshot "20240630T120000Z";\n', "20240630T120000Z"),
        ("apt.conf.d/50", '// APT::Snapshot "20240630T120000Z";\n', ""),
    ],
)
def test_archives_that_never_change(path, text, archive):
    facts = read(cataloger, f"etc/apt/{path}", text)
    assert facts == ([Frozen(type="deb", archive=archive)] if archive else [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Package: a b\nPin: version 1.2*\nPin-Priority: 1001\n", ("a", "b")),
        ("Package: src:a\nPin: version 1.2\nPin-Priority: 500\n", ("src:a",)),
        ("# a word\nPackage: php*\nPin: release *\nPin-Priority: -1\n", ("php*",)),
        ("Package: *\nPin: release a=testing\nPin-Priority: -10\n", ()),
        ("Package: a\nPin: version *\nPin-Priority: 990\n", ()),
        ("Package: a\nPin: version 1\nPin-Priority: -1\n\nPackage: b\nPin: version 1\nPin-Priority: 2\n", ("a", "b")),
        ("Package: a\nPin: version 1\nPin-Priority: x\n", ()),
        ("\x00\xff:", ()),
    ],
)
def test_what_apts_preferences_hold(text, names):
    for path in ("preferences", "preferences.d/a", "preferences.d/a.pref"):
        facts = read(cataloger, f"etc/apt/{path}", text)
        assert facts == ([Hold(type="deb", names=names, how="pinned by apt's preferences")] if names else [])
    assert read(cataloger, "etc/apt/preferences.d/a.bak", text) == []


def pin(package: str, what: str, priority: int) -> str:
    return f"Package: {package}\nPin: {what}\nPin-Priority: {priority}\n"


RELEASE = "release n=bullseye"
SECURITY = "release l=Debian-Security"


@pytest.mark.parametrize(
    ("stanzas", "names", "to"),
    [
        ((pin("*", RELEASE, 1001),), ("*",), RELEASE),
        ((pin("*", "release n=bookworm", 990),), ("*",), "release n=bookworm"),
        ((pin("*", "release o=Debian,a=stable", 900),), ("*",), "release o=Debian,a=stable"),
        ((pin("*", SECURITY, -1),), ("*",), "archives without security updates"),
        ((pin("*", SECURITY, 600), pin("*", RELEASE, 900)), ("*",), RELEASE),
        ((pin("a b", RELEASE, 600),), ("a", "b"), RELEASE),
        ((pin("a", "origin a.test", 900),), ("a",), "origin a.test"),
        ((pin("a", 'origin ""', 900),), ("a",), 'origin ""'),
        ((pin("*", RELEASE, 500),), (), ""),
        ((pin("*", RELEASE, 100),), (), ""),
        ((pin("*", "release n=bookworm*", 990),), (), ""),
        ((pin("*", "release v=12", 990),), (), ""),
        ((pin("*", "release o=Debian", 990),), (), ""),
        ((pin("*", "release a=bookworm-backports", 990),), (), ""),
        ((pin("*", SECURITY, 990), pin("*", RELEASE, 990)), (), ""),
        ((pin("*", "origin a.test", 1000),), (), ""),
        ((pin("a", "release n=bookworm-security", 990),), (), ""),
        ((pin("a", RELEASE, 400),), (), ""),
    ],
)
def test_a_pin_of_an_archive_holds_what_it_keeps_from_updates(stanzas, names, to):
    """By the priorities that ``apt-cache policy`` gives the archives of a release."""
    facts = read(cataloger, "etc/apt/preferences", "\n".join(stanzas))
    how = f"pinned to {to} by apt's preferences"
    assert facts == ([Hold(type="deb", names=names, how=how)] if names else [])
