"""Files that are made to cost much: the work of every cataloger grows with the bytes, and not with their square.

Each runs in a process of its own that the system ends after far more processor time than linear work takes on any machine,
and far less than quadratic work takes. Of all pairs of a beginning and what follows it, a kind of file gets every fourth, each
kind others; GARBOARD_FUZZ_COSTS=all gives it every one (`make fuzz`).
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator

import pytest

from garboard.model.gap import Gap
from garboard.model.limits import DEFAULT, MIB
from garboard.model.package import Fact, Package
from garboard.packages import graph
from garboard.packages.catalogers import CATALOGERS
from garboard.packages.declared import DECLARATIONS, SCRIPTS
from tests.unit.ecosystems.reading import file, paths

_SECONDS = 90
_BYTES = 100_000
_DATABASES = ("Packages", "Packages.db", "rpmdb.sqlite")
_STARTS = (
    b"", b"Package: a\nVersion: 1\n", b"Package: a\nVersion: 1\nDepends: a", b"Package: a\nVersion: 1\nSource: a", b"P:a\nV:1\n",
    b"P:a\nV:1\nD:a", b"P:a\nV:1\nF:usr/bin\nR:", b"ID=a\nVERSION=", b"Name: a\nVersion: 1\nRequires-Dist: a", b"Format: x\nLicense: ",
    b'{"name": "a", "version": "1", "dependencies": {"', b"Gem::Specification.new do |s|\n  s.name = ", b"/usr/bin/",
    b"[testenv]\ndeps =\n  a", b"[build-system]\nrequires = [", b'{"a": "!pip install ', b"dependencies { id", b"gem", b"s.add_dependency",
)  # fmt: skip
_PIECES = (
    b"(", b"[", b"{", b'"', b"'", b"\\", b";", b",", b":", b"|", b"=", b"/", b"a.", b"a-", b"a, ", b"a: b\n", b" ", b"\t", b"\n", b" \n",
    b"\n\n", b"x\n\n", b"\r\n", b"\r", b"#", b"<", b"%q(", b'"a":1,', b"R:a\n", b"s.a = ", b"License: a\n", b"\xff", b"\0",
)  # fmt: skip


def _paths() -> Iterator[tuple[object, str]]:
    yield from paths((*CATALOGERS, *DECLARATIONS), without=_DATABASES)
    node = next(one for one in CATALOGERS if one.NAME == "node")
    yield node, "node_modules/a/package.json"
    yield next(one for one in SCRIPTS if one.NAME == "python-scripts"), "x/a.ipynb"


def _pairs(name: str) -> Iterator[tuple[bytes, bytes]]:
    """Beginnings and what follows them, for one kind of file."""
    step = 1 if os.environ.get("GARBOARD_FUZZ_COSTS") == "all" else 4
    first = sorted(_FILES).index(name)
    yield from ((_STARTS[0], piece) for piece in _PIECES)
    for number, start in enumerate(_STARTS[1:]):
        yield from ((start, piece) for piece in _PIECES[(first + number) % step :: step])


_FILES = {f"{one.NAME} {path}": (one, path) for one, path in _paths()}  # type: ignore[attr-defined]


def _within(seconds: int, work: Callable[[], int]) -> int:
    """The work's answer from a process with so much processor time; fails if that is not enough."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        os.write(writer, str(work()).encode())
        os._exit(0)
    os.close(writer)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reader) as answer:
        assert status == 0, "it did not end"
        return int(answer.read())


def _grown(work: Callable[[], object]) -> int:
    """Bytes that a process grows by while it works."""

    def run() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        work()
        return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024

    return _within(_SECONDS, run)


@pytest.mark.parametrize("name", [name for name in _FILES if not name.startswith("unread")])
def test_no_file_costs_the_square_of_its_bytes(name: str) -> None:
    cataloger, path = _FILES[name]

    def work() -> int:
        return sum(
            len(list(cataloger.catalog(file(path, start + piece * (_BYTES // len(piece))))))  # type: ignore[attr-defined]
            for start, piece in _pairs(name)
        )

    assert _within(_SECONDS, work) >= 0


def _cataloged(name: str, path: str, data: bytes) -> list[Fact]:
    cataloger = next(one for one in CATALOGERS if name == one.NAME)
    return list(cataloger.catalog(file(path, data)))


_LARGE = {
    "tiny stanzas": ("dpkg", "var/lib/dpkg/status", b"x\n\n"),
    "lines of blanks": ("dpkg", "var/lib/dpkg/status", b" \n"),
    "packages": ("dpkg", "var/lib/dpkg/status", b"Package: a\nVersion: 1\n\n"),
    "paths": ("dpkg", "var/lib/dpkg/info/a.list", b"/usr/bin/a\n"),
    "blocks": ("apk", "lib/apk/db/installed", b"P:a\nV:1\n\n"),
    "empty lines": ("apk", "lib/apk/db/installed", b"\n"),
    "names": ("apk", "etc/apk/world", b"a "),
    "assignments": ("distro", "etc/os-release", b"A=1\n"),
    "headers": ("python", "a.dist-info/METADATA", b"Requires-Dist: b\n"),
    "members": ("node", "node_modules/a/package.json", b'"a":1,'),
}


@pytest.mark.parametrize("what", _LARGE)
def test_the_largest_file_that_is_read_takes_little_memory(what: str) -> None:
    name, path, piece = _LARGE[what]
    data = piece * (DEFAULT.text_bytes // len(piece))
    assert _grown(lambda: _cataloged(name, path, data)) < 300 * MIB


@pytest.mark.parametrize("field", ["Depends", "Provides", "Recommends"])
def test_a_field_of_many_names_is_a_gap(field: str) -> None:
    text = f"Package: a\nVersion: 1\n{field}: ".encode() + b"b, " * (DEFAULT.text_bytes // 4)
    assert (
        _within(
            _SECONDS, lambda: sum(isinstance(fact, Gap) for fact in _cataloged("dpkg", "var/lib/dpkg/status", text))
        )
        == 1
    )


def test_packages_that_share_what_they_provide_and_require() -> None:
    """Neither to list the providers nor to join what needs them costs the packages times the names times the packages."""
    names = tuple(f"n{number}" for number in range(3000))
    packages = [
        Package(
            type="deb",
            name=f"p{number}",
            version="1",
            scheme="deb",
            provides=names,
            purl=f"pkg:deb/p{number}",
            requires=tuple((name,) for name in names),
        )
        for number in range(300)
    ]
    assert _within(_SECONDS, lambda: sum(map(len, graph.edges(packages).values()))) == 300 * 299
