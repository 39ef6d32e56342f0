"""RPM databases that real tools wrote: SQLite by ``rpm``, Berkeley DB by ``db5.3_load``, both listed by ``rpm`` itself.

Debian's rpm has no NDB, whose fixtures are therefore only built.
"""

from __future__ import annotations

import shutil
import sqlite3
import struct
import subprocess
from pathlib import Path

import pytest

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Owns, Package
from tests.unit.ecosystems.reading import cataloger_of

cataloger = cataloger_of("rpm")

SPEC = """
Name: demo
Epoch: 2
Version: 1.2
Release: 3.el9
Summary: A package with all that is read
License: MIT AND Apache-2.0
Vendor: Demo, Inc.
BuildArch: noarch
Provides: capability(demo) = 1
Requires: /bin/sh, glibc >= 2, (one or other), (one if other)
%description
Text.
%prep
%build
{subpackages}
%install
mkdir -p %{{buildroot}}/usr/lib/python3/foo-1.dist-info %{{buildroot}}/usr/lib/node_modules/z %{{buildroot}}/usr/share/d
echo > %{{buildroot}}/usr/lib/python3/foo-1.dist-info/METADATA
echo > %{{buildroot}}/usr/lib/node_modules/z/package.json
for n in $(seq 400); do echo > %{{buildroot}}/usr/share/d/file-with-a-long-name-$n.txt; done
%files
/usr/lib/python3/foo-1.dist-info/METADATA
/usr/lib/node_modules/z/package.json
/usr/share/d
{files}
"""
SUBPACKAGES = [f"part{n}" for n in range(30)]


def _run(*command: str | Path) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Path:
    """A database of 31 packages, installed by rpm into a folder of its own."""
    if not shutil.which("rpmbuild") or not shutil.which("rpm"):
        pytest.skip("rpm and rpmbuild are not installed")
    if (
        subprocess.run(["rpm", "--eval", "%_db_backend"], capture_output=True, text=True, check=False).stdout.strip()
        != "sqlite"
    ):
        pytest.skip("this rpm does not write SQLite databases")
    folder = tmp_path_factory.mktemp("rpm")
    spec = folder / "demo.spec"
    spec.write_text(
        SPEC.format(
            subpackages="\n".join(f"%package {n}\nSummary: s\n%description {n}\nd" for n in SUBPACKAGES),
            files="\n".join(f"%files {n}" for n in SUBPACKAGES),
        ),
    )
    _run("rpmbuild", "--define", f"_topdir {folder}/build", "-bb", spec)
    built = sorted((folder / "build" / "RPMS").rglob("*.rpm"))
    assert len(built) == 31
    _run("rpm", "--dbpath", folder / "db", "--justdb", "--nodeps", "--noscripts", "-i", *built)
    return folder / "db"


def _facts(path: Path) -> tuple[list[Package], list[Owns]]:
    facts = list(cataloger.catalog(File(path="var/lib/rpm/Packages", data=path.read_bytes())))
    assert [fact for fact in facts if isinstance(fact, Gap)] == []
    return [f for f in facts if isinstance(f, Package)], [f for f in facts if isinstance(f, Owns)]


def _check(folder: Path, file: str, *options: str) -> None:
    packages, owns = _facts(folder / file)
    form = "%{NAME}\\t%{EPOCH}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\n"
    listed = {
        tuple(line.split("\t")) for line in _run("rpm", "--dbpath", folder, *options, "-qa", "--qf", form).splitlines()
    }
    assert {(p.name, p.version, p.arch, f"{p.source_name}-{p.source_version}.src.rpm") for p in packages} == listed
    assert len(packages) == 31
    demo = next(p for p in packages if p.name == "demo")
    assert demo.licenses == ("MIT AND Apache-2.0",)
    assert demo.vendor == "Demo, Inc."
    assert demo.provides == ("capability(demo)",)
    assert set(demo.requires) == {("/bin/sh",), ("glibc",), ("one", "other")}
    assert [(o.package, set(o.paths)) for o in owns] == [
        (
            "demo:noarch",
            {
                "usr/lib/python3/foo-1.dist-info/METADATA",
                "usr/lib/node_modules/z/package.json",
                "usr/share/d",  # what is called so may be a program
            },
        ),
    ]


def test_sqlite(database):
    _check(database, "rpmdb.sqlite")


@pytest.mark.parametrize(("order", "number"), [("<", 1234), (">", 4321)])
@pytest.mark.parametrize("page_size", [512, 4096, 65536])
def test_berkeley_db(database, tmp_path, order, number, page_size):
    """Page sizes of 512 put every header on overflow pages, of 65536 the small ones on the hash page itself."""
    if not shutil.which("db5.3_load"):
        pytest.skip("db5.3_load (Debian's db5.3-util) is not installed")
    rows = list(sqlite3.connect(database / "rpmdb.sqlite").execute("SELECT hnum, blob FROM Packages"))
    last = struct.pack(order + "I", max(row[0] for row in rows))
    records = [(struct.pack(order + "I", 0), last), *((struct.pack(order + "I", n), bytes(blob)) for n, blob in rows)]
    dump = [
        "VERSION=3",
        "format=bytevalue",
        "type=hash",
        f"db_lorder={number}",
        f"db_pagesize={page_size}",
        "HEADER=END",
    ]
    dump += [f" {text.hex()}" for record in records for text in record]
    (tmp_path / "dump").write_text("\n".join([*dump, "DATA=END", ""]))
    _run("db5.3_load", "-f", tmp_path / "dump", tmp_path / "Packages")
    _check(tmp_path, "Packages", "--define", "_db_backend bdb_ro")
