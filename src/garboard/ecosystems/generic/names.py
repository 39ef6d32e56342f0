"""The names of programs and libraries that are looked into for their version: a light table, asked for every program."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from garboard.patterns import lazy

FILES: Final = MappingProxyType(
    {
        "bash": "bash",
        "bind": "named",
        "bun": "bun",
        "busybox": "busybox",
        "bzip2": "bzip2 libbz",
        "chromium": "chromium chrome headless_shell chrome-headless-shell chromedriver",
        "clickhouse": "clickhouse libclickhouse",
        "collectd": "collectd",
        "coturn": "turnserver",
        "crun": "crun",
        "curl": "curl libcurl libcurl-gnutls",
        "deno": "deno",
        "dnsmasq": "dnsmasq",
        "dovecot": "dovecot",
        "dropbear": "dropbear dbclient dropbearmulti",
        "dumb-init": "dumb-init",
        "envoy": "envoy envoy-contrib",
        "erlang": "beam.smp",
        "exim": "exim",
        "expat": "libexpat libexpatw",
        "ffmpeg": "libavcodec",
        "freeradius": "freeradius radiusd",
        "gawk": "gawk",
        "ghostscript": "libgs",
        "git": "git git-remote-http git-http-backend",
        "glibc": "libc",
        "gnupg": "gpg",
        "gnutls": "libgnutls",
        "h2o": "h2o",
        "haproxy": "haproxy",
        "httpd": "httpd apache",
        "icu": "libicuuc",
        "imagemagick": "libmagickcore",
        "jq": "jq",
        "julia": "julia libjulia libjulia-internal",
        "knot": "knotd",
        "libarchive": "libarchive",
        "libevent": "libevent libevent_core",
        "libgcrypt": "libgcrypt",
        "libgit2": "libgit",
        "libheif": "libheif",
        "libjpeg-turbo": "libjpeg libturbojpeg",
        "libnghttp2": "libnghttp",
        "libpcap": "libpcap",
        "libpng": "libpng",
        "libssh": "libssh",
        "libssh2": "libssh",
        "libtiff": "libtiff",
        "libvpx": "libvpx",
        "libxml2": "libxml",
        "libxslt": "libxslt",
        "lighttpd": "lighttpd",
        "lua": "lua luac liblua",
        "mariadb": "mariadbd mariadb mysqld mysql mariadb-dump mariadb-admin",
        "mbedtls": "libmbedcrypto",
        "memcached": "memcached",
        "mongodb": "mongod mongos mongo",
        "monit": "monit",
        "mosquitto": "mosquitto",
        "mysql": "mysqld mysql mysqldump",
        "nginx": "nginx",
        "nmap": "nmap",
        "node": "node libnode",
        "nss": "libnss",
        "openjpeg": "libopenjp",
        "openresty": "openresty",
        "openssh": "ssh sshd sshd-session ssh-keygen ssh-agent ssh-add",
        "openssl": "openssl libcrypto",
        "openvpn": "openvpn",
        "pcre": "libpcre",
        "pcre2": "libpcre",
        "pdns": "pdns_server",
        "pdns-recursor": "pdns_recursor",
        "perl": "perl libperl",
        "pgbouncer": "pgbouncer",
        "php": "php php-fpm php-cgi phpdbg libphp",
        "poppler": "libpoppler",
        "postfix": "postconf",
        "postgresql": "postgres psql pg_dump initdb pg_ctl",
        "proftpd": "proftpd",
        "pypy": "libpypy-c libpypy3-c libpypy3.7-c libpypy3.8-c libpypy3.9-c libpypy3.10-c libpypy3.11-c",
        "python": "python libpython",
        "redis": "redis-server redis-cli redis-sentinel redis-benchmark",
        "rsync": "rsync",
        "ruby": "ruby libruby",
        "rust": "librustc_driver",
        "samba": "libsmbconf",
        "socat": "socat",
        "sqlite": "libsqlite",
        "squid": "squid",
        "stunnel": "stunnel",
        "sudo": "sudo",
        "systemd": "systemd systemctl",
        "tini": "tini tini-static tini-amd tini-arm docker-init",
        "tmux": "tmux",
        "tor": "tor",
        "unbound": "unbound",
        "uwsgi": "uwsgi uwsgi-core",
        "valkey": "valkey-server valkey-cli valkey-sentinel valkey-benchmark",
        "varnish": "varnishd",
        "vsftpd": "vsftpd",
        "wget": "wget",
        "xz": "xz liblzma",
        "zabbix": "zabbix_agentd zabbix_server zabbix_proxy",
        "zlib": "libz",
        "zstd": "libzstd",
    }
)
"""By software, the stems of its files' names (see `software_of`); a name may be that of several."""


def _by_name() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for software, names in FILES.items():
        for name in names.split():
            found[name] = (*found.get(name, ()), software)
    return found


NAMES: Final = MappingProxyType(_by_name())
"""By the stem of a file's name, the software."""
_LIBRARIES: Final = (".dll", ".dylib")
_LIBRARY: Final = "lib"
_TOLD: Final = lazy(r"-(?:\d.*|[0-9a-f]{8,})$")
"""A version or a checksum after the name: ``libMagickCore-7.Q16``, ``libz-dd453c56`` (auditwheel), ``librustc_driver-4c3b…``."""


def software_of(path: str) -> tuple[str, ...]:
    """The software of which this may be a program or a library; nothing where it is none of the table.

    What tells versions in names is passed over: ``python`` of ``python3.11``, ``libssl`` of ``libssl.so.3``. A library is
    called one: modules like ``openssl.so`` hold the version that they were compiled with.
    """
    name = path.rpartition("/")[2].lower().removesuffix(".exe")
    stem, so, _ = name.partition(".so")
    library = bool(so) or name.endswith(_LIBRARIES)
    for extension in _LIBRARIES:
        stem = stem.removesuffix(extension)
    if library and "-" in stem:
        stem = _TOLD().sub("", stem)
    stem = stem.rstrip("0123456789.-")
    return NAMES.get(stem, ()) if stem.startswith(_LIBRARY) == library else ()


def is_known(path: str) -> bool:
    """Whether a program of this name is looked into."""
    return bool(software_of(path))
