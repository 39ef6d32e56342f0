"""Folders that readers know by the name of a link."""

from __future__ import annotations

import pytest

from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.limits import Limits
from garboard.model.package import Inventory
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.image.layers.builders import Entry, Given, Seeing, folder, layer_of, link, read, tar

_GLOBS = (
    *("**/spec/*.w", "**/spec/default/*.w", "**/*.info/META", "**/plugins/*/*.php", "**/vendor/*/*/*.json"),
    "**/*/odd/*/*/*.odd",
    *("var/db/local/*/desc", "**/rabbit-*/ebin/*.app"),
)
_GEM = b'Gem::Specification.new do |s|\n  s.name = "a".freeze\n  s.version = "1.0.0"\nend\n'


def _seen(*layers: bytes, options: Options | None = None) -> dict[str, str]:
    """By the path that is shown, the other one."""
    files = read(*layers, reader=Seeing(*_GLOBS), options=options)
    return {one.path: one.asked for one in files.histories if one.versions[-1].facts}


@pytest.mark.parametrize(
    ("name", "target", "file", "seen"),
    [
        ("a/spec", "/deps/s", "deps/s/x.w", "a/spec/x.w"),
        ("a/spec", "../deps/s", "deps/s/x.w", "a/spec/x.w"),
        ("a/spec", "/deps/s", "deps/s/default/x.w", "a/spec/default/x.w"),
        ("a/spec/default", "/deps/s", "deps/s/x.w", "a/spec/default/x.w"),
        ("a/b.info", "/deps/s", "deps/s/META", "a/b.info/META"),
        ("a/plugins", "/deps/s", "deps/s/x/x.php", "a/plugins/x/x.php"),
        ("a/plugins/x", "/deps/s", "deps/s/x.php", "a/plugins/x/x.php"),
        ("a/vendor/b", "/deps", "deps/s/x.json", "a/vendor/b/s/x.json"),
        ("a/vendor/b/c", "/deps/s", "deps/s/x.json", "a/vendor/b/c/x.json"),
        ("vendor/b/c", "../../deps/s", "deps/s/x.json", "vendor/b/c/x.json"),
        ("a/odd/b/c", "/deps/s", "deps/s/x.odd", "a/odd/b/c/x.odd"),
        ("var/db", "/deps/s", "deps/s/local/x/desc", "var/db/local/x/desc"),
        ("var/db/local", "../../deps/s", "deps/s/x/desc", "var/db/local/x/desc"),
        ("a/rabbit-3.8.0", "/deps/s", "deps/s/ebin/x.app", "a/rabbit-3.8.0/ebin/x.app"),
    ],
)
def test_files_are_known_by_the_link(name: str, target: str, file: str, seen: str) -> None:
    assert _seen(tar([Entry(file, b"x"), link(name, target)])) == {seen: file}
    assert _seen(tar([Entry(file, b"x")]), tar([link(name, target)])) == {seen: file}


def test_a_chain_of_links() -> None:
    layers = tar([Entry("store/s/x.w", b"x"), link("deps", "store"), link("a/spec", "/deps/s")])
    assert _seen(layers) == {"a/spec/x.w": "store/s/x.w"}


def test_what_has_such_a_name_itself_is_read_once_and_by_its_own() -> None:
    given = Given(tar([Entry("b/spec/x.w", b"x"), link("a/spec", "/b/spec")]))
    files = read_image(given, (Seeing(*_GLOBS),), NoCache(), Options())
    assert [(one.path, one.asked) for one in files.histories] == [("b/spec/x.w", "")]
    assert given.handed_over == [0]


def test_a_link_to_a_folder_that_is_known_itself_is_read_once() -> None:
    given = Given(tar([Entry("vendor/b/3/x.json", b"x"), link("vendor/b/current", "3"), link("app", "vendor/b/3")]))
    files = read_image(given, (Seeing(*_GLOBS),), NoCache(), Options())
    assert [(one.path, one.asked) for one in files.histories] == [("vendor/b/3/x.json", "")]
    assert given.handed_over == [0]


@pytest.mark.parametrize("target", ["/nowhere", "/deps", "/deps/empty", "/", "..", "spec"])
def test_a_link_to_nothing_that_is_wanted_costs_no_further_reading(target: str) -> None:
    given = Given(tar([folder("deps/empty"), Entry("deps/s/x.txt", b"x"), link("a/spec", target)]))
    assert not read_image(given, (Seeing(*_GLOBS),), NoCache(), Options()).histories
    assert given.handed_over == [0]


def test_a_link_that_is_taken_away_leads_nowhere() -> None:
    lower = tar([Entry("deps/s/x.w", b"x"), link("a/spec", "/deps/s")])
    assert _seen(lower, tar(["a/.wh.spec"])) == {}
    assert _seen(lower, tar(["deps/s/.wh.x.w"])) == {}
    files = read(lower, tar([Entry("deps/s/x.w", b"y")]), reader=Seeing(*_GLOBS))
    assert layer_of(files, "a/spec/x.w") == [(0, True), (1, True)]


def test_a_limit_of_links_is_told() -> None:
    links = [link(f"a{number}/spec", "/deps/s") for number in range(3)]
    options = Options(limits=Limits(links_followed=2))
    files = read(tar([Entry("deps/s/x.w", b"x"), *links]), reader=Seeing(*_GLOBS), options=options)
    assert [(gap.subject, gap.reason) for gap in files.gaps] == [
        ("links to folders", "only 2 were looked at, the limit")
    ]


def _inventory(*layers: bytes) -> Inventory:
    return assemble(read_image(Given(*layers), CATALOGERS, NoCache(), Options()))


def test_packages_behind_links_are_installed_where_the_links_are() -> None:
    inventory = _inventory(
        tar(
            [
                Entry("deps/specs/a-1.0.0.gemspec", _GEM),
                link("opt/gems/specifications", "/deps/specs"),
                Entry("store/aa/METADATA", b"Name: b\nVersion: 2.0\n"),
                Entry("store/aa/RECORD", b""),
                link("opt/v/lib/python3.11/site-packages/b-2.0.dist-info", "/store/aa"),
                Entry("deps/nm/c/package.json", b'{"name": "c", "version": "3.0.0"}'),
                Entry("app/package.json", b'{"name": "app", "version": "0.1.0", "dependencies": {"c": "*"}}'),
                link("app/node_modules", "/deps/nm"),
            ]
        )
    )
    assert [(one.name, one.version, one.locations[0].path) for one in inventory.packages if not one.application] == [
        ("a", "1.0.0", "opt/gems/specifications/a-1.0.0.gemspec"),
        ("c", "3.0.0", "app/node_modules/c/package.json"),
        ("b", "2.0", "opt/v/lib/python3.11/site-packages/b-2.0.dist-info/METADATA"),
    ]
    assert not inventory.gaps


def test_what_a_package_of_the_system_brought_is_its_own_behind_a_link_too() -> None:
    status = b"Package: p\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n"
    inventory = _inventory(
        tar(
            [
                Entry("etc/os-release", b'ID=debian\nVERSION_ID="12"\n'),
                Entry("var/lib/dpkg/status", status),
                Entry("var/lib/dpkg/info/p.list", b"/usr/share/p/deps/c/package.json\n"),
                Entry("usr/share/p/deps/c/package.json", b'{"name": "c", "version": "3.0.0"}'),
                link("usr/share/p/node_modules", "deps"),
            ]
        )
    )
    (found,) = (one for one in inventory.packages if one.type == "npm")
    assert found.locations[0].path == "usr/share/p/node_modules/c/package.json"
    assert found.owner.startswith("pkg:deb/debian/p@1")
