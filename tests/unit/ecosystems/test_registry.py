"""The registry of ecosystems: whatever was forgotten of one fails here by its name."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

import garboard.ecosystems
import garboard.versions
from garboard import ecosystems
from garboard.ecosystems import ECOSYSTEMS
from garboard.feeds.readers import osv_ecosystems
from garboard.model.ecosystem import Ecosystem, never
from garboard.model.package import UNMANAGED
from garboard.packages import archives
from garboard.packages.catalogers import CATALOGERS, METADATA

SOURCE = Path(garboard.ecosystems.__file__).parents[1]
HERE = Path(__file__).parent
each = pytest.mark.parametrize("one", ECOSYSTEMS, ids=lambda one: one.name)


def modules(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()} - {
        "__init__"
    }


def test_every_module_is_registered():
    assert {one.name for one in ECOSYSTEMS} == modules(SOURCE / "ecosystems")
    assert set(garboard.versions.SHARED) == modules(SOURCE / "versions") - {"invalid", "raising"}


@each
def test_it_is_called_like_its_module(one: Ecosystem):
    __import__(f"garboard.ecosystems.{one.name}")
    assert one.type
    assert one.manager


@pytest.mark.parametrize("field", ["type", "osv"])
def test_no_two_share(field):
    values = [value for one in ECOSYSTEMS if (value := getattr(one, field))]
    assert len(values) == len(set(values))


def test_no_two_share_a_program():
    programs = [program for one in ECOSYSTEMS for program in one.programs]
    assert len(programs) == len(set(programs))


@each
def test_its_order(one: Ecosystem):
    if not one.order:
        assert one.load_order is None
        assert not one.globs or not one.osv, f"{one.name}: packages are judged, and their versions cannot be compared"
        return
    order = ecosystems.order(one.order)
    assert order is not None, f"{one.name}: there is no version order {one.order}"
    assert one.order == order.NAME
    assert order.key("1.0") < order.key("1.1") < order.key("1.10")


@each
def test_its_files(one: Ecosystem):
    assert bool(one.globs) == (one.load_catalog is not None), f"{one.name}: globs and what reads them belong together"
    if one.load_catalog is None:
        return
    assert list(inspect.signature(one.load_catalog()).parameters) == ["file", "owned"]
    assert (HERE / f"test_{one.name}.py").is_file(), f"{one.name} has no tests of its own"


@each
def test_its_archives(one: Ecosystem):
    assert bool(one.archives) == (one.load_archives is not None), f"{one.name}: archives and what reads them"
    assert one.load_archives or not one.scripts_with_archives
    if one.load_archives is not None:
        assert list(inspect.signature(one.load_archives()).parameters) == ["file"]


@each
def test_its_programs(one: Ecosystem):
    assert bool(one.sections) == bool(one.windows_sections) or one.type == UNMANAGED
    assert bool(one.sections or one.appended or one.named is not never) == (one.load_program is not None)
    if one.load_program is not None:
        assert list(inspect.signature(one.load_program()).parameters) == ["file"]
        assert one.osv or one.type == UNMANAGED, f"{one.name}: no data judge its packages"


@each
def test_its_command_lines(one: Ecosystem):
    known = ecosystems.commands(one.type)
    assert set(known.programs) == set(one.programs), f"{one.name}: the record and its command lines name other programs"
    if one.type == UNMANAGED or (not one.globs and not one.sections):
        return
    assert known.remedy is not None, f"{one.name}: what brings a fix is not written down"
    assert (known.upgrades is not None) == one.system
    assert "{name}" in known.raised
    assert "{version}" in known.raised


@each
def test_names_are_normalized_once(one: Ecosystem):
    for name in ("Foo.Bar_baz", "@scope/name", "lib-a"):
        assert one.normalize(one.normalize(name)) == one.normalize(name)


@each
def test_its_feed(one: Ecosystem):
    if one.osv:
        assert osv_ecosystems.ECOSYSTEMS[one.osv].scheme == one.order


def test_what_an_operating_systems_package_may_own():
    """Every file that describes a package of a language, a program, and what is not read; no other."""
    for one in ECOSYSTEMS:
        for glob in (*one.globs, *one.archives):
            path = glob.replace("**/", "usr/lib/").replace("*", "a")
            if one.system or one.distributions:
                continue
            assert METADATA.describes(path), path
            assert METADATA.mentioned(f"/{path}\n".encode()), path
    for path in ("usr/bin/python3", "usr/share/java/a.jar"):
        assert METADATA.describes(path)
        assert METADATA.mentioned(f"/{path}\n".encode())
    assert not METADATA.describes("usr/share/doc/a/README")
    assert not METADATA.mentioned(b"/etc/a/README\n")


def test_parsers_are_imported_with_the_first_file():
    assert {one.NAME for one in CATALOGERS} == {
        *(one.name for one in ECOSYSTEMS if one.globs),
        *(f"{one.name}-archives" for one in ECOSYSTEMS if one.archives),
        *(one.NAME for one in archives.READERS),
        "distro",
        "module-lists",
        "unread",
        "unread-locks",
        "users",
        "vendored-crates",
        "vendored-modules",
    }
    tree = [ast.parse(path.read_text()) for path in (SOURCE / "ecosystems").rglob("__init__.py")]
    at_once = {
        node.module
        for module in tree
        for node in module.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("garboard.")
    }
    heavy = {name for name in at_once if name.endswith((".cataloger", ".commands", ".version"))}
    assert heavy == set()


ELSEWHERE = {
    "model/package.py": "the types that the package URL specification gives to operating systems",
    "feeds/readers/osv_ecosystems.py": "version orders of distributions",
    "packages/distro.py": "which package manager is a distribution's",
    "feeds/fedora.py": "what Bodhi builds",
    "feeds/readers/osv_advisory.py": "errata of RPM distributions",
    "basecatalog/repo_info.py": "docker-library's lists are of apk and dpkg only",
    "feeds/endoflife.py": "products, not package types",
    "packages/install_commands.py": "programs, not package types",
    "packages/unread_lists.py": "tools, not package types",
    "baseimage/lineage.py": "builders of images, not package types",
    "baseimage/lifecycle.py": "official images, not package types",
    "baseimage/releases.py": "official images, not package types",
    "baseimage/candidates.py": "official images, not package types",
    "baseimage/distance.py": "package managers that a base has or lacks",
    "baseimage/requested.py": "options of apt",
}


def test_nothing_else_decides_by_a_package_type():
    types = re.compile(rf'"(?:{"|".join(one.type for one in ECOSYSTEMS)})"')
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if not {"ecosystems", "repositories"} & set(path.relative_to(SOURCE).parts) and types.search(path.read_text())
    }
    assert found - set(ELSEWHERE) == set()
