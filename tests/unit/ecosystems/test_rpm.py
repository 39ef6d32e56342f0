from __future__ import annotations

import sqlite3
import struct

import pytest

from garboard.model.package import Frozen, Hold, Owns, Package
from tests.unit.ecosystems import rpmdb_builders as build
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read, wanted

cataloger = cataloger_of("rpm")

BASH = build.package(
    "bash",
    "5.1.8",
    "9.el9",
    summary="The GNU Bourne Again shell",
    epoch=0,
    size=7_738_634,
    vendor="Red Hat, Inc.",
    license="GPLv3+",
    arch="x86_64",
    sourcerpm="bash-5.1.8-9.el9.src.rpm",
    provides=["/bin/bash", "bash", "bash(x86-64)"],
    requires=["rpmlib(BuiltinLuaScripts)", "filesystem", "libc.so.6()(64bit)", "filesystem"],
)
NODE = build.package(
    "nodejs",
    "18.20.4",
    "1.module+el9",
    epoch=1,
    arch="x86_64",
    sourcerpm="nodejs-18.20.4-1.module+el9.src.rpm",
    modularitylabel="nodejs:18:9040020240807131341:rhel9",
    requires=["(npm or yarn)", "(a if b)", "(fontconfig(x86-64) or (x))"],
    dirnames=["/usr/bin/", "/usr/lib/node_modules/npm/", "/usr/lib/python3.9/site-packages/foo-1.dist-info/"],
    basenames=["node", "package.json", "README.md", "METADATA", "RECORD"],
    dirindexes=[0, 1, 1, 2, 2],
)
KEY = build.package("gpg-pubkey", "fd431d51", "4ae0493b")
EXPECTED = [
    Package(
        type="rpm",
        name="bash",
        version="5.1.8-9.el9",
        scheme="rpm",
        arch="x86_64",
        source_name="bash",
        source_version="5.1.8-9.el9",
        licenses=("GPLv3+",),
        requires=(("filesystem",), ("libc.so.6()(64bit)",)),
        provides=("/bin/bash", "bash(x86-64)"),
        vendor="Red Hat, Inc.",
        installed_size=7_738_634,
    ),
    Package(
        type="rpm",
        name="nodejs",
        version="1:18.20.4-1.module+el9",
        scheme="rpm",
        arch="x86_64",
        source_name="nodejs",
        source_version="18.20.4-1.module+el9",
        module="nodejs:18",
        requires=(("npm", "yarn"), ("fontconfig(x86-64)", "x")),
    ),
    Owns(
        type="rpm",
        package="nodejs:x86_64",
        paths=(
            "usr/bin/node",
            "usr/lib/node_modules/npm/package.json",
            "usr/lib/python3.9/site-packages/foo-1.dist-info/METADATA",
        ),
    ),
]
BLOBS = [BASH, KEY, NODE]
DATABASES = {
    "sqlite": build.sqlite(BLOBS),
    "ndb": build.ndb(BLOBS),
    "ndb of two slot pages": build.ndb(BLOBS, slot_pages=2),
    "bdb": build.bdb(BLOBS),
    "bdb, big-endian": build.bdb(BLOBS, order=">"),
    "bdb, on the page": build.bdb(BLOBS, page_size=4096, inline=True),
}


@pytest.mark.parametrize("kind", DATABASES)
def test_the_same_packages_from_every_kind_of_database(kind):
    assert read(cataloger, "var/lib/rpm/Packages", DATABASES[kind]) == EXPECTED


def test_paths():
    for folder in ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"):
        for name in ("Packages", "Packages.db", "rpmdb.sqlite"):
            assert wanted(cataloger, f"{folder}/{name}")
    assert wanted(cataloger, "var/lib/rpmmanifest/container-manifest-2")
    assert not wanted(cataloger, "var/lib/rpm/Name")
    assert not wanted(cataloger, "var/lib/rpm/rpmdb.sqlite-shm")


def in_write_ahead_mode(folder):
    """A database with one package in its file and another in the ``-wal`` file: both files' bytes."""
    path = folder / "rpmdb.sqlite"
    path.write_bytes(build.sqlite([BASH]))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("INSERT INTO Packages (blob) VALUES (?)", (NODE,))
    wal = path.with_name("rpmdb.sqlite-wal").read_bytes()
    data = path.read_bytes()
    connection.close()
    return data, wal


