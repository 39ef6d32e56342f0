"""Files of package managers that are text: any bytes give facts and gaps, and never an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.gap import Gap
from garboard.model.package import Kept, Package
from garboard.packages.catalogers import CATALOGERS
from garboard.packages.declared import DECLARATIONS, SCRIPTS, Declarations, nothing
from tests.examples import examples
from tests.fuzz.mutation import Target
from tests.unit.ecosystems.reading import file, paths
from tests.unit.ecosystems.test_phar import archive

_BINARY = ("Packages", "Packages.db", "rpmdb.sqlite")
"""Databases, which have fuzzers of their own."""


_FILES = [
    *paths((*CATALOGERS, *DECLARATIONS), without=_BINARY),
    *((one, f"x/a{glance.end.decode()}") for one in SCRIPTS for glance in getattr(one, "GLANCES", ())),
    *((one, "var/lib/dpkg/status.d/a.md5sums") for one in CATALOGERS if one.NAME == "dpkg"),
    *((one, "node_modules/a/package.json") for one in CATALOGERS if one.NAME == "node"),
]
_PIECES = st.sampled_from(
    [
        b"\n", b"\n\n", b"\r\n", b" ", b":", b"=", b"|", b",", b"(", b")", b"[", b"]", b"{", b"}", b'"', b"'", b"\\", b"\t",
        b"\0", b"\xff", b"\xc3\xa9", b"0", b"1.0-1", b"a", b"Package: ", b"Version: ", b"Status: install ok installed",
        b"Source: b (1)", b"Depends: ", b"Auto-Installed: 1", b"Format:", b"License: ", b"P:", b"V:", b"D:", b"p:", b"F:",
        b"R:", b"package.json", b".dist-info/METADATA", b".egg-info", b"Name: ", b"Requires-Dist: ", b'"name":',
        b'"version":', b'"dependencies":', b"null", b"[[[[", b"{}", b"ID=", b"VERSION_ID=", b"debian", b"ubuntu",
        b"22.04", b" release ", b"sid", b"Suites: ", b"\x28\xb5\x2f\xfd",
    ],
)  # fmt: skip
_BYTES = st.lists(_PIECES, max_size=40).map(b"".join) | st.binary(max_size=200)


@given(which=st.sampled_from(_FILES), data=_BYTES)
@examples(2000)
def test_any_bytes(which, data: bytes) -> None:
    cataloger, path = which
    for fact in cataloger.catalog(file(path, data)):
        assert not isinstance(fact, Package) or fact.name
        assert not isinstance(fact, Gap) or (fact.stage in {"catalog", "development"} and fact.subject == path)


@pytest.mark.parametrize(
    "piece", sorted({b"(", b"[", b";", b"\n", b" ", b"\t", b"deb ", b"a.", b"a-", b"\n\n", b"/", b"PATCHLEVEL "})
)
@pytest.mark.parametrize(
    "start",
    [b"", b"\nDepends: a", b"\nSource: a", b"ID=a\nVERSION=", b"Name: ", b"Requires-Dist: a", b"Format:\nLicense: "],
)
def test_long_repetitions_end(start: bytes, piece: bytes) -> None:
    """What takes quadratic time would not end within the runner's patience."""
    data = b"Package: a\nVersion: 1" + start + piece * 100_000 + b"\nName: a\n"
    for cataloger, path in _FILES:
        assert isinstance(list(cataloger.catalog(file(path, data))), list)


