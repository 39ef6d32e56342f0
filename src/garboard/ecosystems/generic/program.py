"""Reads the version of well-known software out of the constant data of its programs and libraries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.ecosystems.generic.names import software_of
from garboard.executables import BadExecutable, Executable
from garboard.model.image import File
from garboard.model.package import UNMANAGED, Fact, Package

ORDER: Final = "deb"
"""The order of Debian's versions: the one that knows letters after numbers (``9.2p1``, ``1.1.1w``) and any count of parts."""
_SECTIONS: Final = (".rodata", ".rodata.str", "__cstring", "__const", ".rdata", ".data", "__data", ".data.rel.ro")
_MOST: Final = 64 * 1024 * 1024
"""Bytes of a program that are searched."""
_SERIES: Final = re.compile(r"(\d+\.\d+)")
_NUMBER: Final = r"\d{1,4}(?:\.\d{1,4}){1,3}(?![.]?\d)"


class Software(NamedTuple):
    """How software tells its version.

    Attributes:
        pattern: of constant text, as a regular expression of bytes whose group is the version; ``NUMBER`` stands for numbers
            with dots, ``SERIES`` for the first two of them as the file's name has them.
        cpe: vendor and product as CPE names have them.
        confirmed: what must be there too, with ``VERSION`` for the version found, where the first alone may be another's.
    """

    pattern: str
    cpe: str
    confirmed: str = ""


SOFTWARE: Final = MappingProxyType(
    {
        "bash": Software(r"@\(#\)Bash version (NUMBER)\(", "gnu:bash"),
        "busybox": Software(r"BusyBox v(NUMBER)(?=[ \0])", "busybox:busybox"),
        "bzip2": Software(r"\0(NUMBER), \d\d?-[A-Z][a-z]{2}-\d{4}(?=\0)", "bzip:bzip2"),
        "curl": Software(r"(?:libcurl/|\0curl/|\0curl )(NUMBER)(?=[ \0])", "haxx:curl"),
        "dnsmasq": Software(r"\0dnsmasq-(NUMBER)(?=\0)", "thekelleys:dnsmasq"),
        "dovecot": Software(r"\0Dovecot v(NUMBER) ", "dovecot:dovecot"),
        "expat": Software(r"\0expat_(NUMBER)(?=\0)", "libexpat_project:libexpat"),
        "ffmpeg": Software(r"\0FFmpeg version n?(NUMBER)(?=[-\0])", "ffmpeg:ffmpeg"),
        "git": Software(r"git/(NUMBER)(?=\0)", "git-scm:git"),
        "glibc": Software(r"GNU C Library [^\n\0]{0,200} version (NUMBER)\.\n", "gnu:glibc"),
        "gnutls": Software(r"\0Enabled GnuTLS (NUMBER) logging", "gnu:gnutls"),
        "haproxy": Software(r"\0 version (NUMBER)[-\w+~.]{0,60}, released ", "haproxy:haproxy"),
        "httpd": Software(r"\0Apache/(\d\.\d{1,2}\.\d{1,3})(?=[ \0])", "apache:http_server"),
        "libarchive": Software(r"\0libarchive (NUMBER)(?=\0)", "libarchive:libarchive"),
        "libgcrypt": Software(r"This is Libgcrypt (NUMBER) ", "gnupg:libgcrypt"),
        "libjpeg-turbo": Software(r"libjpeg-turbo version (NUMBER) ", "libjpeg-turbo:libjpeg-turbo"),
        "libpcap": Software(r"\0libpcap version (NUMBER)(?=[ \0])", "tcpdump:libpcap"),
        "libpng": Software(r"libpng version (NUMBER)[ \n]", "libpng:libpng"),
        "libssh2": Software(r"\0SSH-2\.0-libssh2_(NUMBER)(?=[\r\0])", "libssh2:libssh2"),
        "libtiff": Software(r"\0LIBTIFF, Version (NUMBER)\n", "libtiff:libtiff"),
        "lighttpd": Software(r"\0lighttpd/(NUMBER)(?=[ \0])", "lighttpd:lighttpd"),
        "lua": Software(r"\$LuaVersion: Lua (NUMBER) ", "lua:lua"),
        "mariadb": Software(r"\0(NUMBER)-MariaDB[-\w+~.:]{0,60}(?=\0)", "mariadb:mariadb"),
        "mbedtls": Software(r"\0mbed TLS (NUMBER)(?=\0)", "arm:mbed_tls"),
        "memcached": Software(r"\0memcached (NUMBER)(?=[\n\0])", "memcached:memcached"),
        "nginx": Software(r"\0nginx/(NUMBER)(?=[ \0])", "f5:nginx"),
        "node": Software(r"nodejs\.org/download/release/v(NUMBER)/node-v", "nodejs:node.js"),
        "openresty": Software(r"\0openresty/(NUMBER)(?=[ \0])", "openresty:openresty"),
        "openssh": Software(r"\0OpenSSH_(NUMBERp\d{1,2})(?=[ \0])", "openbsd:openssh"),
        "openssl": Software(
            r"OpenSSL (NUMBER[a-z]{0,2})(?=(?:-\w{1,20})?(?:\+\w{1,20})? {1,2}\d{1,2} [A-Z][a-z]{2} \d{4})",
            "openssl:openssl",
        ),
        "pcre2": Software(r"\0(NUMBER) \d{4}-\d\d-\d\d(?=\0)", "pcre:pcre2"),
        "php": Software(r"X-Powered-By: PHP/(NUMBER(?:(?:alpha|beta|RC)\d{1,2})?)[-\w+~.]{0,40}(?=\0)", "php:php"),
        "postfix": Software(r"\0mail_version=(NUMBER)(?=\0)", "postfix:postfix"),
        "postgresql": Software(r"\(PostgreSQL\) (NUMBER)(?=[ \n\0])", "postgresql:postgresql"),
        "python": Software(r"\0(SERIES\.\d{1,3}(?:(?:a|b|rc)\d{1,2})?)\+?(?=\0)", "python:python"),
        "redis": Software(r"\0(\d\d?\.\d{1,2}\.\d{1,3})(?=\0)", "redis:redis", r"VERSION(?:[\w.-]{1,64}-)?1\d{9,18}\0"),
        "ruby": Software(r"ruby (NUMBER)(?:p\d{1,4})? \(\d{4}-\d\d-\d\d ", "ruby-lang:ruby"),
        "sqlite": Software(r"\0(3\.\d{1,3}\.\d{1,3})(?=\0)", "sqlite:sqlite"),
        "squid": Software(r"\0squid/(NUMBER)(?=\0)", "squid-cache:squid"),
        "stunnel": Software(r"\0stunnel (NUMBER) on ", "stunnel:stunnel"),
        "tini": Software(r"\0tini version (NUMBER)(?=[ \0])", "tini_project:tini"),
        "unbound": Software(r"\0unbound (NUMBER)(?=\0)", "nlnetlabs:unbound"),
        "varnish": Software(r"\0\(?varnish-(NUMBER) revision ", "varnish-software:varnish_cache"),
        "vsftpd": Software(r"\0\(vsFTPd (NUMBER)\)(?=\0)", "vsftpd_project:vsftpd"),
        "zlib": Software(r"flate (NUMBER) Copyright ", "zlib:zlib"),
    }
)


