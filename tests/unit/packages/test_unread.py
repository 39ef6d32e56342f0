"""What no cataloger reads is a gap, wherever it lies, unless what was read answers for it."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from garboard import image as images
from garboard.ecosystems import ECOSYSTEMS
from garboard.ecosystems.node import LOCKING
from garboard.image.handle import OpenedTree, Tree
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.gap import Gap
from garboard.model.image import Image
from garboard.model.package import Inventory
from garboard.packages import bills, unread, unread_kinds
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.packages.declared import DECLARATIONS
from tests.unit.ecosystems.test_programs import information
from tests.unit.executables import elf
from tests.unit.image.layers.builders import Entry, Given, folder, hard, link, tar

ELF = b"\x7fELF" + bytes(60)
GO = ELF + b"\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0abc"
RELOCATABLE = ELF[:16] + b"\1\0" + ELF[18:]
CORE = ELF[:16] + b"\0\4" + ELF[18:]
PROGRAMS = "programs that no package manager installed"
LIBRARIES = "shared libraries that no package manager installed"
OVERWRITTEN = "programs and libraries of packages"
OTHER = b"\x7fELF" + b"\1" * 60
STATUS = "Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: amd64\nMaintainer: {maintainer}\n\n"
NO_MANIFEST = "npm packages without a package.json"
NAMED = b'{"name": "a", "version": "1.0.0"}'
DEBIAN = "A Team <a@lists.debian.org>"
VENDOR = "Vendor <info@vendor.example>"


def layer(files: Mapping[str, bytes], mode: int = 0o755) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), mode
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def inventory(*layers: bytes) -> Inventory:
    return assemble(images.read(Given(*layers), CATALOGERS, NoCache(), Options()))


def gaps(*layers: bytes) -> list[Gap]:
    return list(inventory(*layers).gaps)


def kinds(*layers: bytes) -> dict[str, str]:
    return {gap.subject: gap.reason for gap in gaps(*layers) if gap.subject != "distribution"}


def deb(name: str, *paths: str, version: str = "1-1", maintainer: str = DEBIAN) -> dict[str, bytes]:
    stanza = STATUS.format(name=name, version=version, maintainer=maintainer)
    return {
        "var/lib/dpkg/status": stanza.encode(),
        f"var/lib/dpkg/info/{name}.list": "".join(f"/{path}\n" for path in paths).encode(),
    }


EVERY = tuple((kind, glob) for kind, globs in unread_kinds.LISTS.items() for glob in globs)


@pytest.mark.parametrize(("kind", "glob"), EVERY, ids=[glob for _, glob in EVERY])
def test_every_kind_is_told(kind: str, glob: str) -> None:
    path = glob.replace("**/", "opt/x/").replace("*", "a")
    data = b'{"bomFormat": "CycloneDX"}' if kind == bills.KIND else b""
    assert kinds(layer({path: data})) == {kind: f"found, and not read: {path}"}
    folder, _, name = path.rpartition("/")
    assert kinds(layer({path: data}), layer({f"{folder}/.wh.{name}": b""})) == {}


@pytest.mark.parametrize(
    ("kind", "there", "described"),
    [
        ("Python packages without metadata", "usr/lib/python3/site-packages/a-1.dist-info/RECORD", "METADATA"),
        ("Python packages without metadata", "usr/lib/python3/site-packages/a-1.dist-info/WHEEL", "METADATA"),
        ("Python packages without metadata", "usr/lib/python3/site-packages/a-1.dist-info/INSTALLER", "METADATA"),
        (
            "Python packages without metadata",
            "usr/lib/python3/site-packages/a-1.dist-info/entry_points.txt",
            "METADATA",
        ),
        ("Python packages without metadata", "opt/lib/a-1.egg-info/SOURCES.txt", "PKG-INFO"),
        ("Python packages without metadata", "opt/lib/a-1.egg-info/requires.txt", "METADATA"),
        ("npm packages without a package.json", "app/node_modules/a/index.js", "package.json"),
        ("npm packages without a package.json", "app/node_modules/@s/a/index.mjs", "package.json"),
        ("npm packages without a package.json", "app/node_modules/b/node_modules/a/index.cjs", "package.json"),
    ],
)
def test_what_lacks_the_file_that_names_it(kind: str, there: str, described: str) -> None:
    folder = there.rpartition("/")[0]
    text = b'{"name": "a", "version": "1.0.0"}' if described == "package.json" else b"Name: a\nVersion: 1\n"
    named = {f"{folder}/{described}": text}
    told = {kind: f"found, and not read: {folder}"}
    assert kinds(layer({there: b"{}"})) == told
    assert kinds(layer({there: b"{}", **named})) == kinds(layer({there: b"{}"}), layer(named)) == {}
    assert kinds(layer(named), layer({there: b"{}"})) == {}
    removed = layer({f"{folder}/.wh.{described}": b""})
    assert kinds(layer({there: b"{}", **named}), removed) == told
    gone = layer({f"{folder.rpartition('/')[0]}/.wh.{folder.rpartition('/')[2]}": b""})
    assert kinds(layer({there: b"{}"}), gone) == kinds(layer({there: b"{}", **named}), removed, gone) == {}


@pytest.mark.parametrize(
    "path",
    [
        "app/node_modules/.cache/a/index.js",
        "app/node_modules/@s/index.js",
        "app/node_modules/index.js",
        "app/node_modules/a/README.md",
        "app/node_modules/b/test/node_modules/a/index.js",
        "app/x_node_modules.js",
    ],
)
def test_what_is_no_npm_package_lacks_nothing(path: str) -> None:
    named = {"app/node_modules/b/package.json": b'{"name": "b", "version": "1.0.0"}'}
    assert kinds(layer({path: b"x", **named})) == {}


@pytest.mark.parametrize("path", ["lib/a.js", "dist/x/y/a.cjs"])
@pytest.mark.parametrize("package", ["a", "@s/a", "b/node_modules/a"])
def test_files_of_a_package_lie_at_any_depth(package: str, path: str) -> None:
    files = {f"app/node_modules/{package}/{path}": b"x"}
    told = {NO_MANIFEST: f"found, and not read: app/node_modules/{package}"}
    assert kinds(layer(files)) == told
    assert kinds(layer(files), layer({f"app/node_modules/{package}/package.json": NAMED})) == {}


@pytest.mark.parametrize("target", ["../../packages/a", "/packages/a", ".././/../packages/a/"])
def test_a_link_in_the_place_of_an_npm_package(target: str) -> None:
    entries = [link("app/node_modules/a", target), ("packages/a/lib/a.js", b"x")]
    told = {NO_MANIFEST: "found, and not read: packages/a"}
    assert kinds(tar(entries)) == told
    assert kinds(tar([*entries, ("packages/a/package.json", NAMED)])).keys().isdisjoint(told)
    assert kinds(tar(entries), tar([("packages/a/package.json", NAMED)])).keys().isdisjoint(told)
    assert kinds(tar(entries), tar(["packages/.wh.a"])) == {}
    assert kinds(tar([link("app/node_modules/.bin/a", "../a/a.js"), ("app/a/a.js", b"x")])) == {}


def test_a_folder_of_an_npm_package_is_a_member_of_its_own() -> None:
    entries = [folder("app/node_modules/a"), ("app/node_modules/a/lib/deep/a.js", b"x")]
    assert kinds(tar(entries)) == {"npm packages without a package.json": "found, and not read: app/node_modules/a"}
    assert kinds(tar([folder("app/node_modules/a"), "app/node_modules/a/README.md"])) == {}


def test_in_a_folder_on_disk_too(tmp_path: Path) -> None:
    (tmp_path / "app/node_modules/a/lib").mkdir(parents=True)
    (tmp_path / "app/node_modules/a/lib/a.js").write_bytes(b"x")
    opened = OpenedTree(image=Image(name="x", source="dir"), tree=Tree(root=tmp_path))
    files = images.read(opened, CATALOGERS, NoCache(), Options())
    assert [gap.subject for gap in assemble(files).gaps] == ["npm packages without a package.json"]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("install ok installed", False),
        ("deinstall ok config-files", False),
        ("install ok half-installed", False),
        ("", True),
    ],
)
@pytest.mark.parametrize("name", ["b", "b:amd64"])
@pytest.mark.parametrize("end", ["list", "md5sums"])
def test_a_file_list_without_a_stanza(state: str, told: bool, name: str, end: str) -> None:
    files = deb("a")
    if state:
        stanza = STATUS.format(name="b", version="1-1", maintainer=DEBIAN).replace("install ok installed", state)
        files["var/lib/dpkg/status"] += stanza.encode()
    files[f"var/lib/dpkg/info/{name}.{end}"] = b"/.\n"
    kind = "file lists of packages that are not in dpkg's status"
    expected = {kind: f"found, and not read: var/lib/dpkg/info/{name}.{end}"} if told else {}
    assert {subject: reason for subject, reason in kinds(layer(files)).items() if subject == kind} == expected


def test_a_list_of_checksums_without_the_package_beside_it() -> None:
    lists = {"var/lib/dpkg/status.d/b.md5sums": b"x  usr/bin/b\n"}
    kind = "file lists of packages that are not in dpkg's status"
    assert kinds(layer(lists)) == {kind: "found, and not read: var/lib/dpkg/status.d/b.md5sums"}
    assert kinds(layer({**lists, "var/lib/dpkg/status.d/b": b"Package: libb\nVersion: 1\n"})) == {}


def test_no_cataloger_reads_what_is_called_unread() -> None:
    read = {glob for one in ECOSYSTEMS for glob in one.globs}
    assert read & set(unread.GLOBS) == set()


LOCKS = tuple(lock for one in ECOSYSTEMS for lock in one.locks)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_without_an_installation(name: str) -> None:
    assert list(kinds(layer({f"app/{name}": b""}))) == ["dependency lists without an installation"]


@pytest.mark.parametrize(
    ("lock", "installed", "told"),
    [
        ("app/package-lock.json", "app/node_modules/a/package.json", False),
        ("app/package-lock.json", "usr/lib/node_modules/a/package.json", True),
        ("app/node_modules/a/yarn.lock", "app/node_modules/a/package.json", False),
        ("app/requirements.txt", "usr/lib/python3/site-packages/a-1.dist-info/METADATA", False),
        ("app/requirements.txt", "usr/lib/python3/site-packages/pip-1.dist-info/METADATA", True),
    ],
)
def test_a_lock_file_beside_an_installation(lock: str, installed: str, told: bool) -> None:
    name = "pip" if "pip-1" in installed else "a"
    text = f'{{"name": "{name}", "version": "1.0.0"}}' if installed.endswith(".json") else f"Name: {name}\nVersion: 1\n"
    assert bool(kinds(layer({lock: b"a==1\n", installed: text.encode()}))) is told


@pytest.mark.parametrize(
    ("lock", "text", "told"),
    [
        ("requirements.txt", "# all\ndjango==2.0\nRequests[socks] >= 2 ; python_version > '3'\n-r other.txt\n", True),
        ("requirements.txt", "six\n", False),
        ("requirements.txt", "", True),
        ("poetry.lock", '[[package]]\nname = "django"\nversion = "2.0"\n', True),
        ("poetry.lock", '[[package]]\nname = "Six"\nversion = "1"\n[[package]]\nname = "pytest"\n', False),
        ("Pipfile.lock", '{\n    "default": {\n        "django": {\n', True),
        ("Pipfile.lock", '{\n    "default": {\n        "six": {\n', False),
        ("Gemfile.lock", "GEM\n  specs:\n    rack (2.2.2)\n", True),
    ],
)
def test_a_lock_file_is_answered_for_by_its_own_packages(lock: str, text: str, told: bool) -> None:
    other = {"usr/lib/python3/dist-packages/six-1.dist-info/METADATA": b"Name: six\nVersion: 1\n"}
    assert bool(kinds(layer({f"app/{lock}": text.encode(), **other}))) is told


def test_what_a_later_layer_wrote_over_a_packages_file_is_not_its_own() -> None:
    path = "usr/share/nodejs/lodash/package.json"
    base = {path: b'{"name": "lodash", "version": "4.17.21"}', **deb("node-lodash", path)}
    files = images.read(
        Given(layer(base), layer({path: b'{"name": "lodash", "version": "4.17.11"}'})), CATALOGERS, NoCache(), Options()
    )
    (found,) = [one for one in assemble(files).packages if one.type == "npm"]
    assert (found.version, found.owner) == ("4.17.11", "")


def test_a_distribution_without_packages_is_told() -> None:
    release = {"etc/os-release": b"ID=debian\nVERSION_ID=12\n"}
    assert "no package of this distribution" in kinds(layer({**release, "var/lib/dpkg/status": b""}))["debian"]
    assert kinds(layer({**release, **deb("a")})) == {}


@pytest.mark.parametrize(
    ("path", "mode", "data", "kind"),
    [
        ("usr/local/bin/app", 0o755, ELF, PROGRAMS),
        ("app", 0o755, ELF, PROGRAMS),
        ("usr/local/bin/app", 0o644, ELF, PROGRAMS),
        ("srv/app", 0o644, ELF, PROGRAMS),
        ("srv/app", 0o644, b"#!/bin/sh", ""),
        ("usr/local/bin/app", 0o755, GO, "Go programs"),
        ("usr/local/bin/app", 0o755, ELF + b"\xff Go buildinf:", "Go programs"),
        ("usr/local/bin/app", 0o755, b"#!/bin/sh\n" * 20, ""),
        ("srv/app", 0o644, ELF + bytes(1 << 20), PROGRAMS),
        ("srv/app", 0o644, GO + bytes(1 << 20), "Go programs"),
        ("srv/app", 0o644, b"\0" * (1 << 20), ""),
        ("srv/app", 0o755, ELF + bytes(100) + b"UPX!\r\x16", "programs packed by UPX"),
        ("srv/app.exe", 0o644, b"MZ" + bytes(600) + b"UPX!", "programs packed by UPX"),
        ("srv/app", 0o755, b"\xcf\xfa\xed\xfe" + bytes(600) + b"UPX!", "programs packed by UPX"),
        ("usr/lib/libc.so.6", 0o644, ELF, LIBRARIES),
        ("opt/x/a.so", 0o644, ELF, LIBRARIES),
        ("opt/x/a.so", 0o644, GO, "Go programs"),
        ("opt/x/a.so", 0o644, b"/* a linker's script */", ""),
        ("usr/lib/git-core/git", 0o755, ELF, PROGRAMS),
        ("usr/lib/chromium/chromium", 0o755, ELF, PROGRAMS),
        ("usr/libexec/x/run", 0o755, ELF, PROGRAMS),
        ("usr/share/code/code", 0o755, ELF, PROGRAMS),
        ("usr/games/x", 0o755, ELF, PROGRAMS),
        ("lib/systemd/systemd", 0o755, ELF, PROGRAMS),
        ("opt/x/lib/foo/server", 0o755, ELF, PROGRAMS),
        ("usr/lib/git-core/git", 0o644, ELF, PROGRAMS),
        ("srv/app.bin", 0o644, ELF, PROGRAMS),
        ("srv/app.txt", 0o644, ELF, ""),
        ("boot/memtest", 0o644, ELF, PROGRAMS),
        ("boot/xen.elf", 0o755, ELF, PROGRAMS),
        ("opt/go/pkg/tool/link", 0o755, GO, "Go programs"),
        ("srv/modules", 0o755, ELF, PROGRAMS),
        ("usr/lib/x/a.o", 0o755, RELOCATABLE, ""),
        ("usr/lib/libx.so", 0o755, RELOCATABLE, ""),
        ("usr/bin/core", 0o755, CORE, ""),
        ("var/lib/dpkg/info/bash.preinst", 0o755, ELF, ""),
        ("usr/lib/jvm/java-17/bin/java", 0o755, ELF, PROGRAMS),
        ("app/node_modules/esbuild/bin/esbuild", 0o755, GO, "Go programs"),
    ],
)
def test_programs_that_nobody_owns(path: str, mode: int, data: bytes, kind: str) -> None:
    assert list(kinds(layer({path: data}, mode))) == [kind] * bool(kind)


def test_a_program_that_was_built_in_a_folder_is_the_images_own() -> None:
    program = elf({".go.buildinfo": information("mod\texample.com/m\t(devel)\n")})
    assert kinds(layer({"srv/m": program, **PACKAGED})) == {}


@pytest.mark.parametrize(
    "path",
    [
        "usr/lib/chromium/chromium",
        "usr/lib/git-core/git",
        "usr/lib/python3.11/config-3.11/python.o.1",
        "usr/libexec/x/run.bin",
        "usr/share/code/chrome_crashpad_handler",
        "usr/games/x",
        "lib/systemd/systemd",
        "lib/ld-musl-x86_64",
        "boot/x",
        "opt/x/lib/foo/server",
        "usr/lib/debug/.build-id/ab/cd.debug",
    ],
)
@pytest.mark.parametrize("later", [False, True], ids=["with its list", "in a layer below it"])
def test_programs_of_packages_outside_the_folders_of_programs(path: str, later: bool) -> None:
    parts = [{path: ELF}, deb("a", path)]
    found = kinds(*map(layer, parts)) if later else kinds(layer(parts[0] | parts[1]))
    assert found.keys() == (
        {PROGRAMS} if later and path.startswith("opt/") else set()
    )  # none of Debian's own lies there
    if path.startswith(("lib/", "usr/lib/")):
        merged = path.removeprefix("usr/") if path.startswith("usr/") else f"usr/{path}"
        assert kinds(layer({path: ELF, **deb("a", merged)})) == {}
    database = f"P:a\nV:1-r0\nF:{path.rpartition('/')[0]}\nR:{path.rpartition('/')[2]}\n\n"
    assert kinds(layer({path: ELF, "lib/apk/db/installed": database.encode()})) == {}


@pytest.mark.parametrize("script", [b"#!/bin/sh\ngit gc\n", b"#!/bin/sh\n" + b"# why\n" * 40 + b"git gc\n"])
def test_what_a_script_calls_is_known_however_short_it_is(script: bytes) -> None:
    found = assemble(images.read(Given(layer({"start.sh": script})), CATALOGERS, NoCache(), Options()))
    assert "git" in found.tools


def test_a_program_that_is_replaced() -> None:
    assert kinds(layer({"app": ELF}), layer({"app": b"#!/bin/sh\n"})) == {}
    assert list(kinds(layer({"app": b"#!/bin/sh\n"}), layer({"app": ELF}))) == [PROGRAMS]
    assert kinds(layer({"x/app": ELF}), layer({".wh.x": b""})) == {}


TARGET = {"srv/a-1.dist-info/METADATA": b"Name: a\nVersion: 1\n"}
METADATA = {"opt/v/lib/site-packages/a-1.dist-info/METADATA": b"Name: a\nVersion: 1\n"}
PACKAGED = {"app/node_modules/esbuild/package.json": b'{"name": "esbuild", "version": "1.0.0"}'}
MANIFEST = {"app/node_modules/a/package.json": b'{"name": "a", "version": "1.0.0"}'}
GEM = {
    "opt/gems/3.1.0/specifications/a-1.gemspec": b"# stub: a 1 ruby lib\nGem::Specification.new do |s|\n"
    b'  s.name = "a".freeze\n  s.version = "1"\nend\n'
}


@pytest.mark.parametrize(
    ("path", "packages", "told"),
    [
        ("opt/v/lib/site-packages/a/bin/protoc", METADATA, False),
        ("opt/v/lib/site-packages/a.libs/libb.so.1", METADATA, False),
        ("srv/a/_a.so", TARGET, False),
        ("srv/a.libs/libb.so.1", TARGET, False),
        ("srv/b/_b.so", TARGET, True),
        ("srv/bin/tool", TARGET, True),
        ("opt/v/lib/site-packages/a/bin/protoc", {}, True),
        ("opt/w/lib/site-packages/a/bin/protoc", METADATA, True),
        ("app/node_modules/a/bin/tool", MANIFEST, False),
        ("app/node_modules/a/build/Release/a.so", MANIFEST, False),
        ("app/node_modules/b/bin/tool", MANIFEST, True),
        ("opt/gems/3.1.0/gems/a-1/ext/a.so", GEM, False),
        ("opt/gems/3.1.0/extensions/x86_64-linux/3.1.0/a-1/a.so", GEM, False),
        ("opt/gems/3.1.0/gems/b-1/ext/b.so", GEM, True),
        ("opt/gems/bin/tool", {}, True),
        ("app/src/a.so", {"app/a.egg-info/PKG-INFO": b"Name: a\nVersion: 1\n"}, True),
    ],
)
def test_programs_and_libraries_within_packages(path: str, packages: dict[str, bytes], told: bool) -> None:
    assert bool(kinds(layer({path: ELF, **packages}))) is told


DOTNET = b'{"libraries": {"a/1.0": {"type": "project"}}, "targets": {"x": {"a/1.0": {"runtime": {"a.dll": {}}}}}}'


@pytest.mark.parametrize(
    ("library", "beside", "expected"),
    [
        ("usr/local/lib/libpython3.so.1", {"usr/local/bin/python3": ELF}, [PROGRAMS]),
        ("opt/jdk/lib/server/libjvm.so", {"opt/jdk/bin/java": ELF}, [PROGRAMS]),
        ("opt/dotnet/shared/a/libcore.so", {"opt/dotnet/dotnet": ELF}, [PROGRAMS]),
        ("app/liba.so", {"app/a.deps.json": DOTNET}, []),
        ("app/a.dll", {"app/a.deps.json": DOTNET}, []),
        ("app/runtimes/linux/a.dll", {"app/a.deps.json": DOTNET}, []),
        ("app/a.dll", {"srv/a.deps.json": DOTNET}, [".NET and Windows libraries"]),
        ("usr/lib/liba.so", {"usr/bin/a": ELF}, [PROGRAMS, LIBRARIES]),
        ("lib/liba.so", {"bin/a": ELF}, [PROGRAMS, LIBRARIES]),
    ],
)
def test_libraries_of_an_installation_that_is_told_of(
    library: str, beside: dict[str, bytes], expected: list[str]
) -> None:
    assert list(kinds(layer({library: ELF if ".so" in library else b"MZ\x90\0", **beside}))) == expected


DPKG = "var/lib/dpkg"
SITE = "opt/v/lib/site-packages/a-1.dist-info"


@pytest.mark.parametrize(
    ("links", "subject"),
    [
        ({f"{DPKG}/status": "status"}, f"{DPKG}/status"),
        ({f"{DPKG}/status": "a", f"{DPKG}/a": "b", f"{DPKG}/b": "status"}, f"{DPKG}/status"),
        ({DPKG: "../lib/dpkg"}, f"{DPKG}/status"),
        ({f"{DPKG}/info": "/x", "x": f"/{DPKG}/info"}, f"{DPKG}/info"),
        ({f"{SITE}/METADATA": "METADATA"}, f"{SITE}/METADATA"),
        ({f"{SITE}/METADATA": "/a", "a": f"/{SITE}/METADATA"}, f"{SITE}/METADATA"),
        ({f"{DPKG}/status": "status/deeper"}, "symbolic links"),
        ({f"{DPKG}/status": "x/" * 9000 + "y"}, "symbolic links"),
        ({f"{SITE}/METADATA": "x/" * 9000 + "y"}, "symbolic links"),
    ],
    ids=[
        "itself",
        "in a circle",
        "a folder itself",
        "folders in a circle",
        "metadata",
        "metadata afar",
        "deeper",
        "long",
        "long metadata",
    ],
)
def test_links_that_lead_nowhere_are_told(links: dict[str, str], subject: str) -> None:
    entries = [link(path, target) for path, target in links.items()]
    assert any(subject in told for told in kinds(tar(entries)))
    # Where the link is gone nothing is left to tell.
    first = entries[0].path
    data = b"Name: a\nVersion: 1\n" if SITE in first else b""
    gone = tar(["var/lib/.wh.dpkg"] if first == DPKG else [(first, data)])
    assert kinds(tar(entries), gone).get(first) is None


def test_links_that_lead_somewhere_are_not_told() -> None:
    data = deb("a")["var/lib/dpkg/status"]
    assert kinds(tar([link("var/lib/dpkg/status", "a"), link("var/lib/dpkg/a", "b"), ("var/lib/dpkg/b", data)])) == {}


ROOTS = [glob.replace("**/*", "{root}").replace("*", "a") for glob in unread_kinds.ROOTS]


@pytest.mark.parametrize("path", ROOTS)
@pytest.mark.parametrize("root", ["rootfs", "srv/chroot/a", "opt/root"])
def test_a_package_database_below_another_root(path: str, root: str) -> None:
    path = path.format(root=root)
    told = {"package databases of another root file system": f"found, and not read: {path}"}
    assert kinds(layer({path: b"x"})) == told
    assert kinds(layer({path: b""})) == {}
    assert kinds(layer({path.removeprefix(f"{root}/"): b"x"})).keys().isdisjoint(told)


@pytest.mark.parametrize("database", ["var/lib/dpkg/status.d", "usr/lib/dpkg/status.d", "var/log/packages"])
def test_a_folder_of_a_database_below_another_root(database: str) -> None:
    path = f"srv/root/{database}/a"
    told = {"package databases of another root file system": f"found, and not read: srv/root/{database}"}
    assert kinds(layer({path: b"Package: a\nVersion: 1\n"})) == told
    assert kinds(layer({path: b"x"}), layer({f"srv/root/{database}/.wh.a": b""})) == {}
    assert kinds(layer({f"{database}/a": b"Package: a\nVersion: 1\n"})).keys().isdisjoint(told)


@pytest.mark.parametrize(
    "database",
    [
        "var/lib/dpkg/status",
        "usr/lib/dpkg/status",
        "var/lib/chisel/manifest.wall",
        "lib/apk/db/installed",
        "usr/lib/apk/db/installed",
        "usr/lib/opkg/status",
        *(f"{folder}/{name}" for folder in ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
          for name in ("Packages", "Packages.db", "rpmdb.sqlite")),
        "var/lib/rpmmanifest/container-manifest-2",
    ],
)  # fmt: skip
def test_every_database_is_known_below_another_root(database: str) -> None:
    assert f"**/*/{database}" in unread_kinds.ROOTS


def test_a_package_database_where_a_link_leads_is_read() -> None:
    status = deb("a")["var/lib/dpkg/status"]
    entries = [link("var/lib/dpkg", "../../data/var/lib/dpkg"), ("data/var/lib/dpkg/status", status)]
    assert kinds(tar(entries)) == {}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("app/WEB-INF/classes/com/example/A.class", "compiled Java classes"),
        ("app/a.dll", ".NET and Windows libraries"),
        ("app/a.DLL", ".NET and Windows libraries"),
        ("usr/share/code/extensions/a/package.json", "extensions of editors"),
        ("app/requirements-prod.txt", "dependency lists without an installation"),
        ("app/requirements.prod.txt", "dependency lists without an installation"),
        ("app/requirements_base.txt", "dependency lists without an installation"),
        ("app/requirements/base.txt", "dependency lists without an installation"),
    ],
)
def test_files_by_other_usual_names(path: str, kind: str) -> None:
    text = (
        b'{"name": "a", "version": "1.0.0", "engines": {"vscode": "^1"}}' if path.endswith(".json") else b"django==2\n"
    )
    if path.lower().endswith(".dll"):
        text = b"MZ\x90\0"
    assert kinds(layer({path: text})) == {kind: f"found, and not read: {path}"}
    assert kinds(layer({path: text, **deb("a", path)})).get(kind) is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/requirements-dev.txt", "pytest\n"),
        ("app/requirements/test.txt", "pytest\n"),
        ("app/docs/requirements-docs.txt", "sphinx\n"),
        ("app/requirements/all.txt", "# all\n-r base.txt\n\n-c constraints.txt"),
        ("app/my-requirements.text", "django\n"),
        ("app/requirements/readme/x.txt", "To be read before django\n"),
        ("app/test-requirements.txt", "django\n"),
        ("app/requirements/dev/base.txt", "django\n"),
    ],
)
def test_requirements_that_an_image_does_without(path: str, text: str) -> None:
    assert kinds(layer({path: text.encode()})) == {}


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("app/requirements/base.txt", "six\n", False),
        (
            "app/Pipfile",
            '[[source]]\nname = "pypi"\n[packages]\nsix = "*"\n[dev-packages]\npytest = "*"\npylint = "*"\n',
            False,
        ),
        ("app/Pipfile", '[packages]\ndjango = {version = "2"}\n', True),
        ("app/Gemfile", "source 'https://rubygems.org'\ngem 'rack'\n", True),
    ],
)
def test_lists_of_requirements_are_answered_for_by_their_packages(path: str, text: str, told: bool) -> None:
    other = {"usr/lib/python3/dist-packages/six-1.dist-info/METADATA": b"Name: six\nVersion: 1\n"}
    assert bool(kinds(layer({path: text.encode(), **other}))) is told


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("var/cache/apt/archives/b_1-1_amd64.deb", False),
        ("root/.cache/x/b-1.gem", True),
        ("app/cache/b_1-1_amd64.deb", True),
        ("app/var/cache/apt/archives/b_1-1_amd64.deb", True),
        ("var/cache/apt/archives/partial/b_1-1_amd64.deb", False),
        ("var/cache/apk/b-1-r0.apk", False),
        ("var/cache/dnf/updates-1/packages/b-1-1.x86_64.rpm", False),
        ("var/cache/yum/x/b-1-1.x86_64.rpm", False),
        ("root/.cargo/registry/cache/index.crates.io-1/b-1.0.0.crate", False),
        ("app/gems/cache/b-1.gem", True),
        ("opt/gems/3.1.0/cache/b-1.gem", False),
        ("opt/a_1-1_amd64.deb", False),
        ("opt/a_2%3a1-1_amd64.deb", False),
        ("opt/a_1-2_amd64.deb", False),
        ("opt/b_1-1_amd64.deb", True),
        ("opt/aa_1-1_amd64.deb", True),
        ("opt/a-1.gem", False),
        ("opt/a-1-x86_64-linux.gem", False),
        ("opt/a-b-1.gem", True),
        ("opt/a.deb", True),
        ("opt/a-1-r0.apk", True),
    ],
)
def test_what_an_installation_left_is_not_told(path: str, told: bool) -> None:
    assert bool(kinds(layer({path: b"", **deb("a", version="2:1-1"), **GEM}))) is told


SITE_PACKAGES = "opt/v/lib/python3.12/site-packages"


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        ({}, True),
        ({"pip-1.dist-info/METADATA": b"Name: pip\nVersion: 1\n"}, True),
        ({"a_b-1.dist-info/METADATA": b"Name: A.b\nVersion: 1\n"}, False),
        ({"x-1.dist-info/METADATA": b"Name: x\nVersion: 1\n"}, True),
        ({"x-1.dist-info/METADATA": b"Name: x\nVersion: 1\n", "x-1.dist-info/top_level.txt": b"x\na_b\n"}, False),
        (
            {
                "x-1.dist-info/METADATA": b"Name: x\nVersion: 1\n",
                "x-1.dist-info/RECORD": b"../../../bin/x,sha256=a,1\na_b/__init__.py,,\nx.py,,\n",
            },
            False,
        ),
        (
            {
                "x-1.dist-info/METADATA": b"Name: x\nVersion: 1\n",
                "x-1.dist-info/RECORD": b"x/" + b"x" * unread.HEAD + b"\na_b-c/x,,\n",
            },
            True,
        ),
        (
            {
                "x-1.dist-info/METADATA": b"Name: x\nVersion: 1\n",
                "x-1.dist-info/RECORD": b"x/" + b"x" * unread.HEAD + b",,\r\na_b/__init__.py,,\r\n",
            },
            False,
        ),
        ({"x.egg-info/PKG-INFO": b"Name: x\nVersion: 1\n", "x.egg-info/top_level.txt": b"a_b"}, False),
        ({"../dist-packages/a_b-1.dist-info/METADATA": b"Name: a-b\nVersion: 1\n"}, True),
    ],
)
def test_a_folder_of_a_python_package_that_nothing_names(beside: dict[str, bytes], told: bool) -> None:
    path = f"{SITE_PACKAGES}/a_b/__init__.py"
    files = {f"{SITE_PACKAGES}/{name}": data for name, data in beside.items()}
    kind = "modules and folders of Python packages without metadata"
    expected = {kind: f"found, and not read: {SITE_PACKAGES}/a_b"} if told else {}
    assert kinds(layer({path: b"", **files})) == kinds(layer({path: b""}), layer(files)) == expected
    owned = "usr/lib/python3/dist-packages/a_b/__init__.py"
    assert kinds(layer({owned: b"", **deb("a", owned)})) == {}


ELF = b"\x7fELF" + bytes(60)


@pytest.mark.parametrize(
    ("listed", "described", "told"),
    [
        (b"../../../bin/x,sha256=a,1\n", True, False),
        (b"../../../bin/x,sha256=a,1\r\nx/__init__.py,,\r\n", True, False),
        (b"../../../bin/x,sha256=a,1\n", False, True),
        (b"../../../bin/y,sha256=a,1\n", True, True),
        (b"../../../../../opt/v/bin/x,sha256=a,1\n", True, True),
        (b"../../../../v/bin/x,sha256=a,1\n", True, True),
        (b"", True, True),
    ],
)
def test_a_program_that_a_python_package_brought(listed: bytes, told: bool, *, described: bool) -> None:
    home = "opt/v/lib/python3.11/site-packages/x-1.dist-info"
    files = {"opt/v/bin/x": ELF, f"{home}/RECORD": listed}
    if described:
        files[f"{home}/METADATA"] = b"Name: x\nVersion: 1\n"
    assert (PROGRAMS in kinds(layer(files))) == told
    assert (PROGRAMS in kinds(layer(files), layer({"opt/v/bin/z": b""}))) == told


@pytest.mark.parametrize(("version", "same"), [("1.0.0", True), ("2.0.0", False)])
def test_the_crate_of_a_program_that_a_python_package_brought_is_that_package(version: str, *, same: bool) -> None:
    crates = {"packages": [{"name": "x", "version": "1.0.0", "source": "local", "root": True}]}
    home = f"opt/v/lib/python3.11/site-packages/x-{version}.dist-info"
    files = {
        "opt/v/bin/x": elf({".dep-v0": zlib.compress(json.dumps(crates).encode())}),
        f"{home}/RECORD": b"../../../bin/x,,\n",
        f"{home}/METADATA": f"Name: x\nVersion: {version}\n".encode(),
    }
    crate, wheel = inventory(layer(files)).packages
    assert (crate.type, crate.application, wheel.type) == ("cargo", True, "pypi")
    assert crate.same_as == (wheel.id if same else "")


@pytest.mark.parametrize(
    ("path", "what", "names"),
    [
        ("six.py", "six.py", "six.py,sha256=x,1\n"),
        ("six.pyc", "six.pyc", "six.pyc,,\n"),
        ("_x.cpython-312-x86_64-linux-gnu.so", "_x.cpython-312-x86_64-linux-gnu.so", "_x.cpython-312-x86_64-linux-gnu.so,,\n"),
        ("ns/six.py", "ns", "ns/six.py,,\n"),
        ("ns/sub/__init__.py", "ns", "ns/sub/__init__.py,,\n"),
        ("ns/__init__.pyc", "ns", "ns/__init__.pyc,,\n"),
        ("ns/_c.abi3.so", "ns", "ns/_c.abi3.so,,\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("home", [SITE_PACKAGES, "usr/lib/python3/dist-packages"])
def test_modules_and_namespaces_that_nothing_names(home: str, path: str, what: str, names: str) -> None:
    kind = "modules and folders of Python packages without metadata"
    data = ELF if path.endswith(".so") else b""
    files = {f"{home}/{path}": data, f"{home}/x-1.dist-info/METADATA": b"Name: x\nVersion: 1\n"}
    assert kinds(layer(files)) == {kind: f"found, and not read: {home}/{what}"}
    assert kinds(layer({**files, f"{home}/x-1.dist-info/RECORD": names.encode()})) == {}
    top_level = what.partition(".")[0].encode()
    assert kinds(layer({**files, f"{home}/x-1.dist-info/top_level.txt": top_level})) == {}
    if home.startswith("usr/") and not path.endswith(".pyc"):
        assert kinds(layer({**files, **deb("a", f"{home}/{path}")})) == {}


@pytest.mark.parametrize(
    ("strangers", "told"),
    [
        (("evil/__init__.py", "evil/a.py", "evil/b/__init__.py"), ("evil",)),
        (("evil.py",), ("evil.py",)),
        (("cloud/evil/__init__.py",), ("cloud/evil",)),
        (("cloud/evil/x.abi3.so",), ("cloud/evil/x.abi3.so",)),
        (("cloud/storage/added.py", "cloud/storage/added/__init__.py"), ()),
        (("evil/data.json", "evil/__pycache__/a.cpython-312.pyc"), ()),
    ],
)
@pytest.mark.parametrize("beside", [{}, {"top_level.txt": b"ns\n"}])
@pytest.mark.parametrize("apart", [False, True])
def test_a_stranger_in_a_namespace_of_others(
    strangers: tuple[str, ...], told: tuple[str, ...], beside: dict[str, bytes], *, apart: bool
) -> None:
    kind = "modules and folders of Python packages without metadata"
    listed = ("cloud/storage/__init__.py", "cloud/storage/a/__init__.py", "cloud/lone.py", "cloud/storage/a/b.py")
    record = "".join(f"ns/{path},,\n" for path in listed)
    metadata = {"METADATA": b"Name: ns.cloud\nVersion: 1\n", "RECORD": record.encode(), **beside}
    own = {f"{SITE_PACKAGES}/ns/{path}": b"" for path in listed}
    own |= {f"{SITE_PACKAGES}/ns.cloud-1.dist-info/{name}": data for name, data in metadata.items()}
    others = {f"{SITE_PACKAGES}/ns/{path}": ELF if path.endswith(".so") else b"" for path in strangers}
    assert kinds(layer(own)) == {}
    found = kinds(*([layer(own), layer(others)] if apart else [layer({**own, **others})]))
    names = ", ".join(f"{SITE_PACKAGES}/ns/{path}" for path in told)
    assert found == ({kind: f"found, and not read: {names}"} if told else {})


@pytest.mark.parametrize("listed", ["ns/__init__.py,,\nns/a.py,,\n", "ns/a.py,,\nx.py,,\nns/__init__.py,,\n"])
def test_a_package_that_distributions_share_and_one_has_itself_is_no_namespace(listed: str) -> None:
    metadata = {"METADATA": b"Name: ns\nVersion: 1\n", "RECORD": listed.encode()}
    files = {f"{SITE_PACKAGES}/ns-1.dist-info/{name}": data for name, data in metadata.items()}
    assert kinds(layer({**files, f"{SITE_PACKAGES}/ns/b/c.py": b""})) == {}


@pytest.mark.parametrize(
    "path",
    [
        *("__pycache__/six.cpython-312.pyc", "distutils-precedence.pth", "README.txt", "x.pth", "_virtualenv.py"),
        *(
            "sitecustomize.py",
            "x.libs/liba.so",
            "x-1.dist-info/x.py",
            "six-stubs/__init__.pyi",
            "x-1.data/x.py",
            "ns/data.json",
        ),
        "x-1.egg/x.py",
    ],
)
def test_what_lies_among_python_packages_and_is_none(path: str) -> None:
    files = {f"{SITE_PACKAGES}/{path}": b"", f"{SITE_PACKAGES}/x-1.dist-info/METADATA": b"Name: x\nVersion: 1\n"}
    assert kinds(layer(files)) == {}


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("app/Gemfile", b"#!/usr/bin/env ruby\n", "dependency lists without an installation"),
        ("app/tool", b"#!/bin/sh\n# a\nPK\3\4", ""),
        ("opt/jdk/lib/modules", b"\xda\xda\xfe\xca", "Java runtimes"),
        ("opt/jdk/lib/modules", b"", ""),
        ("opt/jdk/release", b'JAVA_VERSION=""\n', "Java runtimes"),
        ("opt/jdk/release", b'IMPLEMENTOR="x"\n', "Java runtimes"),
        ("opt/x/release", b"1.0\n", ""),
        ("app/x.exe", b"MZ" + bytes(64), "Windows programs"),
        ("app/x.EXE", b"MZ" + bytes(64), "Windows programs"),
        ("app/bin/x", b"MZ" + bytes(64), "Windows programs"),
        ("app/bin/x", b"\xcf\xfa\xed\xfe" + bytes(64), "macOS programs"),
        ("app/bin/x", b"\xfe\xed\xfa\xce" + bytes(64), "macOS programs"),
        ("app/x.exe", b"text", ""),
        *((f"tmp/a-1.{one}", b"\xed\xab\0\x1f", "package files") for one in ("gem", "deb", "rpm", "apk")),
        ("tmp/a-1.deb", b"!<arch>\ndebian-binary   ", "package files"),
        ("src/__snapshots__/a.test.js.snap", b"// Jest Snapshot v1\n\nexports[`a`] = `b`;\n", ""),
        ("src/__snapshots__/a.test.js.snap", b"// Jest Snapshot v1\n\nexports[`a`] = `\x1b[31mred`;\n", ""),
        ("tmp/a.snap", b"hsqs" + bytes(60), "package files"),
        ("contrib/x.service.rpm", b"[Unit]\nDescription=x\n" * 100, ""),
        *(
            (f"tmp/a-1{end}", b"", "package files")
            for end in (
                *(".DEB", ".udeb", ".RPM", ".ipk", ".crate", ".nupkg"),
                *(".pkg.tar.zst", ".pkg.tar.xz", ".snap", ".flatpak"),
            )
        ),
    ],
)
def test_what_its_beginning_or_its_end_tells(path: str, data: bytes, kind: str) -> None:
    assert kinds(layer({path: data})) == ({kind: f"found, and not read: {path}"} if kind else {})
    owned = f"usr/lib/x/{path}"
    assert kinds(layer({owned: data, **deb("a", owned)})) == {}


@pytest.mark.parametrize(
    ("path", "data", "beside", "told"),
    [
        ("app/node_modules/a/bower.json", b"{}", MANIFEST, False),
        ("app/node_modules/a/x.wasm", b"", MANIFEST, False),
        ("app/node_modules/a/nuget/a.nuspec", b"", MANIFEST, False),
        ("opt/v/lib/site-packages/a/t64.exe", b"MZ", METADATA, False),
        ("opt/v/lib/site-packages/a.egg-link", b"/app/src\n../", {"app/src/a.egg-info/PKG-INFO": b"Name: a\nVersion: 1\n"}, False),
        ("opt/v/lib/site-packages/a.egg-link", b"/app/src\n../", {"app/a.egg-info/PKG-INFO": b"Name: a\nVersion: 1\n"}, True),
        ("app/vendor/a/b/composer.json", b"{}", {"app/vendor/composer/installed.json": b"{}"}, False),
        ("app/vendor/a/b/composer.json", b"{}", {"srv/vendor/composer/installed.json": b"{}"}, True),
    ],
)  # fmt: skip
def test_what_lies_within_what_was_read(path: str, data: bytes, beside: dict[str, bytes], told: bool) -> None:
    found = kinds(layer({path: data, **beside}))
    assert any(path in reason for reason in found.values()) is told


NEEDS = b'{"dependencies": {"a": "^1.0.0", "@s/b": "1"}%s}'
UNMET = "applications without the npm packages that they need"


@pytest.mark.parametrize("more", [b"", b', "name": "x"', b', "name": "x", "version": "1.0.0", "private": true'])
@pytest.mark.parametrize(
    ("path", "beside", "told"),
    [
        ("app/package.json", {}, True),
        ("package.json", {}, True),
        ("app/package.json", MANIFEST, False),
        ("app/web/package.json", MANIFEST, False),
        ("app/package.json", {"app/web/node_modules/a/package.json": NAMED}, True),
        ("app/package.json", {"app/node_modules/c/package.json": NAMED.replace(b'"a"', b'"c"')}, True),
        ("app/package.json", {"app/node_modules/.pnpm/a@1/node_modules/a/package.json": NAMED}, False),
        ("app/package.json", {"node_modules/a/package.json": NAMED}, False),
        ("app/package.json", {"node_modules/@s/b/package.json": NAMED.replace(b'"a"', b'"@s/b"')}, False),
        ("app/test/fixtures/x/package.json", {}, False),
        ("app/node_modules/a/examples/package.json", MANIFEST, False),
        ("opt/v/lib/site-packages/a/static/package.json", METADATA, False),
    ],
)
def test_an_application_of_which_nothing_is_installed_that_it_needs(
    path: str, beside: dict[str, bytes], told: bool, more: bytes
) -> None:
    found = kinds(layer({path: NEEDS % more, **beside}))
    assert found == ({UNMET: f"found, and not read: {path}; {LOCKING}"} if told else {})
    owned = f"usr/share/x/{path}"
    assert kinds(layer({owned: NEEDS % more, **deb("a", owned)})) == {}
    assert kinds(layer({path: b'{"name": "x", "devDependencies": {"a": "1"}}', **beside})) == {}


@pytest.mark.parametrize("flag", [tarfile.REGTYPE, tarfile.AREGTYPE])
def test_a_program_is_one_in_every_kind_of_regular_member(flag: bytes) -> None:
    assert list(kinds(tar([Entry("usr/local/bin/app", ELF, kind=flag)]))) == [PROGRAMS]


@pytest.mark.parametrize(
    "path",
    [
        "usr/bin/a",
        "usr/lib/x86_64-linux-gnu/liba.so.1",
        "usr/lib/a/bin/tool",
        "usr/libexec/a/run",
        "usr/lib/git-core/git",
        "usr/share/java/a.dll",
    ],
)
@pytest.mark.parametrize("listed", ["", "usr/"], ids=["as it is", "before the merge of /usr"])
def test_a_packages_program_that_a_later_layer_overwrites(path: str, listed: str) -> None:
    base = layer(
        {path: ELF, **deb("a", path.removeprefix(listed))}, 0o644 if "bin/" in path or ".so" in path else 0o711
    )
    told = {OVERWRITTEN: f"layer 2 replaced 1 without the package manager, which still lists the packages: {path} of a; "
            "what lies there now was not judged"}  # fmt: skip
    assert kinds(base) == {}
    assert kinds(base, layer({path: OTHER})) == told
    assert kinds(base, layer({path: OTHER}), layer({"x": b""})) == told
    assert kinds(base, layer({path: OTHER}), layer({path: OTHER})) == {
        OVERWRITTEN: told[OVERWRITTEN].replace("2", "3", 1)
    }
    # What the package manager put there is there again, but not what it put there before that.
    assert kinds(base, layer({path: OTHER}), layer({path: ELF})) == {}
    newer = layer({path: OTHER, **deb("a", path, version="1-2")})
    assert kinds(base, newer, layer({path: ELF})) == {OVERWRITTEN: told[OVERWRITTEN].replace("2", "3", 1)}
    assert kinds(base, newer, layer({path: ELF}), layer({path: OTHER})) == {}
    # Another mode or owner copies a file up as it is; a package manager writes its list.
    assert kinds(base, layer({path: ELF}, 0o755)) == {}
    assert kinds(base, layer({path: OTHER, **deb("a", path, version="1-2")})) == {}
    folder, _, name = path.rpartition("/")
    assert kinds(base, layer({path: OTHER}), layer({f"{folder}/.wh.{name}": b""})) == {}


@pytest.mark.parametrize(
    ("lower", "upper"), [("usr/bin/a", "bin/a"), ("bin/a", "usr/bin/a"), ("lib/x/a", "usr/lib/x/a")]
)
def test_a_program_that_is_overwritten_by_its_other_spelling(lower: str, upper: str) -> None:
    base = layer({lower: ELF, **deb("a", lower)})
    assert list(kinds(base, layer({upper: OTHER}))) == [OVERWRITTEN]
    assert kinds(base, layer({upper: ELF})) == {}
    assert kinds(base, layer({upper: OTHER, **deb("a", upper, version="1-2")})) == {}
    both = layer({lower: ELF, upper: OTHER, **deb("a", lower)})
    assert kinds(both) == kinds(both, layer({lower: ELF}), layer({upper: OTHER})) == {}


def test_a_script_in_the_place_of_a_program_and_a_program_in_that_of_a_script() -> None:
    script = b"#!/bin/sh\nexit 0\n"
    for before, after in ((ELF, script), (script, ELF), (script, script * 2)):
        base = layer({"usr/bin/a": before, **deb("a", "usr/bin/a")})
        assert list(kinds(base, layer({"usr/bin/a": after}))) == [OVERWRITTEN]


@pytest.mark.parametrize(
    "path", ["etc/a.conf", "usr/share/a/a.py", "var/cache/ldconfig/aux-cache", "usr/lib/python3/a.pyc"]
)
def test_what_is_rewritten_in_ordinary_images_is_not_told(path: str) -> None:
    base = layer({path: b"one", **deb("a", path)}, 0o644)
    assert kinds(base, layer({path: b"two"}, 0o644)) == {}


def apk(*packages: tuple[str, str, str]) -> dict[str, bytes]:
    blocks = (f"P:{name}\nV:{version}\nF:usr/bin\nR:{file}\n\n" for name, version, file in packages)
    return {"lib/apk/db/installed": "".join(blocks).encode()}


def test_of_a_database_of_all_packages_the_entry_tells_which_of_them_was_written() -> None:
    base = layer({"usr/bin/a": ELF, **apk(("a", "1-r0", "a"))})
    overwritten = {"usr/bin/a": OTHER}
    assert list(kinds(base, layer(overwritten))) == [OVERWRITTEN]
    more = apk(("a", "1-r0", "a"), ("b", "1-r0", "b"))
    assert list(kinds(base, layer({**overwritten, **more}))) == [OVERWRITTEN]
    assert list(kinds(base, layer(overwritten), layer(more))) == [OVERWRITTEN]
    newer = apk(("a", "1-r1", "a"), ("b", "1-r0", "b"))
    assert kinds(base, layer({**overwritten, **newer})) == {}
    assert kinds(base, layer(overwritten), layer({"usr/bin/a": ELF, **more})) == {}
    # Removed, and installed again at the same version.
    assert kinds(base, layer({"usr/bin/.wh.a": b"", **apk()}), layer({**overwritten, **apk(("a", "1-r0", "a"))})) == {}


def test_a_script_of_a_package_is_no_other_one_by_its_spelling_alone() -> None:
    files = {"bin/a": ELF, "usr/bin/a": OTHER, **apk(("a", "1-r0", "a"))}
    assert kinds(layer(files), layer({"x": b""})) == {}


def test_a_script_in_the_place_of_a_program_below_a_link() -> None:
    base = layer({"usr/bin/a": ELF, **deb("a", "usr/bin/a")})
    assert list(kinds(base, tar([link("bin", "usr/bin"), ("bin/a", OTHER)]))) == [OVERWRITTEN]


DIVERTED = "/usr/bin/a\n/usr/bin/a.distrib\n{by}\n"


@pytest.mark.parametrize(("by", "told"), [("b", []), (":", [PROGRAMS])], ids=["by a package", "by the administrator"])
def test_diverted_programs_are_those_of_their_packages(by: str, told: list[str]) -> None:
    files = deb("a", "usr/bin/a")
    other = deb("b", "usr/bin/a" if by == "b" else "usr/share/doc/b")
    files["var/lib/dpkg/status"] += other["var/lib/dpkg/status"]
    files["var/lib/dpkg/info/b.list"] = other["var/lib/dpkg/info/b.list"]
    files |= {"usr/bin/a": ELF, "usr/bin/a.distrib": OTHER, "var/lib/dpkg/diversions": DIVERTED.format(by=by).encode()}
    assert list(kinds(layer(files))) == told
    del files["var/lib/dpkg/diversions"]
    assert list(kinds(layer(files))) == [PROGRAMS]


@pytest.mark.parametrize(("text", "told"), [("", False), ("/a\n/b\n", True), (DIVERTED.format(by="b"), False)])
def test_diversions_that_cannot_be_read(text: str, told: bool) -> None:
    found = kinds(layer({**deb("b"), "var/lib/dpkg/diversions": text.encode()}))
    assert list(found) == ["var/lib/dpkg/diversions"] * told


@pytest.mark.parametrize(
    ("path", "data"),
    [("usr/bin/app", ELF), ("usr/share/java/A.class", b"\xca\xfe"), ("usr/share/x/composer.lock", b"{}")],
)
@pytest.mark.parametrize(("publisher", "told"), [({}, False), ({"version": "1", "maintainer": VENDOR}, True)])
def test_the_distribution_answers_for_its_own_files(
    path: str, data: bytes, publisher: dict[str, str], told: bool
) -> None:
    files = {path: data, **deb("a", path, **publisher)}
    # A stranger's program is told of with its package (see `garboard.matching.match`).
    assert bool(kinds(layer(files))) is (told and data != ELF)
    assert bool(kinds(layer({path: data, **deb("a", "usr/share/doc/a")}))) is True


def test_of_many_some_are_named() -> None:
    image = layer({f"app/{digit}.wasm": b"" for digit in "54321"})
    [gap] = [one for one in gaps(image) if one.names]
    assert gap.names == tuple(f"app/{digit}.wasm" for digit in "12345")
    [reason] = kinds(image).values()
    assert reason == "found, and not read: app/1.wasm, app/2.wasm, app/3.wasm and 2 more"


@pytest.mark.parametrize(
    ("folder", "content", "describing", "kind"),
    [
        ("var/lib/pacman/local/a-1-1", "files", "desc", "packages of pacman without a description"),
        ("var/db/pkg/dev-libs/a-1", "PF", "CONTENTS", "packages of Portage without a list of files"),
        ("opt/brew/Cellar/a/1.0", "lib/a.h", "INSTALL_RECEIPT.json", "packages of Homebrew without a receipt"),
        ("usr/lib/R/library/a", "R/a.rdb", "DESCRIPTION", "R packages without a description"),
        ("usr/local/lib/R/site-library/a", "R/a.rdb", "DESCRIPTION", "R packages without a description"),
    ],
)
def test_what_describes_a_package_is_missed(folder: str, content: str, describing: str, kind: str) -> None:
    files = {f"{folder}/{content}": b""}
    assert kinds(layer(files))[kind] == f"found, and not read: {folder}"
    assert kind not in kinds(layer({**files, f"{folder}/{describing}": b""}))
    assert kind not in kinds(layer(files), layer({f"{folder}/{describing}": b""}))
    assert kind in kinds(layer({**files, f"{folder}/{describing}": b""}), layer({f"{folder}/.wh.{describing}": b""}))


def test_erlang_modules_without_their_application() -> None:
    beams = {"app/lib/a/ebin/a.beam": b"FOR1", "app/lib/a/ebin/b.beam": b"FOR1"}
    name = "compiled Erlang modules without their application's file"
    assert kinds(layer(beams)) == {name: "found, and not read: app/lib/a/ebin/a.beam, app/lib/a/ebin/b.beam"}
    application = b'{application, a, [{vsn, "1.0"}]}.'
    assert name not in kinds(layer({**beams, "app/lib/a/ebin/a.app": application}))
    assert name not in kinds(layer({"lib/ssl/examples/ebin/a.beam": b"FOR1"}))
    path = "usr/lib/erlang/lib/a/ebin/a.beam"
    assert kinds(layer({path: b"FOR1", **deb("erlang", path)})) == {}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("app/BOOT-INF/classes/com/example/A.class", False),
        ("app/org/springframework/boot/loader/JarLauncher.class", False),
        ("app/META-INF/maven/com.example/demo/pom.xml", False),
        ("other/META-INF/maven/com.example/demo/pom.xml", True),
        ("app/com/example/A.class", True),
        ("other/BOOT-INF/classes/com/example/A.class", True),
        ("other/org/springframework/boot/loader/JarLauncher.class", True),
    ],
)
def test_an_unpacked_application_of_spring_boot(path: str, told: bool) -> None:
    """Its loader and its own classes are told of no more than those of one that is packed."""
    library = io.BytesIO()
    with zipfile.ZipFile(library, "w") as made:
        made.writestr("META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1\n")
    layers = layer({path: b"\xca\xfe\xba\xbe", "app/BOOT-INF/lib/a-1.jar": library.getvalue()})
    assert (not {unread_kinds.CLASSES, unread_kinds.LOCK}.isdisjoint(kinds(layers))) == told


@pytest.mark.parametrize("name", ["sboms/a.cdx.json", "sboms/a.spdx.json", "sboms/rust/sbom.json"])
def test_bills_of_a_distribution_are_answered_by_its_metadata(name: str) -> None:
    home = "v/site-packages/a-1.0.dist-info"
    bill = {f"{home}/{name}": b'{"bomFormat": "CycloneDX"}'}
    metadata = {f"{home}/METADATA": b"Name: a\nVersion: 1.0\n"}
    assert bills.KIND in kinds(layer({f"{home}/WHEEL": b""} | bill))
    assert not kinds(layer(bill | metadata))
    assert list(kinds(layer({"srv/sboms/a.cdx.json": b"{}"} | metadata))) == [bills.KIND]


CLASS = b"\xca\xfe\xba\xbe"
POM = b"<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version></project>"
READERS = (*CATALOGERS, *DECLARATIONS)


def tree(root: Path) -> OpenedTree:
    return OpenedTree(image=Image(name="x", source="dir"), tree=Tree(root=root))


@pytest.mark.parametrize(
    ("path", "beside", "told"),
    [
        ("app/classes/demo/App.class", "app/libs/a-1.jar", False),
        ("srv/webapps/ROOT/WEB-INF/classes/demo/App.class", "srv/webapps/ROOT/WEB-INF/lib/a-1.jar", False),
        ("var/task/demo/App.class", "var/task/lib/a-1.jar", False),
        ("srv/demo/App.class", "srv/lib/a-1.jar", True),
        ("app/classes/demo/App.class", "libs/a-1.jar", True),
        ("app/other/demo/App.class", "app/libs/a-1.jar", True),
        ("app/classes/demo/App.class", "app/libs/sub/a-1.jar", True),
    ],
)
def test_an_applications_own_classes_beside_its_libraries(path: str, beside: str, *, told: bool) -> None:
    library = io.BytesIO()
    with zipfile.ZipFile(library, "w") as made:
        made.writestr("META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1\n")
    assert (unread_kinds.CLASSES in kinds(layer({path: CLASS, beside: library.getvalue()}))) == told


@pytest.mark.parametrize(
    ("path", "project", "told"),
    [
        ("target/classes/demo/App.class", "pom.xml", False),
        ("api/build/classes/java/main/demo/App.class", "api/build.gradle.kts", False),
        ("api/build/classes/java/main/demo/App.class", "build.gradle", True),
        ("target/other/demo/App.class", "pom.xml", True),
    ],
)
def test_what_the_build_of_a_tree_made(path: str, project: str, tmp_path: Path, *, told: bool) -> None:
    for name, data in ((path, CLASS), (project, POM if project == "pom.xml" else b"plugins { java }\n")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    found = {gap.subject for gap in assemble(images.read(tree(tmp_path), READERS, NoCache(), Options())).gaps}
    assert (unread_kinds.CLASSES in found) == told


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("target/debug/a", False),
        ("target/debug/build/b-1/build-script-build", False),
        ("target/x86_64-unknown-linux-gnu/release/deps/libb.so", False),
        ("tools/a", True),
        ("b/target/debug/a", True),
    ],
)
def test_what_cargo_built_in_a_tree(path: str, tmp_path: Path, *, told: bool) -> None:
    lock = b'version = 3\n[[package]]\nname = "a"\nversion = "0.1.0"\n'
    for name, data in ((path, ELF), ("Cargo.lock", lock)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o755)
    found = {gap.subject for gap in assemble(images.read(tree(tmp_path), READERS, NoCache(), Options())).gaps}
    assert found == ({PROGRAMS} if told else set())
    (tmp_path / "Cargo.lock").unlink()
    found = {gap.subject for gap in assemble(images.read(tree(tmp_path), READERS, NoCache(), Options())).gaps}
    assert found == {LIBRARIES if path.endswith(".so") else PROGRAMS}


PROPERTIES = b"#Created by Maven\nversion=2.14.0\ngroupId=org.apache.logging.log4j\nartifactId=log4j-core\n"


def test_what_an_unpacked_archive_states_of_its_libraries() -> None:
    path = "app/META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties"
    its, others = "app/org/apache/logging/log4j/core/X.class", "app/org/x/X.class"
    found = inventory(layer({path: PROPERTIES, its: CLASS}))
    assert [(one.full_name, one.version) for one in found.packages] == [
        ("org.apache.logging.log4j/log4j-core", "2.14.0")
    ]
    assert not found.gaps
    assert kinds(layer({path: PROPERTIES, its: CLASS, others: CLASS})) == {
        unread_kinds.CLASSES: f"found, and not read: {others}"
    }
    assert list(kinds(layer({path: b"groupId=${x}\n"}))) == [path]
    assert not inventory(layer({path.replace("app/", "app/target/classes/"): PROPERTIES})).packages


@pytest.mark.parametrize("more", [{}, {"private": True}])
@pytest.mark.parametrize(
    ("beside", "told"),
    [
        ({"app/node_modules/tslib/package.json": b'{"name": "tslib", "version": "1.0.0"}'}, True),
        ({"app/node_modules/a/package.json": b'{"name": "a", "version": "1.0.0"}'}, False),
        ({"node_modules/a/package.json": b'{"name": "a", "version": "1.0.0"}'}, False),
    ],
)
def test_an_application_with_other_packages_than_it_needs(
    more: dict[str, object], beside: dict[str, bytes], told: bool
) -> None:
    manifest = {"name": "web", "version": "1.0.0", "dependencies": {"a": "1", "b": "1"}, **more}
    found = kinds(layer({"app/package.json": json.dumps(manifest).encode(), **beside}))
    assert any("without the npm packages that they need" in one for one in found) == told


@pytest.mark.parametrize(
    ("name", "target", "file", "purl"),
    [
        ("usr/lib/ruby/gems/2.5.0/gems", "/data/rb", "data/rb/rack-2.0.0/lib/rack.rb", "pkg:gem/rack@2.0.0"),
        ("nix", "/mnt/n", f"mnt/n/store/{'a' * 32}-openssl-1.1.1/lib/x.h", "pkg:nix/openssl@1.1.1"),
        ("nix/store", "../mnt/n", f"mnt/n/{'a' * 32}-openssl-1.1.1/lib/x.h", "pkg:nix/openssl@1.1.1"),
    ],
)
def test_a_link_above_folders_that_name_packages(name: str, target: str, file: str, purl: str, tmp_path: Path) -> None:
    assert [one.purl for one in inventory(tar([link(name, target), (file, b"x")])).packages] == [purl]
    assert not inventory(tar([link("some", target), (file, b"x")])).packages


def test_a_hard_link_in_the_place_of_a_file_that_is_looked_at() -> None:
    path = "usr/lib/python3/site-packages/l.py"
    assert kinds(tar([("store/l.py", b"x"), hard(path, "store/l.py")])) == kinds(tar([(path, b"x")]))
    release = b'JAVA_VERSION="11.0.1"\nIMPLEMENTOR="Eclipse Adoptium"\n'
    runtime = [("a/r", release), hard("opt/jdk/release", "a/r"), ("opt/jdk/lib/modules", b"\xda\xda\xfe\xca")]
    assert [one.purl for one in inventory(tar(runtime)).packages] == ["pkg:generic/java@11.0.1"]


@pytest.mark.parametrize("folder", ["opt/ven\nv/lib/site-packages", "opt/ven\rv/site-packages"])
def test_a_folder_with_a_line_end_in_its_name(folder: str) -> None:
    assert list(kinds(layer({f"{folder}/nl.py": b"x"}))) == [unread_kinds.MODULE]


@pytest.mark.parametrize("name", ["prog-1.2", "prog_1.2.3-linux-amd64", "x.cgi", ".hidden", "x.AppImage"])
def test_an_extension_that_is_none(name: str, tmp_path: Path) -> None:
    assert list(kinds(layer({f"opt/{name}": OTHER}, mode=0o644))) == [unread_kinds.PROGRAM]
    assert not kinds(layer({f"opt/{name}.png": OTHER}, mode=0o644))
