from __future__ import annotations

import json

import pytest

from garboard.ecosystems import of
from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.package import Location, Package, Unread
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.image.layers.builders import Entry, Given, tar

cataloger = cataloger_of("node")


def manifest(path: str, **fields: object):
    return read(cataloger, path, json.dumps(fields))


def test_an_installed_dependency():
    facts = manifest(
        "app/node_modules/@babel/core/package.json",
        name="@babel/core",
        version="7.24.0",
        license="MIT",
        author={"name": "The Babel Team", "url": "https://babel.dev"},
        dependencies={"debug": "^4.1.0", "@babel/types": "^7"},
        optionalDependencies={"fsevents": "*", "debug": "*"},
        peerDependencies={"typescript": ">=4"},
        devDependencies={"jest": "*"},
    )
    assert facts == [
        Package(
            type="npm",
            name="core",
            namespace="@babel",
            version="7.24.0",
            scheme="semver",
            licenses=("MIT",),
            requires=(("debug",), ("@babel/types",), ("fsevents",), ("typescript",)),
            vendor="The Babel Team",
        ),
    ]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("package.json", "application"),
        ("app/package.json", "application"),
        ("usr/src/my_node_modules/package.json", "application"),
        ("node_modules/a/package.json", "dependency"),
        ("app/node_modules/a/node_modules/b/package.json", "dependency"),
        ("app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", "dependency"),
        ("app/node_modules/.pnpm/@x+a@1.0.0/node_modules/@x/a/package.json", "dependency"),
        ("usr/local/lib/node_modules/npm/package.json", "dependency"),
        ("usr/share/nodejs/abbrev/package.json", "dependency"),
        ("usr/share/nodejs/@types/node/package.json", "dependency"),
        ("usr/share/nodejs/abbrev/test/package.json", "nothing"),
        ("app/node_modules/a/dist/package.json", "nothing"),
        ("app/node_modules/a/test/fixtures/b/package.json", "nothing"),
        ("app/node_modules/@x/package.json", "nothing"),
        ("app/node_modules/@x/a/esm/package.json", "nothing"),
        ("app/node_modules/.cache/package.json", "nothing"),
        ("app/node_modules/package.json", "nothing"),
    ],
)
def test_which_manifests_are_packages(path, kind):
    found = packages(manifest(path, name="a", version="1.0.0"))
    assert (len(found), *(p.application for p in found)) == {
        "application": (1, True),
        "dependency": (1, False),
        "nothing": (0,),
    }[kind]


def test_an_application_may_lack_a_version_but_not_a_name():
    assert [(p.name, p.version) for p in packages(manifest("app/package.json", name="shop"))] == [("shop", "")]
    assert manifest("app/package.json", type="module") == []


def test_a_dependency_without_name_is_named_by_its_folder_and_without_version_is_a_gap():
    assert packages(manifest("node_modules/@x/a/package.json", version="1.0.0"))[0].full_name == "@x/a"
    assert gaps(manifest("node_modules/a/package.json", name="a")) == ["package a has no version"]
    assert gaps(manifest("node_modules/a/package.json", name="a", version=7)) == ["package a has no version"]


@pytest.mark.parametrize(
    ("fields", "licenses"),
    [
        ({"license": {"type": "BSD-3-Clause", "url": "x"}}, ("BSD-3-Clause",)),
        ({"licenses": [{"type": "MIT"}, {"type": "Apache-2.0"}]}, ("MIT", "Apache-2.0")),
        ({"licenses": ["MIT"]}, ("MIT",)),
        ({"licenses": {"type": "MIT"}}, ("MIT",)),
        ({"license": ["MIT"]}, ()),
        ({"license": 7, "licenses": [None]}, ()),
    ],
)
def test_licenses(fields, licenses):
    assert packages(manifest("node_modules/a/package.json", name="a", version="1", **fields))[0].licenses == licenses


@pytest.mark.parametrize(
    "fields", [{"dependencies": ["a"]}, {"dependencies": None}, {"dependencies": "a"}, {"author": 3}]
)
def test_fields_of_the_wrong_type_are_ignored(fields):
    (found,) = packages(manifest("node_modules/a/package.json", name="a", version="1", **fields))
    assert found.requires == ()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"name":}', b"[" * 100_000])
def test_what_is_no_json_object_is_a_gap_where_a_package_must_be(data):
    facts = read(cataloger, "node_modules/a/package.json", data)
    assert len(facts) == 1
    assert gaps(facts)[0].startswith("is no JSON object")
    assert read(cataloger, "node_modules/a/test/package.json", data) == []


def test_json_that_only_lenient_readers_accept():
    data = '\ufeff{"name": "a", "version": "1.0.0", "description": "a\tb"}'
    assert [(p.name, p.version) for p in packages(read(cataloger, "node_modules/a/package.json", data))] == [
        ("a", "1.0.0")
    ]


