"""Node's packages in archives, and Yarn's Plug'n'Play."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.package import Unread
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.ecosystems.taking import taken

cataloger = cataloger_of("node")
archives = cataloger_of("node-archives")


def manifest(name: str, version: str = "1.0.0", **more: Any) -> bytes:
    return json.dumps({"name": name, "version": version, **more}).encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def asar(members: Mapping[str, bytes], unpacked: frozenset[str] = frozenset()) -> bytes:
    """As Electron's packer writes it: sizes, a header of JSON, and the files."""
    tree: dict[str, Any] = {"files": {}}
    body = b""
    for path, data in members.items():
        *folders, name = path.split("/")
        here = tree
        for folder in folders:
            here = here["files"].setdefault(folder, {"files": {}})
        if path in unpacked:
            here["files"][name] = {"size": len(data), "unpacked": True}
            continue
        here["files"][name] = {"size": len(data), "offset": str(len(body))}
        body += data
    text = json.dumps(tree).encode()
    padded = text + bytes(-len(text) % 4)
    return struct.pack("<IIII", 4, len(padded) + 8, len(padded) + 4, len(text)) + padded + body


def pnp(*packages: tuple[str | None, list[tuple[str | None, dict[str, Any]]]]) -> str:
    text = json.dumps({"packageRegistryData": packages}, indent=2)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\\n")
    return f"#!/usr/bin/env node\n/* eslint-disable */\nconst RAW_RUNTIME_STATE =\n'{escaped}';\nfunction x() {{}}\n"


LISTED = pnp(
    (None, [(None, {"packageLocation": "./"})]),
    ("app", [("workspace:.", {"packageLocation": "./"})]),
    ("lodash", [("npm:4.17.21", {"packageDependencies": [["lodash", "npm:4.17.21"]]})]),
    (
        "@babel/core",
        [
            ("npm:7.0.0", {"packageDependencies": [["lodash", "npm:4.17.21"]]}),
            ("virtual:abc123#npm:7.0.0", {"packageDependencies": []}),
            ("virtual:abc123#workspace:packages/x", {}),
        ],
    ),
    ("fsevents", [("patch:fsevents@npm%3A2.3.2#~builtin<compat/fsevents>::version=2.3.2&hash=df0bf1", {})]),
    ("it's", [("https://example.org/its.tgz", {})]),
)


def test_plug_n_play():
    facts = read(cataloger, "app/.pnp.cjs", LISTED)
    assert [(one.full_name, one.version, one.requires) for one in packages(facts)] == [
        ("lodash", "4.17.21", ()),
        ("@babel/core", "7.0.0", (("lodash",),)),
        ("fsevents", "2.3.2", ()),
    ]
    assert gaps(facts) == ["it's is https://example.org/its.tgz, which is no version of a registry: it was not judged"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/.pnp.data.json", '{"packageRegistryData": [["a", [["npm:1.0.0", {}]]]]}'),
        (
            "app/.pnp.js",
            'hydrateRuntimeState(data, x) {}\nreturn hydrateRuntimeState({"packageRegistryData": [["a", [["npm:1.0.0", {}]]]]}, {basePath: 1});',
        ),
    ],
)
def test_older_and_separate_lists(path: str, text: str) -> None:
    assert [(one.name, one.version) for one in packages(read(cataloger, path, text))] == [("a", "1.0.0")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RAW_RUNTIME_STATE = '",
        "RAW_RUNTIME_STATE = '{'",
        "hydrateRuntimeState({",
        "RAW_RUNTIME_STATE =\n'[]'",
        "[" * 5000,
    ],
)
def test_a_damaged_list_is_a_gap(text: str) -> None:
    for path in ("app/.pnp.cjs", "app/.pnp.data.json"):
        assert ["is not what Yarn writes" in reason for reason in gaps(read(cataloger, path, text))] == [True]


@given(
    st.dictionaries(
        st.from_regex(r"(@[a-z]{1,3}/)?[a-z'\\\n\"]{1,6}", fullmatch=True),
        st.from_regex(r"[0-9]\.[0-9]\.[0-9](-[a-z]{1,3})?", fullmatch=True),
        max_size=5,
    )
)
def test_a_list_in_a_program_is_that_of_its_data(versions: dict[str, str]) -> None:
    entries = tuple((name, [(f"npm:{version}", {})]) for name, version in versions.items())
    inline = packages(read(cataloger, "app/.pnp.cjs", pnp(*entries)))
    apart = packages(read(cataloger, "app/.pnp.data.json", json.dumps({"packageRegistryData": entries})))
    assert inline == apart
    sound = [(name, version) for name, version in versions.items() if "\n" not in name]
    assert [(one.full_name, one.version) for one in inline] == sound