_SEEDS = {
    "dpkg": [
        b"Package: a\nStatus: install ok installed\nArchitecture: amd64\nSource: b (1)\nVersion: 1-1\nDepends: c (>= 1) | d:any\n\n",
        b"/usr/lib/python3/dist-packages/a.dist-info/METADATA\n/usr/share/nodejs/a/package.json\n",
        b"Format: x\nLicense: GPL-2+\n",
    ],
    "apk": [
        b"P:a\nV:1.0-r0\nA:x86_64\no:b\nL:MIT\nD:so:libc.musl-x86_64.so.1 c>1\np:cmd:a=1\nF:usr/bin\nR:package.json\n\n",
        b"a b=1 c@edge\n",
    ],
    "python": [
        b"Metadata-Version: 2.1\nName: A.b\nVersion: 1.0\nLicense: MIT\nRequires-Dist: c (>=1) ; extra == 'x'\n\nText\n"
    ],
    "node": [b'{"name":"@a/b","version":"1.0.0","license":{"type":"MIT"},"dependencies":{"c":"^1"}}'],
    "rpm": [
        b"a\t1\t1\t0\t0\tv\tx86_64\t0\ta-1-1.src.rpm\n",
        b'{"Content":[{"Name":"a","Version":"1","Release":"1.br1","Epoch":"1","Architecture":"x86_64","Publisher":"b"}]}',
    ],
    "node-declared": [
        b'{"packages":{"":{"name":"a","dependencies":{"b":"^1"}},"node_modules/b":{"version":"1.0.0","dependencies":{"c":""}}}}',
        b'{"dependencies":{"a":{"version":"1","requires":{"b":"1"},"dependencies":{"b":{"version":"1"}}}}}',
    ],
    "rust-declared": [b'[[package]]\nname = "a"\nversion = "1.0.0"\ndependencies = ["b 1.0.0"]\n'],
    "python-declared": [
        b"a==1.0 \\\n --hash=sha256:a\nb[c]===2 ; x\n-e git+https://x\n",
        b'[[package]]\nname = "a"\nversion = "1"\nsource = {editable = "."}\ndependencies = [{name = "b"}]\n',
        b'{"default":{"a":{"version":"==1"}}}',
        b"-c xaconstraintsa.txt\n-r b.txt\na @ https://x/a-1.0.tar.gz\n./w/b-1-py3-none-any.whl\n",
    ],
    "golang-declared": [
        b"go 1.22.0\nuse ./a\nuse (\n ./b\n)\nreplace a.b/c => ../c\n",
        b"module x\ngo 1.21\nrequire (\n a.b/c v1.0.0 // indirect\n)\nreplace a.b/c => ./d\n",
    ],
    "hex-declared": [
        b'packages = [{ name = "a", version = "1", build_tools = ["mix"], requirements = ["b"], source = "hex" }]\n',
        b'%{\n  "a": {:hex, :a, "1.0.0", "h", [:mix], [{:b, "~> 1"}]},\n}\n',
    ],
    "nuget-declared": [
        b"NUGET\n  remote: x\n    A (1.0) - restriction: >= net45\n      B (>= 1)\n",
        b'{"version":1,"dependencies":{"n":{"A":{"type":"Direct","resolved":"1","dependencies":{"B":"1"}}}}}',
    ],
    "maven-declared": [
        b'{"artifacts":{"g:a":{"version":"1"}},"dependencies":{"g:a":["g:b"]},"version":"2"}',
        b'{"dependency_tree":{"dependencies":[{"coord":"g:a:1","directDependencies":["g:b:2"]}]}}',
        b'{:deps {a/b {:mvn/version "1"} c/d {:git/sha "x"}}} [[ring "1.0"]]',
        b'<ivy-module><dependencies><dependency org="g" name="a" rev="1"/></dependencies></ivy-module>',
    ],
    "python-scripts": [
        b'# /// script\n# dependencies = ["a==1.0", "b"]\n# ///\n',
        b'{"cells": [{"source": ["!pip install -q a==1.0 \\"b[c]\\"\\n", "%pip install -r x"]}]}',
    ],
    "maven-scripts": [
        b"//DEPS g:a:1.0 g:b:1@pom\n@file:DependsOn('g:a:1')\n@Grab(group='g', module='m', version='1')\n",
        b'//> using scala 3.3.1\n//> using dep "g::a:1.0"\nimport $ivy.`g::a:1`\n',
    ],
    "node-scripts": [b"import a from 'npm:@s/a@1.0.0/b';\nimport('https://esm.sh/v1/a@1.0.0?x')\n"],
    "ruby-scripts": [
        b'require "bundler/inline"\ngemfile(true) do\n  gem "a", "1.0"\n  if x\n    gem "b"\n  end\nend\n',
    ],
    "rust-scripts": [
        b'---\n[dependencies]\na = "=1.0"\n---\n',
        b'//! ```cargo\n//! [dependencies]\n//! a = "1"\n//! ```\n',
        b'// cargo-deps: a="1", b\n',
    ],
    "unread-lists": [b'deps [submodule "a"]\n\tpath = b\n"dependencies": {"a": "1.0"}\nreplace => requires\n'],
    "ruby-declared": [b"GEM\n  specs:\n    a (1.0-x)\n      b (>= 1)\n\nDEPENDENCIES\n  a!\n"],
    "php-declared": [b'{"packages":[{"name":"a/b","version":"1","require":{"c/d":"*"}}],"packages-dev":[]}'],
    "php-archives": [
        archive(
            {"vendor/composer/installed.json": b'{"packages":[{"name":"a/b","version":"1"}]}', "a": b"<?php"}, packed
        )
        for packed in (0, 0x1000, 0x2000)
    ],
    "generic": [
        b'{application, rabbit, [{description, "R"}, {vsn, "3.10.8"}]}.',
        b"GGUF\3\0\0\0"
        + bytes(8)
        + b"\1"
        + bytes(7)
        + b"\x0c"
        + bytes(7)
        + b"general.name\x08\0\0\0\1"
        + bytes(7)
        + b"a",
        b'\x40\0\0\0\0\0\0\0{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    ],
    "distro": [
        b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
        b"CentOS Linux release 7.9.2009 (Core)\n",
    ],
}


def _target(cataloger, path: str) -> Target:
    def run(data: bytes) -> None:
        kept = {}
        for fact in cataloger.catalog(file(path, data)):
            assert not isinstance(fact, Package) or fact.name
            if isinstance(fact, Kept):
                kept[path] = fact.data
        if kept and isinstance(cataloger, Declarations) and cataloger.ecosystem.load_join is not None:
            for _ in cataloger.ecosystem.load_join()(kept, nothing, ()):
                pass

    return Target(path, run, _SEEDS.get(cataloger.NAME, [b"name version 1.0\n"]))


TARGETS = tuple(_target(cataloger, path) for cataloger, path in _FILES)