@pytest.mark.parametrize(
    ("path", "fields", "kind"),
    [
        ("opt/yarn-v1.2.3/package.json", {}, "dependency"),
        ("opt/a-1.2.3/package.json", {"name": "a"}, "dependency"),
        ("opt/a@1.2.3/package.json", {"name": "@x/a"}, "dependency"),
        ("opt/x-a-1.2.3/package.json", {"name": "@x/a"}, "dependency"),
        ("opt/yarn-v1.2.2/package.json", {}, "publishable"),
        ("opt/yarn-v1.2.3/package.json", {"private": True}, "application"),
        ("srv/bower_components/other/package.json", {}, "dependency"),
        ("srv/bower_components/other/src/package.json", {}, "publishable"),
        ("srv/public/vendor/yarn/package.json", {}, "dependency"),
        ("srv/public/vendor/other/package.json", {}, "publishable"),
        ("srv/yarn/package.json", {}, "publishable"),
        ("srv/yarn/package.json", {"version": ""}, "application"),
        ("srv/x/package.json", {"_resolved": "https://registry.npmjs.org/yarn/-/yarn-1.2.3.tgz"}, "dependency"),
        ("srv/extensions/pub.yarn-1.2.3/package.json", {"engines": {"vscode": "^1.0"}}, "nothing"),
        ("app/node_modules/b/test/fixtures/node_modules/yarn/package.json", {}, "nothing"),
        ("app/node_modules/@x/b/__tests__/node_modules/yarn/package.json", {}, "nothing"),
        ("test/app/node_modules/yarn/package.json", {}, "dependency"),
        ("app/node_modules/test/node_modules/yarn/package.json", {}, "dependency"),
        ("app/node_modules/@x/test/node_modules/yarn/package.json", {}, "dependency"),
    ],
)
def test_what_a_registry_publishes_is_a_package_wherever_it_lies(path, fields, kind):
    found = packages(manifest(path, **{"name": "yarn", "version": "1.2.3", **fields}))
    assert [(one.application, one.publishable) for one in found] == {
        "dependency": [(False, False)],
        "publishable": [(True, True)],
        "application": [(True, False)],
        "nothing": [],
    }[kind]


def test_a_manifest_beyond_the_limit_is_a_gap():
    facts = read(cataloger, "node_modules/a/package.json", b"{" + b" " * (4 << 20) + b"}")
    assert gaps(facts) == ["has 4194306 bytes and was not read: the limit for a package.json is 4194304"]


COREPACK = "root/.cache/node/corepack/v1/yarn/4.1.0/.corepack"


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        (".yarn/releases/yarn-3.6.4.cjs", "", ["@yarnpkg/cli-dist 3.6.4"]),
        ("app/.yarn/releases/yarn-1.22.19.cjs", "", ["yarn 1.22.19"]),
        ("app/.yarn/releases/yarn-berry.cjs", "", []),
        ("app/.yarn/releases/yarn-4.0.0-rc.51.cjs", "", ["@yarnpkg/cli-dist 4.0.0-rc.51"]),
        (COREPACK, '{"locator":{"name":"yarn","reference":"4.1.0"},"hash":"sha512.0"}', ["@yarnpkg/cli-dist 4.1.0"]),
        (COREPACK, '{"locator":{"name":"yarn","reference":"4.1.0+sha224.00ff"}}', ["@yarnpkg/cli-dist 4.1.0"]),
        (COREPACK, '{"locator":{"name":"yarn","reference":"1.22.19"}}', []),
        (COREPACK, '{"locator":{"name":"pnpm","reference":"9.1.0"}}', []),
        (COREPACK, '{"locator":{"name":"yarn","reference":7}}', ["which version"]),
        (COREPACK, "[]", ["which package manager"]),
        (COREPACK, '{"locator":', ["which package manager"]),
    ],
)
def test_yarn_itself(path: str, content: str, told: list[str]):
    """One script tells of itself by its name only; what has a package.json is told by that."""
    facts = read(cataloger, path, content)
    said = [f"{one.full_name} {one.version}" for one in packages(facts)] + gaps(facts)
    assert len(said) == len(told)
    assert all(part in whole for part, whole in zip(told, said, strict=True))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("node_modules/.store/a-npm-1.0.0-0123456789/package/package.json", True),
        ("node_modules/.store/@x-a-npm-1.0.0-0123456789/package/package.json", True),
        ("app/node_modules/.store/a-virtual-c359259b0f/package/package.json", True),
        ("server/node_modules/.nitro/a@1.0.0/package.json", True),
        ("server/node_modules/.nitro/@x/a@1.0.0/package.json", True),
        ("node_modules/.ignored/other/package.json", True),
        ("node_modules/.cache/tool/v2/a/package.json", True),
        ("node_modules/.a-Xyz12345/package.json", True),
        ("node_modules/.cache/tool/v2/other/package.json", False),
        ("node_modules/.cache/package.json", False),
        ("node_modules/.nitro/a@1.0.0/dist/package.json", False),
        ("node_modules/.nitro/b@1.0.0/test/fixtures/a/package.json", False),
        ("node_modules/b/test/node_modules/.nitro/a@1.0.0/package.json", False),
        ("node_modules/.prisma/client/package.json", False),
    ],
)
def test_packages_in_stores_of_tools(path, found):
    named = [(one.full_name, one.application) for one in packages(manifest(path, name="a", version="1.0.0"))]
    assert named == [("a", False)] * found
    assert packages(manifest(path, name="a", version="1.0.0", private=True)) == []
    assert packages(manifest(path, name="a/esm", version="1.0.0")) == []


