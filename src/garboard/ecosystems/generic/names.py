"""The names of programs and libraries that are looked into for their version: a light table, asked for every program."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

NAMES: Final = MappingProxyType(
    {
        name: row
        for row, names in {
            "bash": "bash",
            "busybox": "busybox",
            "bzip2": "bzip2 libbz",
            "curl": "curl libcurl libcurl-gnutls",
            "dnsmasq": "dnsmasq",
            "dovecot": "dovecot",
            "expat": "libexpat libexpatw",
            "ffmpeg": "libavcodec",
            "git": "git git-remote-http git-http-backend",
            "glibc": "libc",
            "gnutls": "libgnutls",
            "haproxy": "haproxy",
            "httpd": "httpd apache",
            "libarchive": "libarchive",
            "libgcrypt": "libgcrypt",
            "libjpeg-turbo": "libjpeg libturbojpeg",
            "libpcap": "libpcap",
            "libpng": "libpng",
            "libssh2": "libssh",
            "libtiff": "libtiff",
            "lighttpd": "lighttpd",
            "lua": "lua luac liblua",
            "mariadb": "mariadbd mariadb mysqld mysql mariadb-dump mariadb-admin",
            "mbedtls": "libmbedcrypto",
            "memcached": "memcached",
            "nginx": "nginx",
            "node": "node libnode",
            "openresty": "openresty",
            "openssh": "ssh sshd sshd-session ssh-keygen ssh-agent ssh-add",
            "openssl": "openssl libcrypto",
            "pcre2": "libpcre2-",
            "php": "php php-fpm php-cgi phpdbg libphp",
            "postfix": "postconf",
            "postgresql": "postgres psql pg_dump initdb pg_ctl",
            "python": "python libpython",
            "redis": "redis-server redis-cli redis-sentinel redis-benchmark",
            "ruby": "ruby libruby libruby-",
            "sqlite": "libsqlite",
            "squid": "squid",
            "stunnel": "stunnel",
            "tini": "tini tini-static tini-amd tini-arm docker-init",
            "unbound": "unbound",
            "varnish": "varnishd",
            "vsftpd": "vsftpd",
            "zlib": "libz",
        }.items()
        for name in names.split()
    }
)
"""By the stem of a file's name (see `software_of`), the software."""
_LIBRARIES: Final = (".dll", ".dylib")
_LIBRARY: Final = "lib"


def software_of(path: str) -> str:
    """The software of which this may be a program or a library; empty where it is none of the table.

    What tells versions in names is passed over: ``python`` of ``python3.11``, ``libssl`` of ``libssl.so.3``. A library is
    called one: modules like ``openssl.so`` hold the version that they were compiled with.
    """
    name = path.rpartition("/")[2].lower().removesuffix(".exe")
    stem, so, _ = name.partition(".so")
    library = bool(so) or name.endswith(_LIBRARIES)
    for extension in _LIBRARIES:
        stem = stem.removesuffix(extension)
    stem = stem.rstrip("0123456789.")
    return NAMES.get(stem, "") if stem.startswith(_LIBRARY) == library else ""


def is_known(path: str) -> bool:
    """Whether a program of this name is looked into."""
    return bool(software_of(path))