def test_yarns_cache_is_told_once():
    cached = {
        "app/.yarn/cache/lodash-npm-4.17.21-6382451519-10c0.zip": zipped(
            {"node_modules/lodash/package.json": manifest("lodash", "4.17.21")}
        )
    }
    [alone] = taken(cached).packages
    assert alone.locations[0].path == f"{next(iter(cached))}!/node_modules/lodash/package.json"
    app = {"app/package.json": manifest("app", private=True, dependencies={"lodash": "^4"}), "app/yarn.lock": b"x"}
    linked = taken({**cached, **app, "app/.pnp.cjs": pnp(("lodash", [("npm:4.17.21", {})])).encode()})
    assert [(one.name, one.locations[0].path) for one in linked.packages if not one.application] == [
        ("lodash", "app/.pnp.cjs")
    ]
    assert linked.gaps == ()
    unpacked = taken({**cached, "app/node_modules/lodash/package.json": manifest("lodash", "4.17.21")})
    assert [one.locations[0].path for one in unpacked.packages] == ["app/node_modules/lodash/package.json"]


def test_electron():
    data = asar(
        {
            "package.json": manifest("app", dependencies={"a": "1"}),
            "main.js": b"x" * 100,
            "node_modules/a/package.json": manifest("a", dependencies={"@s/b": "1"}),
            "node_modules/a/lib/package.json": b"{}",
            "node_modules/@s/b/package.json": manifest("@s/b", "2.0.0"),
            "node_modules/native/package.json": manifest("native"),
        },
        frozenset({"node_modules/native/package.json"}),
    )
    found = taken({"opt/app/resources/app.asar": data})
    by_id = {one.id: one for one in found.packages}
    assert {
        (one.full_name, one.version, one.application, one.locations[0].path.partition("!/")[2])
        for one in found.packages
    } == {
        ("app", "1.0.0", True, "package.json"),
        ("a", "1.0.0", False, "node_modules/a/package.json"),
        ("@s/b", "2.0.0", False, "node_modules/@s/b/package.json"),
    }
    needs = {one.full_name: [by_id[need].full_name for need in one.depends_on] for one in found.packages}
    assert needs == {"app": ["a"], "a": ["@s/b"], "@s/b": []}
    assert found.gaps == ()


@given(
    st.dictionaries(
        st.lists(st.sampled_from(["a", "b", "node_modules", "@s"]), max_size=4).map("/".join),
        st.sampled_from(["a", "b"]),
        max_size=6,
    )
)
def test_an_asar_holds_what_its_files_are_read_as(files: dict[str, str]) -> None:
    members = {f"{folder}/package.json".lstrip("/"): manifest(name) for folder, name in files.items()}
    apart = [
        (one.name, one.application)
        for path, data in members.items()
        for one in packages(read(cataloger, f"x.asar!/{path}", data))
    ]
    inside = [(one.name, one.application) for one in packages(read(archives, "x.asar", asar(members)))]
    assert sorted(inside) == sorted(apart)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ends within its header"),
        (bytes(64), "none of an asar"),
        (struct.pack("<IIII", 4, 16, 12, 2) + b"[]" + bytes(20), "lists no files"),
        (struct.pack("<IIII", 4, 16, 12, 2) + b"{x" + bytes(20), "cannot be read"),
        (asar({"package.json": manifest("a")})[:-1], "not where the archive's header says"),
        (asar({"package.json": bytes(5 << 20)}), "the limit is 4194304"),
        (asar({"package.json": b"["}), "is no JSON object"),
    ],
)
def test_a_damaged_asar_is_a_gap(data: bytes, reason: str) -> None:
    facts = read(archives, "x.asar", data)
    assert packages(facts) == []
    assert [reason in text for text in gaps(facts)] == [True]


def test_an_asar_without_packages_is_unread():
    assert [type(fact) for fact in read(archives, "x.asar", asar({"main.js": b""}))] == [Unread]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("deno-dir/npm/registry.npmjs.org/lodash/4.17.21/package.json", "lodash"),
        ("deno-dir/npm/registry.npmjs.org/@babel/core/4.17.21/package.json", "@babel/core"),
        ("root/.bun/install/cache/lodash@4.17.21@@@1/package.json", "lodash"),
        ("root/.bun/install/cache/@babel/core@4.17.21@@@1/package.json", "@babel/core"),
        ("app/node_modules/.pnpm/lodash@4.17.21/node_modules/lodash/package.json", "lodash"),
        ("app/node_modules/.deno/lodash@4.17.21/node_modules/lodash/package.json", "lodash"),
        ("app/node_modules/a/node_modules/lodash/package.json", "lodash"),
    ],
)
def test_what_other_installers_put_there_is_no_application(path: str, name: str) -> None:
    [found] = packages(read(cataloger, path, manifest(name, "4.17.21")))
    assert (found.full_name, found.application) == (name, False)
