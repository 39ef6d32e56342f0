"""What each layer did to the packages, from the versions of their files."""

from __future__ import annotations

from garboard.model.changes import LayerChanges
from garboard.model.image import FileHistory, Files, FileVersion
from garboard.model.package import Inventory, Location, Package
from garboard.packages.changes import changes

STATUS = "var/lib/dpkg/status"


def deb(name: str, version: str, arch: str = "amd64") -> Package:
    return Package(type="deb", name=name, version=version, scheme="deb", arch=arch)


def pypi(name: str, version: str, **more: object) -> Package:
    return Package(type="pypi", name=name, version=version, scheme="pep440", **more)


def history(path: str, **layers: tuple[Package, ...] | None) -> FileHistory:
    versions = tuple(FileVersion(layer=int(index[1:]), facts=facts) for index, facts in layers.items())
    return FileHistory(reader="any", path=path, versions=versions)


def found(*histories: FileHistory, layers: int = 3, inventory: Inventory | None = None) -> list[tuple[str, str, str]]:
    return [_short(one) for one in changes(Files(histories=histories), inventory or Inventory(), layers)]


def _short(one: LayerChanges) -> tuple[str, str, str]:
    changed = (f"{u.after.name} {u.before.version}>{u.after.version}" for u in one.changed)
    return _names(one.added), " ".join(changed), _names(one.removed)


def _names(packages: tuple[Package, ...]) -> str:
    return " ".join(f"{package.name} {package.version}" for package in packages)


def test_a_database_rewritten_by_each_layer():
    rewritten = history(
        STATUS, l0=(deb("a", "1"), deb("b", "1")), l1=(deb("b", "1"), deb("a", "2"), deb("c", "1")), l2=(deb("a", "2"),)
    )
    assert found(rewritten) == [("a 1 b 1", "", ""), ("c 1", "a 1>2", ""), ("", "", "b 1 c 1")]


def test_a_layer_that_wrote_nothing_is_there():
    assert found(history(STATUS, l0=(deb("a", "1"),), l2=(deb("a", "1"),))) == [
        ("a 1", "", ""),
        ("", "", ""),
        ("", "", ""),
    ]


def test_a_database_that_moves_changes_nothing():
    moved = (history("old", l0=(deb("a", "1"),), l1=None), history("new", l1=(deb("a", "1"), deb("b", "1"))))
    assert found(*moved) == [("a 1", "", ""), ("b 1", "", ""), ("", "", "")]


def test_one_file_for_each_package():
    one = history("status.d/a", l0=(deb("a", "1"),))
    two = history("status.d/b", l1=(deb("b", "1"),), l2=None)
    assert found(one, two) == [("a 1", "", ""), ("b 1", "", ""), ("", "", "b 1")]


def test_a_removed_database():
    assert found(history(STATUS, l0=(deb("a", "1"),), l1=None)) == [("a 1", "", ""), ("", "", "a 1"), ("", "", "")]


def test_a_language_package_upgraded_into_another_folder():
    old = history("x-1.dist-info/METADATA", l0=(pypi("x", "1"),), l1=None)
    new = history("x-2.dist-info/METADATA", l1=(pypi("x", "2"),))
    assert found(old, new, layers=2) == [("x 1", "", ""), ("", "x 1>2", "")]


def test_a_language_package_that_moved_is_removed_and_added():
    old = history("a/x-1.dist-info/METADATA", l0=(pypi("x", "1"),), l1=None)
    new = history("b/x-1.dist-info/METADATA", l1=(pypi("x", "1"),))
    assert found(old, new, layers=2) == [("x 1", "", ""), ("x 1", "", "x 1")]


def test_versions_side_by_side_and_architectures_are_apart():
    kernels = history("db", l0=(deb("k", "1"), deb("k", "2")), l1=(deb("k", "2"), deb("k", "3"), deb("k", "2", "i386")))
    assert found(kernels, layers=2) == [("k 1 k 2", "", ""), ("k 2", "k 1>3", "")]


def test_applications_and_owned_copies_are_left_out():
    path = "usr/lib/python3/six.egg-info"
    files = (history("app", l0=(pypi("app", "", application=True),)), history(path, l0=(pypi("six", "1"),)))
    six = pypi("six", "1", owner="pkg:deb/debian/python3-six@1", locations=(Location(path=path),))
    assert found(*files, layers=1, inventory=Inventory(packages=(six,))) == [("", "", "")]


def test_what_a_strangers_package_holds_is_counted():
    """Its distribution does not answer for it, so that it is judged on its own."""
    for vendor, told in (("Vendor <a@vendor.example>", "x 1"), ("A <a@lists.debian.org>", "")):
        owner = Package(
            type="deb", name="kibana", version="1-1", scheme="deb", vendor=vendor, purl="pkg:deb/kibana@1-1"
        )
        library = pypi("x", "1", owner=owner.purl, locations=(Location(path="usr/x/METADATA"),))
        [layer] = found(
            history("usr/x/METADATA", _0=(pypi("x", "1"),)), layers=1, inventory=Inventory(packages=(owner, library))
        )
        assert layer == (told, "", ""), vendor