def test_a_scoped_package_in_a_store_lies_in_the_folder_of_its_scope():
    path = "node_modules/.cache/v2/{}/a/package.json"
    (one,) = packages(manifest(path.format("@x"), name="@x/a", version="1.0.0"))
    assert one.full_name == "@x/a"
    assert manifest(path.format("y"), name="@x/a", version="1.0.0") == []


def test_what_a_store_does_not_tell_is_a_gap():
    path = "node_modules/.nitro/a@1.0.0/package.json"
    assert gaps(manifest(path, name="a")) == ["package a has no version"]
    assert gaps(read(cataloger, path, b"{"))[0].startswith("is no JSON object")
    assert gaps(read(cataloger, path, b" " * (4 * 1024 * 1024 + 1)))[0].startswith("has 4194305 bytes")
    assert read(cataloger, "node_modules/.nitro/a@1.0.0/modules/x/package.json", b"{") == []
    assert manifest(path, type="module") == []


def test_a_package_uses_those_of_its_store():
    installed = [
        Package(
            type="npm",
            scheme="semver",
            name=name,
            version=version,
            locations=(Location(path=f"{path}/package.json", layer=0),),
        )
        for name, version, path in (
            ("a", "1.0.0", "app/node_modules/.store/a-npm-1.0.0-00/package"),
            ("b", "1.0.0", "app/node_modules/.store/b-npm-1.0.0-00/package"),
            ("b", "2.0.0", "app/node_modules/.store/b-npm-2.0.0-00/package"),
            ("b", "3.0.0", "other/node_modules/b"),
        )
    ]
    nearest = of("npm").nearest
    assert nearest is not None
    assert [one.version for one in nearest(installed[0], installed[1:])] == ["1.0.0", "2.0.0"]


@pytest.mark.parametrize(
    ("path", "name", "carrier"),
    [
        ("node_modules/next/dist/compiled/@babel/runtime/package.json", "@babel/runtime", "next"),
        ("node_modules/@x/b/vendor/a/package.json", "a", "@x/b"),
        ("node_modules/@x/b/vendor/a@1.0.0/package.json", "a", "@x/b"),
        ("node_modules/b/dist/package.json", "a", None),
        ("node_modules/b/dist/runtime/package.json", "@babel/runtime", None),
        ("node_modules/firebase/app/package.json", "firebase/app", None),
        ("node_modules/b/examples/a/package.json", "a", None),
        ("node_modules/b/test/a/package.json", "a", None),
        ("usr/share/nodejs/b/vendor/a/package.json", "a", None),
    ],
)
def test_whole_packages_that_others_carry(path, name, carrier):
    found = [(one.full_name, one.vendored_by) for one in packages(manifest(path, name=name, version="1.0.0"))]
    assert found == ([(name, carrier)] if carrier else [])
    assert manifest(path, name=name) == []
    assert read(cataloger, path, b"{") == []


def test_an_extension_that_a_package_carries_is_none_of_the_registry():
    path = "node_modules/code-server/lib/vscode/extensions/gulp/package.json"
    facts = manifest(path, name="gulp", version="1.0.0", engines={"vscode": "*"})
    assert facts == [Unread(kind="extensions of editors")]


def test_a_copy_is_told_once_and_belongs_to_its_carrier():
    def entry(path: str, name: str, version: str) -> Entry:
        return Entry(f"{path}/package.json", json.dumps({"name": name, "version": version}).encode())

    inventory = assemble(
        read_image(
            Given(
                tar(
                    [
                        entry("app/node_modules/@x/b", "@x/b", "2.0.0"),
                        entry("app/node_modules/@x/b/dist/@x/b", "@x/b", "2.0.0"),
                        entry("app/node_modules/@x/b/dist/a", "a", "1.0.0"),
                        entry("app/node_modules/a", "a", "1.0.0"),
                    ]
                )
            ),
            CATALOGERS,
            NoCache(),
            Options(),
        )
    )
    listed = {one.id: (one.full_name, one.vendored_by) for one in inventory.packages}
    assert sorted(listed.values()) == [("@x/b", ""), ("a", ""), ("a", "@x/b")]
    (carrier,) = (one for one in inventory.packages if one.name == "b")
    assert [listed[need] for need in carrier.depends_on] == [("a", "@x/b")]