def test_changes_in_a_write_ahead_log_are_a_gap(tmp_path):
    data, wal = in_write_ahead_mode(tmp_path)
    assert [package.name for package in packages(read(cataloger, "var/lib/rpm/rpmdb.sqlite", data))] == ["bash"]
    (reason,) = gaps(read(cataloger, "var/lib/rpm/rpmdb.sqlite-wal", wal))
    assert "holds changes to var/lib/rpm/rpmdb.sqlite" in reason


@pytest.mark.parametrize("cut", [0, 31, 32, 40, 5000])
def test_a_write_ahead_log_without_a_whole_transaction_says_nothing(tmp_path, cut):
    _, wal = in_write_ahead_mode(tmp_path)
    first_commit = next(at for at in range(32, len(wal), 4120) if wal[at + 4 : at + 8] != bytes(4))
    data = wal[: min(cut, first_commit)]
    assert read(cataloger, "var/lib/rpm/rpmdb.sqlite-wal", data) == []
    assert read(cataloger, "var/lib/rpm/rpmdb.sqlite-wal", wal[:16] + b"another salt"[:8] + wal[24:]) == []


def test_a_hot_journal_is_a_gap():
    magic = bytes.fromhex("d9d505f920a163d7")
    assert len(gaps(read(cataloger, "var/lib/rpm/rpmdb.sqlite-journal", magic + bytes(600)))) == 1
    assert read(cataloger, "var/lib/rpm/rpmdb.sqlite-journal", bytes(600)) == []
    assert read(cataloger, "var/lib/rpm/rpmdb.sqlite-journal", b"") == []


MANY = [build.package(f"p{number}", "1", "1", summary="s" * (number * 37 % 900)) for number in range(1, 25)]


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("damage", ["zeroed", "cut", "of another"])
def test_no_package_is_lost_with_a_page_unnoticed(inline, damage):
    size = 4096 if inline else 512
    data = build.bdb(MANY, page_size=size, inline=inline)
    for at in range(size, len(data), size):
        page = bytes(size) if damage == "zeroed" else data[size : 2 * size]
        broken = data[:at] if damage == "cut" else data[:at] + page + data[at + size :]
        facts = read(cataloger, "var/lib/rpm/Packages", broken)
        found = {package.name for package in packages(facts)}
        assert gaps(facts) or found == {f"p{number}" for number in range(1, 25)}, at // size
        assert damage == "cut" or len(found) >= 23


def test_sqlite_in_write_ahead_mode():
    data = bytearray(DATABASES["sqlite"])
    data[18:20] = b"\2\2"
    assert read(cataloger, "var/lib/rpm/rpmdb.sqlite", bytes(data)) == EXPECTED


def test_manifest_of_an_image_without_a_database():
    lines = (
        "bash\t5.1.8-1.cm2\t1653816591\t1653628924\tMicrosoft Corporation\t(none)\t5946\tx86_64\t0\tbash-5.1.8-1.cm2.src.rpm\n"
        "vim\t8.2-1.cm2\t1\t2\t(none)\t3\t1\tx86_64\t3\tvim-8.2-1.cm2.src.rpm\n"
        "gpg-pubkey\t3135ce90-5e6fda74\t1\t2\t(none)\t(none)\t0\t(none)\t0\t(none)\n"
        "short\tline\n"
    )
    facts = read(cataloger, "var/lib/rpmmanifest/container-manifest-2", lines)
    assert [(p.name, p.version, p.arch, p.source_name, p.source_version, p.vendor) for p in packages(facts)] == [
        ("bash", "5.1.8-1.cm2", "x86_64", "bash", "5.1.8-1.cm2", "Microsoft Corporation"),
        ("vim", "3:8.2-1.cm2", "x86_64", "vim", "8.2-1.cm2", ""),
    ]
    assert gaps(facts) == ["line 4 is not of ten fields"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"x" * 4096, "is no RPM database of a known kind"),
        (b"SQLite format 3\0" + bytes(5000), "SQLite"),
        (build.sqlite([BASH], "CREATE TABLE Packages (x, blob)")[:600], "SQLite"),
        (b"RpmP", "NDB: a file of 4 bytes"),
        (struct.pack("<4s7I", b"RpmP", 1, 0, 1, 0, 0, 0, 0), "NDB: unknown version 1"),
        (struct.pack("<4s7I", b"RpmP", 0, 0, 0xFFFFFFFF, 0, 0, 0, 0), "slot pages"),
        (struct.pack("<4s7I", b"RpmP", 0, 0, 1, 0, 0, 0, 0) + bytes(4096), "a slot without its magic"),
        (build.bdb([BASH])[:100], "Berkeley DB: a file of 100 bytes"),
        (build.bdb([BASH], page_size=512)[:20] + struct.pack("<I", 7) + build.bdb([BASH])[24:], "pages of 7 bytes"),
    ],
)
def test_what_is_no_database_is_a_gap(data, reason):
    facts = read(cataloger, "var/lib/rpm/Packages", data)
    assert len(facts) == 1
    assert reason in gaps(facts)[0]


