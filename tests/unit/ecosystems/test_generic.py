"""Software that no package manager installed, by the texts of its programs and libraries."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from garboard import image as images
from garboard.ecosystems.generic.names import NAMES, software_of
from garboard.ecosystems.generic.program import SOFTWARE
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.image import File
from garboard.model.package import UNMANAGED, Inventory, Package
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.packages.programs import explained
from tests.unit.ecosystems.software_page import PAGE, page
from tests.unit.executables import elf, mach, pe
from tests.unit.image.layers.builders import Given
from tests.unit.packages.test_unread import deb, layer

TEXTS = {
    "bash": ("bin/bash", "@(#)Bash version 5.2.15(1) release GNU", "5.2.15"),
    "busybox": ("bin/busybox", "BusyBox v1.36.1 (2024-01-01)", "1.36.1"),
    "bzip2": ("usr/lib/libbz2.so.1.0", "1.0.8, 13-Jul-2019", "1.0.8"),
    "curl": ("usr/lib/libcurl.so.4", "libcurl/8.5.0", "8.5.0"),
    "dnsmasq": ("usr/sbin/dnsmasq", "dnsmasq-2.90", "2.90"),
    "dovecot": ("usr/sbin/dovecot", "Dovecot v2.3.19.1 (9b53102964) starting up", "2.3.19.1"),
    "expat": ("usr/lib/libexpat.so.1", "expat_2.5.0", "2.5.0"),
    "ffmpeg": ("usr/local/lib/libavcodec.so.60", "FFmpeg version n6.1.1", "6.1.1"),
    "git": ("usr/local/bin/git", "git/2.43.0", "2.43.0"),
    "glibc": ("opt/libc.so.6", "GNU C Library (GNU libc) stable release version 2.39.\n", "2.39"),
    "gnutls": ("usr/lib/libgnutls.so.30", "Enabled GnuTLS 3.7.9 logging...\n", "3.7.9"),
    "haproxy": ("usr/local/sbin/haproxy", " version 2.9.4-4e071ad, released 2024/01/31", "2.9.4"),
    "httpd": ("usr/local/apache2/bin/httpd", "Apache/2.4.58 (Unix)\0Apache/2.4", "2.4.58"),
    "libarchive": ("usr/lib/libarchive.so.13", "libarchive 3.6.2", "3.6.2"),
    "libgcrypt": ("usr/lib/libgcrypt.so.20", "\n\nThis is Libgcrypt 1.10.1 - The GNU Crypto Library", "1.10.1"),
    "libjpeg-turbo": ("usr/lib/libjpeg.so.62", "libjpeg-turbo version 2.1.5 (build 20230203)", "2.1.5"),
    "libpcap": ("usr/lib/libpcap.so.1", "libpcap version 1.10.3 (with TPACKET_V3)", "1.10.3"),
    "libpng": ("usr/lib/libpng16.so.16", "\nlibpng version 1.6.39\nCopyright", "1.6.39"),
    "libssh2": ("usr/lib/libssh2.so.1", "SSH-2.0-libssh2_1.10.0\r\n", "1.10.0"),
    "libtiff": ("usr/lib/libtiff.so.6", "LIBTIFF, Version 4.5.0\nCopyright", "4.5.0"),
    "lighttpd": ("usr/sbin/lighttpd", "lighttpd/1.4.69", "1.4.69"),
    "lua": ("usr/bin/lua5.4", "$LuaVersion: Lua 5.4.4  Copyright (C) ", "5.4.4"),
    "mariadb": ("usr/sbin/mariadbd", "10.11.6-MariaDB-log", "10.11.6"),
    "mbedtls": ("usr/lib/libmbedcrypto.so.7", "mbed TLS 2.28.3", "2.28.3"),
    "memcached": ("usr/local/bin/memcached", "memcached 1.6.18\n", "1.6.18"),
    "nginx": ("usr/sbin/nginx", "nginx/1.25.3", "1.25.3"),
    "node": ("usr/local/bin/node", "https://nodejs.org/download/release/v20.10.0/node-v20.10.0.tar.gz", "20.10.0"),
    "openresty": ("usr/local/bin/openresty", "openresty/1.21.4.1", "1.21.4.1"),
    "openssh": ("usr/sbin/sshd", "OpenSSH_9.2p1\0OpenSSH_9.2", "9.2p1"),
    "openssl": ("usr/lib/libcrypto.so.1.1", "OpenSSL 1.1.1w  11 Sep 2023", "1.1.1w"),
    "pcre2": ("usr/lib/libpcre2-8.so.0", "10.42 2022-12-11", "10.42"),
    "php": ("usr/local/bin/php", "X-Powered-By: PHP/8.3.0RC1", "8.3.0RC1"),
    "postfix": ("usr/sbin/postconf", "mail_version=3.7.11", "3.7.11"),
    "postgresql": ("usr/local/bin/postgres", "postgres (PostgreSQL) 16.1\n", "16.1"),
    "python": ("usr/local/lib/libpython3.12.so.1.0", "3.12.1", "3.12.1"),
    "redis": ("usr/local/bin/redis-server", "7.2.3\x002.6.0\x007.2.3buildkitsandbox-1700000000000000000", "7.2.3"),
    "ruby": ("usr/local/lib/libruby.so.3.3", "ruby 3.3.0 (2023-12-25 revision 5124f9ac75) [x86_64-linux]", "3.3.0"),
    "sqlite": ("usr/lib/libsqlite3.so.0", "3.40.1", "3.40.1"),
    "squid": ("usr/sbin/squid", "squid/5.7", "5.7"),
    "stunnel": ("usr/bin/stunnel", "stunnel 5.68 on x86_64-pc-linux-gnu", "5.68"),
    "tini": ("sbin/tini", "tini version 0.19.0", "0.19.0"),
    "unbound": ("usr/sbin/unbound", "unbound 1.17.1", "1.17.1"),
    "varnish": ("usr/sbin/varnishd", "varnish-7.1.1 revision 7cee1c581b", "7.1.1"),
    "vsftpd": ("usr/sbin/vsftpd", "(vsFTPd 3.0.3)", "3.0.3"),
    "zlib": ("lib/libz.so.1", " inflate 1.2.13 Copyright 1995-2022", "1.2.13"),
}
"""For each software, where one of its files may lie, what is in it, and the version."""
NGINX = elf({".rodata": b"\0nginx/1.25.3\0"})


def told(path: str, data: bytes) -> list[str]:
    facts = explained(File(path=path, data=data[:4096], view=memoryview(data)))
    return [f"{fact.name}@{fact.version}" if isinstance(fact, Package) else type(fact).__name__ for fact in facts]


def inventory(*layers: bytes) -> Inventory:
    return assemble(images.read(Given(*layers), CATALOGERS, NoCache(), Options()))


def software(*layers: bytes) -> list[str]:
    return [one.purl for one in inventory(*layers).packages if one.type == UNMANAGED]


def test_every_row_has_names_and_a_text() -> None:
    assert set(NAMES.values()) == set(SOFTWARE) == set(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("form", ["elf", "stripped", "mach", "pe"])
def test_its_version(name: str, form: str) -> None:
    path, text, version = TEXTS[name]
    data = b"\0%s\0" % text.encode()
    program = {
        "elf": lambda: elf({".text": b"\0" * 64, ".rodata": data}),
        "stripped": lambda: elf({".rodata": data}, named=False),
        "mach": lambda: mach({"__cstring": data}),
        "pe": lambda: pe({".rdata": data}),
    }[form]()
    assert told(path, program) == [f"{name}@{version}"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("usr/sbin/nginx", b"\0nginx/1.25.3\0nginx/1.24.0\0"),  # two versions: which one it is cannot be known
        ("usr/sbin/nginx", b"\0nginx/\0"),
        ("usr/sbin/other", b"\0nginx/1.25.3\0"),
        ("usr/lib/ruby/3.1.0/openssl.so", b"OpenSSL 3.0.22 25 Aug 2026\0"),  # what it was compiled with
        ("usr/bin/python3.11", b"\x003.12.1\0"),  # of another series
        ("usr/local/bin/redis-server", b"\x006.2.0\x007.0.0\0"),  # versions since which commands are there
        ("usr/local/bin/git", b"\0git/2.43.0.rc1\0"),
        ("usr/lib/libcrypto.so", b"LibreSSL 3.8.2\0"),
    ],
)
def test_what_is_not_sure_is_not_said(path: str, text: bytes) -> None:
    program = elf({".rodata": text})
    assert told(path, program) == []
    assert [gap for gap in inventory(layer({path: program})).gaps if "no package manager" in gap.subject]


def test_it_is_in_the_inventory_and_no_longer_an_unknown_program() -> None:
    found = inventory(layer({"usr/sbin/nginx": NGINX}))
    assert [one.purl for one in found.packages] == ["pkg:generic/nginx@1.25.3"]
    assert [one.ecosystem for one in found.packages] == ["Software:nginx"]
    assert not [gap for gap in found.gaps if "no package manager" in gap.subject]


def test_what_a_package_brought_is_that_package() -> None:
    packaged = layer({**deb("nginx", "usr/sbin/nginx"), "usr/sbin/nginx": NGINX})
    assert software(packaged) == []
    lists = layer(deb("nginx", "usr/sbin/nginx"))
    assert software(layer({"usr/sbin/nginx": NGINX}), lists) == []
    newer = elf({".rodata": b"\0nginx/1.27.0\0"})
    assert software(packaged, layer({"usr/sbin/nginx": newer})) == ["pkg:generic/nginx@1.27.0"]
    assert software(packaged, layer({"usr/local/sbin/nginx": newer})) == ["pkg:generic/nginx@1.27.0"]


def test_a_java_runtime_is_all_that_lies_in_its_folder() -> None:
    runtime = {
        "opt/java/release": b'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="17.0.9"\nJAVA_VERSION_DATE="2023-10-17"\n',
        "opt/java/lib/modules": b"\xda\xda\xfe\xca",
        "opt/java/bin/java": elf({".rodata": b"\0"}),
        "opt/java/lib/server/libjvm.so": elf({".rodata": b"\0"}),
    }
    found = inventory(layer(runtime))
    assert [(one.purl, one.vendor) for one in found.packages] == [("pkg:generic/java@17.0.9", "Eclipse Adoptium")]
    assert [gap.subject for gap in found.gaps] == []
    assert software(layer({**deb("jre", *runtime), **runtime})) == []
    del runtime["opt/java/release"]
    assert "Java runtimes" in {gap.subject for gap in inventory(layer(runtime)).gaps}


def test_libraries_of_its_installation_are_its_own() -> None:
    program = elf({".rodata": b"\x003.12.1\0"})
    module = elf({".rodata": b"\0"})
    found = inventory(layer({"opt/py/bin/python3.12": program, "opt/py/lib/python3.12/lib-dynload/_struct.so": module}))
    assert not [gap for gap in found.gaps if "no package manager" in gap.subject]


def test_real_programs_of_this_machine_have_the_versions_that_dpkg_says() -> None:
    """Of every program and library of a known name, wherever this machine has some of Debian's packages."""
    if not (dpkg := shutil.which("dpkg-query")):
        pytest.skip("no dpkg-query: real programs are compared on Debian only")
    roots = ("/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")
    files = [path for root in roots for path in Path(root).glob("*") if path.is_file() and not path.is_symlink()]
    wrong, compared = [], 0
    for path in files:
        if not software_of(str(path)) or path.read_bytes()[:4] != b"\x7fELF":
            continue
        spellings = (str(path), str(path).removeprefix("/usr"))
        owner = subprocess.run([dpkg, "-S", *spellings], capture_output=True, text=True, check=False).stdout
        package = owner.partition(": ")[0]
        if not package or "," in package or " " in package:
            continue
        says = subprocess.run(
            [dpkg, "-W", "-f", "${source:Upstream-Version}", package], capture_output=True, text=True, check=False
        ).stdout.rpartition(":")[2]
        for one in told(os.fspath(path), path.read_bytes()):
            compared += 1
            if not says.rpartition("really")[2].startswith(one.partition("@")[2]):
                wrong.append((str(path), one, says))
    if not compared:
        pytest.skip("none of these programs is installed here")
    assert wrong == []


def test_the_page_is_of_today() -> None:
    if os.environ.get("GARBOARD_RENEW"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "GARBOARD_RENEW=1 pytest tests/unit/ecosystems/test_generic.py"
