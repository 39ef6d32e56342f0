"""Software that no package manager installed, by the texts of its programs and libraries."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from garboard import image as images
from garboard.ecosystems.generic import described
from garboard.ecosystems.generic import program as texts
from garboard.ecosystems.generic.names import FILES, software_of
from garboard.ecosystems.generic.program import SOFTWARE
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.image import File
from garboard.model.package import HIGH, MEDIUM, UNMANAGED, Inventory, Package
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.packages.programs import explained
from garboard.workflows.scan import take_inventory
from tests.unit.ecosystems.software_page import PAGE, page
from tests.unit.ecosystems.test_programs import information
from tests.unit.executables import elf, mach, pe, universal
from tests.unit.image.layers.builders import Given, docker_archive, oci_blobs, oci_dir, tar
from tests.unit.packages.test_unread import deb, layer

TEXTS = {
    "bash": ("bin/bash", "@(#)Bash version 5.2.15(1) release GNU", "5.2.15"),
    "bind": ("usr/sbin/named", "BIND 9.18.24 (Extended Support Version)", "9.18.24"),
    "bun": ("usr/local/bin/bun", "Bun v1.1.8 (Linux x64)", "1.1.8"),
    "busybox": ("bin/busybox", "BusyBox v1.36.1 (2024-01-01)", "1.36.1"),
    "bzip2": ("usr/lib/libbz2.so.1.0", "1.0.8, 13-Jul-2019", "1.0.8"),
    "chromium": ("usr/lib/chromium/chromium", "124.0.6367.78", "124.0.6367.78"),
    "clickhouse": ("usr/bin/clickhouse", "ClickHouse 23.8.1.2992", "23.8.1.2992"),
    "collectd": ("usr/sbin/collectd", "usage\ncollectd 5.12.0.git, http://collectd.org/", "5.12.0"),
    "coturn": ("usr/bin/turnserver", "Coturn-4.6.1 'Gorst'", "4.6.1"),
    "crun": ("usr/bin/crun", "1.8.1\0%s version %s\n", "1.8.1"),
    "curl": ("usr/lib/libcurl.so.4", "libcurl/8.5.0", "8.5.0"),
    "deno": ("usr/bin/deno", "Deno/1.43.1+abcdef0Deno/1.43.1", "1.43.1"),
    "dnsmasq": ("usr/sbin/dnsmasq", "dnsmasq-2.90", "2.90"),
    "dovecot": ("usr/sbin/dovecot", "Dovecot v2.3.19.1 (9b53102964) starting up", "2.3.19.1"),
    "dropbear": ("usr/sbin/dropbear", "SSH-2.0-dropbear_2022.83\r\n", "2022.83"),
    "dumb-init": ("usr/bin/dumb-init", "dumb-init v%.*s\x001.2.5\n", "1.2.5"),
    "envoy": ("usr/local/bin/envoy", "envoy.reloadable_features.x\x001.28.0", "1.28.0"),
    "erlang": ("usr/local/lib/erlang/erts-13.1.5/bin/beam.smp", "[async-threads:%d]\n\x0025.2.3", "25.2.3"),
    "exim": ("usr/sbin/exim4", "Exim version %s\x004.96", "4.96"),
    "expat": ("usr/lib/libexpat.so.1", "expat_2.5.0", "2.5.0"),
    "ffmpeg": ("usr/local/lib/libavcodec.so.60", "FFmpeg version n6.1.1", "6.1.1"),
    "freeradius": ("usr/sbin/freeradius", "FreeRADIUS Version 3.2.1, for host", "3.2.1"),
    "gawk": ("usr/bin/gawk", "GNU Awk 5.2.1", "5.2.1"),
    "ghostscript": ("usr/lib/libgs.so.10", "/usr/share/ghostscript/10.00.0/Resource/Init", "10.00.0"),
    "git": ("usr/local/bin/git", "git/2.43.0", "2.43.0"),
    "glibc": ("opt/libc.so.6", "GNU C Library (GNU libc) stable release version 2.39.\n", "2.39"),
    "gnupg": ("usr/bin/gpg", "GNU Privacy Guard's OpenPGP server 2.2.40 ready", "2.2.40"),
    "gnutls": ("usr/lib/libgnutls.so.30", "Enabled GnuTLS 3.7.9 logging...\n", "3.7.9"),
    "h2o": ("usr/bin/h2o", "h2o/2.2.5", "2.2.5"),
    "haproxy": ("usr/local/sbin/haproxy", " version 2.9.4-4e071ad, released 2024/01/31", "2.9.4"),
    "httpd": ("usr/local/apache2/bin/httpd", "Apache/2.4.58 (Unix)\0Apache/2.4", "2.4.58"),
    "icu": ("usr/lib/libicuuc.so.72", "72.1\0icudt72l", "72.1"),
    "imagemagick": ("usr/lib/libMagickCore-7.Q16HDRI.so.10", "ImageMagick 7.1.1-29 Q16-HDRI x86_64", "7.1.1-29"),
    "jq": ("usr/local/bin/jq", "jq-%s\n\x001.7.1", "1.7.1"),
    "julia": ("opt/julia/lib/libjulia.so.1.10", "1.10.2", "1.10.2"),
    "knot": ("usr/sbin/knotd", "Knot DNS 3.2.6", "3.2.6"),
    "libarchive": ("usr/lib/libarchive.so.13", "libarchive 3.6.2", "3.6.2"),
    "libevent": ("usr/lib/libevent-2.1.so.7", "2.1.12-stable", "2.1.12"),
    "libgcrypt": ("usr/lib/libgcrypt.so.20", "\n\nThis is Libgcrypt 1.10.1 - The GNU Crypto Library", "1.10.1"),
    "libgit2": ("usr/lib/libgit2.so.1.5", "libgit2 1.5.1", "1.5.1"),
    "libheif": ("usr/lib/libheif.so.1", "Success\x001.15.1", "1.15.1"),
    "libjpeg-turbo": ("usr/lib/libjpeg.so.62", "libjpeg-turbo version 2.1.5 (build 20230203)", "2.1.5"),
    "libnghttp2": ("usr/lib/libnghttp2.so.14", "1.52.0", "1.52.0"),
    "libpcap": ("usr/lib/libpcap.so.1", "libpcap version 1.10.3 (with TPACKET_V3)", "1.10.3"),
    "libpng": ("usr/lib/libpng16.so.16", "\nlibpng version 1.6.39\nCopyright", "1.6.39"),
    "libssh": ("usr/lib/libssh.so.4", "SSH-2.0-libssh_0.10.6", "0.10.6"),
    "libssh2": ("usr/lib/libssh2.so.1", "SSH-2.0-libssh2_1.10.0\r\n", "1.10.0"),
    "libtiff": ("usr/lib/libtiff.so.6", "LIBTIFF, Version 4.5.0\nCopyright", "4.5.0"),
    "libvpx": ("usr/lib/libvpx.so.7", "WebM Project VP8 Decoder v1.12.0", "1.12.0"),
    "libxml2": ("usr/lib/libxml2.so.2", "20914", "2.9.14"),
    "libxslt": ("usr/lib/libxslt.so.1", "10135", "1.1.35"),
    "lighttpd": ("usr/sbin/lighttpd", "lighttpd/1.4.69", "1.4.69"),
    "lua": ("usr/bin/lua5.4", "$LuaVersion: Lua 5.4.4  Copyright (C) ", "5.4.4"),
    "mariadb": ("usr/sbin/mariadbd", "10.11.6-MariaDB-log", "10.11.6"),
    "mbedtls": ("usr/lib/libmbedcrypto.so.7", "mbed TLS 2.28.3", "2.28.3"),
    "memcached": ("usr/local/bin/memcached", "memcached 1.6.18\n", "1.6.18"),
    "mongodb": ("usr/bin/mongod", "http://dochub.mongodb.org/core/\x006.0.12", "6.0.12"),
    "monit": ("usr/bin/monit", "<a href='http://mmonit.com/monit/'>monit 5.33.0</a>", "5.33.0"),
    "mosquitto": ("usr/sbin/mosquitto", "mosquitto version %s\x002.0.11", "2.0.11"),
    "mysql": ("usr/sbin/mysqld", "/build/mysql-8.0.36/sql/a.cc\x008.0.36", "8.0.36"),
    "nginx": ("usr/sbin/nginx", "nginx/1.25.3", "1.25.3"),
    "nmap": ("usr/bin/nmap", "7.93\0Nmap", "7.93"),
    "node": ("usr/local/bin/node", "https://nodejs.org/download/release/v20.10.0/node-v20.10.0.tar.gz", "20.10.0"),
    "nss": ("usr/lib/libnss3.so", "Version: NSS 3.87.1", "3.87.1"),
    "openjpeg": ("usr/lib/libopenjp2.so.7", "2.5.0", "2.5.0"),
    "openresty": ("usr/local/bin/openresty", "openresty/1.21.4.1", "1.21.4.1"),
    "openssh": ("usr/sbin/sshd", "OpenSSH_9.2p1\0OpenSSH_9.2", "9.2p1"),
    "openssl": ("usr/lib/libcrypto.so.1.1", "OpenSSL 1.1.1w  11 Sep 2023", "1.1.1w"),
    "openvpn": ("usr/sbin/openvpn", "OpenVPN 2.6.3 x86_64-pc-linux-gnu", "2.6.3"),
    "pcre": ("usr/lib/libpcre.so.1", "8.45 2021-06-15", "8.45"),
    "pcre2": ("usr/lib/libpcre2-8.so.0", "10.42 2022-12-11", "10.42"),
    "pdns": ("usr/sbin/pdns_server", "PowerDNS Authoritative Server\0 4.7.3", "4.7.3"),
    "pdns-recursor": ("usr/sbin/pdns_recursor", "pdns-recursor 4.8.8", "4.8.8"),
    "perl": ("usr/local/bin/perl5.38.2", "v5.38.2", "5.38.2"),
    "pgbouncer": ("usr/sbin/pgbouncer", "PgBouncer 1.18.0", "1.18.0"),
    "php": ("usr/local/bin/php", "X-Powered-By: PHP/8.3.0RC1", "8.3.0RC1"),
    "poppler": ("usr/lib/libpoppler.so.126", "22.12.0", "22.12.0"),
    "postfix": ("usr/sbin/postconf", "mail_version=3.7.11", "3.7.11"),
    "postgresql": ("usr/local/bin/postgres", "postgres (PostgreSQL) 16.1\n", "16.1"),
    "proftpd": ("usr/sbin/proftpd", "ProFTPD Version 1.3.8b", "1.3.8b"),
    "pypy": ("opt/pypy/bin/libpypy3.10-c.so", "3.10.13 (2.0, Jan 15 2024)\n[PyPy 7.3.15 with GCC", "7.3.15"),
    "python": ("usr/local/lib/libpython3.12.so.1.0", "3.12.1", "3.12.1"),
    "redis": ("usr/local/bin/redis-server", "7.2.3\x002.6.0\x007.2.3buildkitsandbox-1700000000000000000", "7.2.3"),
    "rsync": ("usr/bin/rsync", "rsync\x003.2.7", "3.2.7"),
    "ruby": ("usr/local/lib/libruby.so.3.3", "ruby 3.3.0 (2023-12-25 revision 5124f9ac75) [x86_64-linux]", "3.3.0"),
    "rust": (
        "usr/local/lib/librustc_driver-6108105cd7e839cf.so",
        "handler1.76.0 (07dca489a 2024-02-04)target",
        "1.76.0",
    ),
    "samba": ("usr/lib/libsmbconf.so.0", "4.17.12-Debian", "4.17.12"),
    "socat": ("usr/bin/socat", "socat version %s\x001.7.4.4", "1.7.4.4"),
    "sqlite": ("usr/lib/libsqlite3.so.0", "3.40.1", "3.40.1"),
    "squid": ("usr/sbin/squid", "squid/5.7", "5.7"),
    "stunnel": ("usr/bin/stunnel", "stunnel 5.68 on x86_64-pc-linux-gnu", "5.68"),
    "sudo": ("usr/bin/sudo", "Sudo version %s\n\x001.9.13p3", "1.9.13p3"),
    "systemd": ("usr/bin/systemctl", "systemd 252 (252.39-1~deb12u2)\n%s", "252.39"),
    "tini": ("sbin/tini", "tini version 0.19.0", "0.19.0"),
    "tmux": ("usr/bin/tmux", "tmux %s\x003.3a", "3.3a"),
    "tor": ("usr/bin/tor", "tor 0.4.8.10", "0.4.8.10"),
    "unbound": ("usr/sbin/unbound", "unbound 1.17.1", "1.17.1"),
    "uwsgi": ("usr/local/bin/uwsgi", "*** uWSGI %s\x002.0.24", "2.0.24"),
    "valkey": ("usr/local/bin/valkey-server", "8.0.1\x007.2.4\x008.0.1buildkitsandbox-1700000000000000000", "8.0.1"),
    "varnish": ("usr/sbin/varnishd", "varnish-7.1.1 revision 7cee1c581b", "7.1.1"),
    "vsftpd": ("usr/sbin/vsftpd", "(vsFTPd 3.0.3)", "3.0.3"),
    "wget": ("usr/bin/wget", "GNU Wget %s\x001.21.3", "1.21.3"),
    "xz": ("usr/lib/liblzma.so.5", "5.4.1", "5.4.1"),
    "zabbix": ("usr/sbin/zabbix_agentd", "Zabbix 6.0.14", "6.0.14"),
    "zlib": ("lib/libz.so.1", " inflate 1.2.13 Copyright 1995-2022", "1.2.13"),
    "zstd": ("usr/lib/libzstd.so.1", "1.5.4", "1.5.4"),
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
    assert set(FILES) == set(SOFTWARE) == set(TEXTS)


def test_each_product_of_nvd_is_one_software() -> None:
    rows = (*SOFTWARE.values(), *described.SOFTWARE.values())
    cpes = [cpe for software in rows for cpe in software.cpe.split()]
    assert len(cpes) == len(set(cpes))
    assert all(re.fullmatch(r"(?:[a-z0-9_.-]|\\/)+:(?:[a-z0-9_.-]|\\/)+", cpe) for cpe in cpes)


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
        ("usr/bin/dash", b"\x000.5.12\0"),  # no version is known to be in these
        ("sbin/su-exec", b"\x000.2\0"),
        ("usr/lib/libwebp.so.7", b"\x001.2.4\0"),
    ],
)
def test_what_is_not_sure_is_not_said(path: str, text: bytes) -> None:
    program = elf({".rodata": text})
    assert told(path, program) == []
    assert [gap for gap in inventory(layer({path: program})).gaps if "no package manager" in gap.subject]


@pytest.mark.parametrize(
    "text",
    [
        b"----- bun meta -----\nBun v1.0.36 (40f61ebb) Linux x64 {s}\n{s}: {}\0",
        b"_user_agent\0bun/1.0.36 npm/? node/v21.6.0 linux x64\0npm_",
        b"agent\0bun/1.0.36 npm/? node/v21.6.0 linux x64\0=bun-v1.1.0\n\0Bun v1.0.36 (Linux x64)\0",
    ],
)
def test_bun_of_all_times(text: bytes) -> None:
    assert told("opt/bun/bin/bun", elf({".rodata": text})) == ["bun@1.0.36"]


@pytest.mark.parametrize(
    ("path", "software"),
    [
        ("pillow.libs/libz-dd453c56.so.1.2.11", ("zlib",)),
        ("pillow.libs/libopenjp2-430a98fc.so.2.4.0", ("openjpeg",)),
        ("bin/libcrypto-3-x64.dll", ("openssl",)),
        ("lib/libpcre2-16.so.0", ("pcre", "pcre2")),
        ("lib/libpng16.16.dylib", ("libpng",)),
        ("usr/bin/python3.11", ("python",)),
        ("usr/sbin/mysqld", ("mariadb", "mysql")),
        ("lib/libcurl-gnutls.so.4", ("curl",)),
        ("lib/openssl.so", ()),
        ("usr/bin/libz", ()),
    ],
)
def test_names_of_files_without_what_tells_versions(path: str, software: tuple[str, ...]) -> None:
    assert software_of(path) == software


@pytest.mark.parametrize(
    ("path", "text", "confidence"),
    [
        ("usr/sbin/nginx", b"\0nginx/1.25.3\0", HIGH),
        ("usr/bin/jq", b"\x001.7.1\0jq-%s\n\0", HIGH),
        ("usr/lib/libsqlite3.so.0", b"\x003.40.1\0", MEDIUM),
        ("usr/bin/h2o", b"\0h2o/2.2.5\0", HIGH),
    ],
)
@pytest.mark.parametrize("form", [elf, mach, pe])
def test_the_evidence_is_stated_with_its_place(
    form: Callable[..., bytes], path: str, text: bytes, confidence: str
) -> None:
    section = {elf: ".rodata", mach: "__const", pe: ".rdata"}[form]
    for program in (form({section: b"x" * 100 + text}), form({section: text})):
        (found,) = explained(File(path=path, data=program[:4096], view=memoryview(program)))
        assert isinstance(found, Package)
        assert found.evidence is not None
        assert found.evidence.confidence == confidence
        assert program[found.evidence.offset :].startswith(found.version.encode())


def test_of_a_universal_file_the_place_is_that_in_the_whole_file() -> None:
    program = universal(mach({"__cstring": b"\0nginx/1.25.3\0"}))
    (found,) = explained(File(path="nginx", data=program, view=memoryview(program)))
    assert isinstance(found, Package)
    assert found.evidence is not None
    assert program[found.evidence.offset :].startswith(b"1.25.3")


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


@pytest.mark.parametrize(
    ("text", "purls"),
    [
        (
            '{application, rabbit, [\n\t{description, "RabbitMQ"},\n\t{vsn, "3.10.8"},\n\t{modules, []}]}.',
            ["pkg:generic/rabbitmq@3.10.8"],
        ),
        ('{application, rabbit, [{vsn,"4.0.0-rc.1"}]}.', ["pkg:generic/rabbitmq@4.0.0-rc.1"]),
        ('{application, rabbit, [{vsn, "%%VSN%%"}]}.', []),
    ],
)
def test_a_server_by_the_file_that_states_its_version(text: str, purls: list[str]) -> None:
    assert software(layer({"opt/rabbitmq/plugins/rabbit-3.10.8/ebin/rabbit.app": text.encode()})) == purls


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


@pytest.mark.parametrize(
    ("text", "name", "judged"),
    [
        ('JVM_VARIANT="Hotspot"\n', "java", True),
        ('JVM_VARIANT="Openj9"\n', "java-openj9", False),
        ('BUILD_INFO="OS: Linux"\nFULL_VERSION="11.0.9 openj9-0.23.0"\n', "java-openj9", False),
        ('GRAALVM_VERSION="22.3.0"\n', "java-graalvm", False),
    ],
)
def test_a_java_runtime_of_another_virtual_machine_has_another_name(text: str, name: str, judged: bool) -> None:
    (found,) = inventory(layer({"opt/java/release": f'JAVA_VERSION="17.0.9"\n{text}'.encode()})).packages
    assert (found.name, found.ecosystem) == (name, f"Software:{name}" if judged else "")


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
            if not says.rpartition("really")[2].startswith(one.partition("@")[2].replace("-", ".")):
                wrong.append((str(path), one, says))
    if not compared:
        pytest.skip("none of these programs is installed here")
    assert wrong == []


def test_the_page_is_of_today() -> None:
    if os.environ.get("GARBOARD_RENEW"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "GARBOARD_RENEW=1 pytest tests/unit/ecosystems/test_generic.py"


def test_a_large_library_is_looked_into_where_its_name_is_known() -> None:
    program = elf({".text": bytes(17 * 1024 * 1024), ".rodata": b"\0ClickHouse 23.8.1.2992\0"})
    found = inventory(layer({"opt/lib/libclickhouse.so": program, "opt/lib/libother.so": program}))
    assert [one.locations[0].path for one in found.packages] == ["opt/lib/libclickhouse.so"]


GO = elf({".go.buildinfo": information()})
PROGRAMS = {
    "usr/sbin/nginx": NGINX,
    "usr/bin/serve": GO,
    "usr/bin/true": elf({".rodata": b"\0"}),
    "usr/local/bin/redis.sh": b"#!/bin/sh\nnginx -t\n",
}
OWNERS = {path: f"p{number}" for number, path in enumerate(PROGRAMS)}


@given(
    st.lists(st.tuples(st.sampled_from(sorted(PROGRAMS)), st.booleans(), st.booleans()), min_size=1, max_size=5),
    st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_an_archive_that_is_mapped_and_one_that_streams_tell_the_same(
    tmp_path: Path, chosen: list[tuple[str, bool, bool]], lists_first: bool
) -> None:
    """Programs of a mapped archive are read when their owners are known, those of a stream at once."""
    layers = []
    for path, owned, twice in chosen:
        lists = deb(OWNERS[path], path) if owned else {}
        files = {**lists, path: PROGRAMS[path]} if lists_first else {path: PROGRAMS[path], **lists}
        layers.append(tar([*files.items(), *([(path, PROGRAMS["usr/bin/true"])] if twice else [])]))
    archive = docker_archive(tmp_path / "a.tar", layers, old=True)
    compressed = oci_dir(tmp_path / "b", oci_blobs(layers))
    found = [
        take_inventory(name, Options(), NoCache())[1] for name in (f"docker-archive:{archive}", f"oci-dir:{compressed}")
    ]
    assert found[0] == found[1]
    shutil.rmtree(compressed)


def test_what_confirms_a_version_is_sought_for_few_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each search is through all of the program: for any number of versions they would take the square of its size."""
    asked: list[bytes] = []
    monkeypatch.setattr(texts, "_is_confirmed", lambda software, version, parts: bool(asked.append(version)))
    many = b"".join(b"\x008.%d.%d\0" % divmod(number, 100) for number in range(5000))
    assert told("usr/sbin/mysqld", elf({".rodata": many})) == []
    assert len(asked) < 600


def test_modules_that_were_linked_into_a_java_runtime_are_told() -> None:
    stated = 'JAVA_VERSION="17.0.9"\nMODULES="java.base jdk.jfr openj9.cuda {}"\n'
    for modules, told in (
        ("", []),
        (
            "com.fasterxml.jackson.core app",
            ["with modules of which the versions are not known: com.fasterxml.jackson.core, app"],
        ),
    ):
        found = inventory(layer({"opt/java/release": stated.format(modules).encode()}))
        assert [one.reason.partition("linked ")[2] for one in found.gaps if one.subject == "opt/java/release"] == told
        assert [one.name for one in found.packages] == ["java"]