def test_no_table_but_a_view_that_never_ends():
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIEW Packages AS WITH RECURSIVE n(blob) AS (SELECT 1 UNION ALL SELECT blob + 1 FROM n) SELECT blob FROM n",
    )
    assert "no plain table Packages" in gaps(read(cataloger, "var/lib/rpm/rpmdb.sqlite", connection.serialize()))[0]


def test_a_column_that_computes_is_refused():
    schema = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, x, blob AS (zeroblob(100000000)))"
    connection = sqlite3.connect(":memory:")
    connection.execute(schema)
    connection.execute("INSERT INTO Packages (x) VALUES (1)")
    connection.commit()
    assert "no plain table" in gaps(read(cataloger, "var/lib/rpm/rpmdb.sqlite", connection.serialize()))[0]


def test_a_schema_that_is_no_text():
    data = build.sqlite([BASH])
    facts = read(
        cataloger, "var/lib/rpm/rpmdb.sqlite", data.replace(b"CREATE TABLE Packages", b"CREATE TABLE \x80ackages")
    )
    assert len(gaps(facts)) == 1


def test_a_row_that_is_no_blob():
    assert "holds no blob" in gaps(read(cataloger, "var/lib/rpm/rpmdb.sqlite", build.sqlite(["text"])))[0]


def test_broken_headers_are_one_gap_and_the_others_are_read():
    liar = struct.pack(">2I", 0x0FFFFFFF, 0x0FFFFFFF) + bytes(64)
    facts = read(cataloger, "var/lib/rpm/rpmdb.sqlite", build.sqlite([liar, BASH, liar, build.package("", "1")]))
    assert [p.name for p in packages(facts)] == ["bash"]
    assert len(gaps(facts)) == 1
    assert gaps(facts)[0].startswith("3 of 4 headers cannot be read: a header of 72 bytes claims 268435455 tags")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"name": "a", "version": "1", "basenames": ["METADATA"], "dirnames": ["/x.dist-info/"], "dirindexes": [7]},
            "folders",
        ),
        (
            {"name": "a", "version": "1", "basenames": ["METADATA"], "dirnames": ["/x/"], "dirindexes": [0, 0]},
            "folders",
        ),
        ({"name": "a"}, "package a has no version"),
        ({"version": "1"}, "a package without a name"),
    ],
)
def test_headers_that_contradict_themselves(fields, reason):
    facts = read(cataloger, "var/lib/rpm/Packages.db", build.ndb([build.header(**fields)]))
    assert reason in gaps(facts)[0]


def test_a_tag_of_another_type_and_one_outside_the_data():
    wrong_type = build.package("a").replace(struct.pack(">2I", 1000, 6), struct.pack(">2I", 1000, 4))
    outside = build.package("a").replace(struct.pack(">3I", 1001, 6, 18), struct.pack(">3I", 1001, 6, 9999))
    facts = read(cataloger, "var/lib/rpm/Packages.db", build.ndb([wrong_type]))
    assert "tag 1000 has type 4" in gaps(facts)[0]
    facts = read(cataloger, "var/lib/rpm/Packages.db", build.ndb([outside]))
    assert "tag 1001 lies outside" in gaps(facts)[0]