def catalog(file: File, /) -> Iterator[Fact]:
    """The software, where its texts name one version; nothing where they name none, or several."""
    name = software_of(file.path)
    series = _SERIES.search(file.path.rpartition("/")[2])
    if not name:
        return
    software = SOFTWARE[name]
    if "SERIES" in software.pattern and series is None:
        return
    found: set[bytes] = set()
    for data in _constants(file.view):
        found.update(version for version in _versions(software, series[1] if series else "", data))
    if len(found) == 1:
        yield Package(
            type=UNMANAGED, name=name, ecosystem=f"Software:{name}", version=found.pop().decode("ascii"), scheme=ORDER
        )


def _versions(software: Software, series: str, data: memoryview) -> Iterator[bytes]:
    for version in {found[1] for found in _compiled(software.pattern, series).finditer(data)}:
        text = software.confirmed.replace("VERSION", re.escape(version.decode("ascii")))
        if not text or re.search(text.encode(), data):
            yield version


@lru_cache(256)
def _compiled(pattern: str, series: str) -> re.Pattern[bytes]:
    return re.compile(pattern.replace("NUMBER", _NUMBER).replace("SERIES", re.escape(series)).encode())


def _constants(data: memoryview) -> Iterator[memoryview]:
    """Where constant text may be: the sections for it, else what is loaded into memory; within a bound in all."""
    try:
        program = Executable(data)
    except BadExecutable:
        return
    parts = [part for name in _SECTIONS if (part := program.section(name)) is not None]
    if not parts:
        parts = [program.data[part.at : part.at + part.size] for part in program.segments]
    left = _MOST
    for part in parts:
        yield part[:left]
        left -= min(left, len(part))