def test_overflow_pages_in_a_circle_end():
    data = bytearray(build.bdb([BASH * 10], page_size=512))
    for page in range(512, len(data), 512):
        if data[page + 25] == 7:
            data[page + 16 : page + 20] = struct.pack("<I", page // 512)
    facts = read(cataloger, "var/lib/rpm/Packages", bytes(data))
    assert "used twice" in gaps(facts)[0]


def test_ndb_slots_that_share_one_blob_end():
    data = bytearray(build.ndb([BASH + bytes(20000)]))
    slot = data[32:48]
    for place in range(48, 4096, 16):
        data[place : place + 16] = slot
    facts = read(cataloger, "var/lib/rpm/Packages.db", bytes(data))
    assert "blobs overlap" in gaps(facts)[0]
    assert len(packages(facts)) < 3


def test_an_interrupted_database_keeps_what_came_before():
    data = DATABASES["ndb"]
    facts = read(cataloger, "var/lib/rpm/Packages.db", data[:-200])
    assert [p.name for p in packages(facts)] == ["bash"]
    assert "cannot be read beyond 2 packages" in gaps(facts)[0]


def test_four_hundred_packages():
    blobs = [
        build.package(
            f"package{n}", requires=[f"lib{m}.so()(64bit)" for m in range(40)], provides=[f"p{n}"], license="MIT"
        )
        for n in range(400)
    ]
    assert len(read(cataloger, "var/lib/rpm/rpmdb.sqlite", build.sqlite(blobs))) == 400


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        (
            "etc/dnf/plugins/versionlock.list",
            "# Added lock\npython3-0:3.6.8-1.el8.*\n!bash-0:5.1-2.*\n",
            ("python3", "bash"),
        ),
        ("etc/dnf/plugins/versionlock.list", "bash-*:*\n", ("bash",)),
        ("etc/yum/pluginconf.d/versionlock.list", "0:bash-4.2.46-34.el7.*\n", ("bash",)),
        ("etc/dnf/plugins/versionlock.list", "bash-5.1-2.el9\nkernel*\n", ("bash", "kernel*")),
        ("etc/dnf/versionlock.toml", 'version = "1.0"\n[[packages]]\nname = "bash"\ncomment = "x"\n', ("bash",)),
        ("etc/zypp/locks", "type: package\nmatch_type: glob\nsolvable_name: bash\n", ("bash",)),
        ("etc/dnf/dnf.conf", "[main]\n#exclude=a\nexcludepkgs=bash, kernel*\n  vim\n", ("bash", "kernel*", "vim")),
        ("etc/yum.repos.d/a.repo", "[a]\nenabled=0\nexclude=bash\n[b]\nenabled=1\nexclude=vim\n", ("vim",)),
        ("etc/yum.conf", "[main]\ngpgcheck=1\n", ()),
    ],
)
def test_what_the_settings_hold(path, text, names):
    found = [one.names for one in read(cataloger, path, text) if isinstance(one, Hold)]
    assert found == ([names] if names else [])


@pytest.mark.parametrize(
    ("text", "archive"),
    [
        ("[a]\nbaseurl=http://vault.centos.org/7.9.2009/os/\n", "vault.centos.org/7.9.2009/os/"),
        ("[a]\nenabled = 0\nbaseurl=http://vault.centos.org/7/\n[b]\nbaseurl=http://a.test/9/\n", ""),
        ("[a]\n#baseurl=http://vault.centos.org/7/\nmirrorlist=http://mirrorlist.centos.org/?release=9\n", ""),
        ("[a]\nname=http://vault.centos.org/\nbaseurl=http://a.test/20240131/os\n", "http://a.test/20240131"),
        ("[a]\nbaseurl=file:///repo\n", "file:///repo"),
        ("[a]\nbaseurl = dir:/repo\n[b]\nbaseurl=http://a.test/9/\n", "dir:/repo"),
        ("[a]\nenabled=0\nbaseurl=file:///repo\n[b]\nbaseurl=http://a.test/9/\n", ""),
        ("[a]\ngpgkey=file:///etc/key\nbaseurl=http://a.test/9/\n", ""),
    ],
)
def test_archives_that_never_change(text, archive):
    found = read(cataloger, "etc/yum.repos.d/a.repo", text)
    assert found == ([Frozen(type="rpm", archive=archive)] if archive else [])
