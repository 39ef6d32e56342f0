"""Reads the version of well-known software out of the constant data of its programs and libraries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.ecosystems.generic.names import software_of
from garboard.ecosystems.generic.resources import product
from garboard.executables import BadExecutable, Executable
from garboard.model.image import File
from garboard.model.package import HIGH, MEDIUM, UNMANAGED, Evidence, Fact, Package
from garboard.model.package import SOFTWARE as KIND

ORDER: Final = "deb"
"""The order of Debian's versions: the one that knows letters after numbers (``9.2p1``, ``1.1.1w``) and any count of parts."""
_Parts = tuple[tuple[int, memoryview], ...]
_SECTIONS: Final = frozenset({"__cstring", "__const", ".rdata", ".data", "__data", ".data.rel.ro"})
_CONSTANT: Final = "rodata"
"""In the names of the others, as linkers and optimizers write them (``.rodata.cst32``, ``.bolt.org.rodata``)."""
_END: Final = rb"\0"
_MOST: Final = 64 * 1024 * 1024
"""Bytes of a program that are searched."""
_LETTERS: Final = re.compile(rb"[^A-Za-z]+")
_LEAST: Final = 3
"""Letters beside the version of a text that names the software: less are none of its name."""
_CANDIDATES: Final = 256
"""Different texts of one pattern; where there are more, they are no versions of the program itself."""
_SERIES: Final = re.compile(r"(\d+\.\d+)")
_NUMBER: Final = r"\d{1,4}(?:\.\d{1,4}){1,3}(?![.]?\d)"


class Software(NamedTuple):
    """How software tells its version.

    Attributes:
        pattern: of constant text, as a regular expression of bytes whose group is the version; ``NUMBER`` stands for numbers
            with dots, ``SERIES`` for the first two of them as the file's name has them.
        cpe: vendor and product as CPE names have them; several are separated by blanks.
        confirmed: what must be there too, with ``VERSION`` for the version found, where the first alone may be another's.
        coded: whether the version is one number, with two digits for each part after the first.
    """

    pattern: str
    cpe: str
    confirmed: str = ""
    coded: bool = False


SOFTWARE: Final = MappingProxyType(
    {
        "bash": Software(r"@\(#\)Bash version (NUMBER)\(", "gnu:bash"),
        "bind": Software(r"\0BIND (NUMBER)(?=[-+~ \0])", "isc:bind"),
        "bun": Software(r"(?:[\n\0]Bun v|bun/)(NUMBER) (?:\(|npm/\?)", "bun:bun oven:bun"),
        "busybox": Software(r"BusyBox v(NUMBER)(?=[ \0])", "busybox:busybox"),
        "bzip2": Software(r"\0(NUMBER), \d\d?-[A-Z][a-z]{2}-\d{4}(?=\0)", "bzip:bzip2"),
        "chromium": Software(r"\0(\d{2,3}\.0\.\d{4,5}\.[1-9]\d{0,2})(?=\0)", "google:chrome chromium:chromium"),
        "clickhouse": Software(r"\0ClickHouse (NUMBER)(?=\0)", "clickhouse:clickhouse yandex:clickhouse"),
        "collectd": Software(r"[\n\0]collectd[ /](NUMBER)(?=[.,\0])", "collectd:collectd"),
        "coturn": Software(r"\0Coturn-(NUMBER) '", "coturn_project:coturn"),
        "crun": Software(r"\0(1\.\d{1,2}(?:\.\d{1,2}){0,2})(?=\0%s version %s\n)", "crun_project:crun"),
        "curl": Software(r"(?:libcurl/|\0curl/|\0curl )(NUMBER)(?=[ \0])", "haxx:curl"),
        "deno": Software(r"Deno/(NUMBER)\+[0-9a-f]{7}", "deno:deno"),
        "dnsmasq": Software(r"\0dnsmasq-(NUMBER)(?=\0)", "thekelleys:dnsmasq dnsmasq:dnsmasq"),
        "dovecot": Software(r"\0Dovecot v(NUMBER) ", "dovecot:dovecot open-xchange:dovecot"),
        "dropbear": Software(r"SSH-2\.0-dropbear_(\d{4}\.\d{1,3})(?=[\r\0])", "dropbear_ssh_project:dropbear_ssh"),
        "dumb-init": Software(r"(?<![\d.])(1\.\d{1,2}\.\d{1,2})\n(?=\0|\Z)", "yelp:dumb-init", r"dumb-init v"),
        "envoy": Software(r"\0(1\.\d{1,2}\.\d{1,2})(?=\0)", "envoyproxy:envoy", r"envoy\.reloadable_features"),
        "erlang": Software(r"\n\0(\d\d(?:\.\d{1,3}){1,4})(?=\0)", "erlang:erlang\\/otp", r"\[async-threads:"),
        "exim": Software(
            r"\0(4\.\d{2,3}(?:\.\d{1,2})?)(?=\0)", "exim:exim university_of_cambridge:exim", r"\0Exim version %s"
        ),
        "expat": Software(r"\0expat_(NUMBER)(?=\0)", "libexpat_project:libexpat"),
        "ffmpeg": Software(r"\0FFmpeg version n?(NUMBER)(?=[-\0])", "ffmpeg:ffmpeg"),
        "freeradius": Software(r"\0FreeRADIUS Version (NUMBER)(?=[ ,])", "freeradius:freeradius"),
        "gawk": Software(r"\0GNU Awk (NUMBER)(?=\0)", "gnu:gawk"),
        "ghostscript": Software(r"/ghostscript/(NUMBER)/Resource/", "artifex:ghostscript ghostscript:ghostscript"),
        "git": Software(r"git/(NUMBER)(?=\0)", "git-scm:git git:git git_project:git"),
        "glibc": Software(r"GNU C Library [^\n\0]{0,200} version (NUMBER)\.\n", "gnu:glibc"),
        "gnupg": Software(r"\0GNU Privacy Guard's OpenPGP server (NUMBER) ready", "gnupg:gnupg gnupg:privacy_guard"),
        "gnutls": Software(r"\0Enabled GnuTLS (NUMBER) logging", "gnu:gnutls"),
        "h2o": Software(r"\0h2o/(NUMBER)(?=\0)", "dena:h2o"),
        "haproxy": Software(r"\0 version (NUMBER)[-\w+~.]{0,60}, released ", "haproxy:haproxy"),
        "httpd": Software(r"\0Apache/(\d\.\d{1,2}\.\d{1,3})(?=[ \0])", "apache:http_server"),
        "icu": Software(
            r"\0(\d\d\.\d{1,2}(?:\.\d)?)(?=\0)",
            "icu-project:international_components_for_unicode unicode:international_components_for_unicode",
            r"\0icudt",
        ),
        "imagemagick": Software(r"\0ImageMagick (NUMBER-\d{1,3}) Q", "imagemagick:imagemagick"),
        "jq": Software(r"\0(1\.\d{1,2}(?:\.\d{1,2})?)(?=\0)", "jqlang:jq jq_project:jq", r"\0jq-%s\n"),
        "julia": Software(r"\0(SERIES\.\d{1,3})(?=\0)", "julialang:julia"),
        "knot": Software(r"Knot DNS (NUMBER)(?=[\n\0])", "nic:knot_dns"),
        "libarchive": Software(r"\0libarchive (NUMBER)(?=\0)", "libarchive:libarchive"),
        "libevent": Software(r"\0(2\.\d\.\d{1,2})-(?:stable|beta|alpha)(?=\0)", "libevent_project:libevent"),
        "libgcrypt": Software(r"This is Libgcrypt (NUMBER) ", "gnupg:libgcrypt"),
        "libgit2": Software(r"\0libgit2 (NUMBER)(?=\0)", "libgit2:libgit2 libgit2_project:libgit2"),
        "libheif": Software(r"\0Success\0(1\.\d{1,2}\.\d{1,2})(?=\0)", "struktur:libheif"),
        "libjpeg-turbo": Software(r"libjpeg-turbo version (NUMBER) ", "libjpeg-turbo:libjpeg-turbo"),
        "libnghttp2": Software(r"(?<![\d.])(1\.\d{1,3}\.\d{1,2})(?=\0)", "nghttp2:nghttp2"),
        "libpcap": Software(r"\0libpcap version (NUMBER)(?=[ \0])", "tcpdump:libpcap"),
        "libpng": Software(r"libpng version (NUMBER)[ \n]", "libpng:libpng"),
        "libssh": Software(r"\0SSH-2\.0-libssh_(NUMBER)(?=[\r\0])", "libssh:libssh"),
        "libssh2": Software(r"\0SSH-2\.0-libssh2_(NUMBER)(?=[\r\0])", "libssh2:libssh2"),
        "libtiff": Software(r"\0LIBTIFF, Version (NUMBER)\n", "libtiff:libtiff"),
        "libvpx": Software(r"WebM Project VP\d (?:De|En)coder v(NUMBER)(?=[-\0])", "webmproject:libvpx"),
        "libxml2": Software(r"(?<!\d)(2(?:0[4-9]|1\d)\d\d)(?=[-\0])", "xmlsoft:libxml2 libxml2:libxml2", coded=True),
        "libxslt": Software(r"(?<!\d)(101\d\d)(?=[-\0])", "xmlsoft:libxslt", coded=True),
        "lighttpd": Software(r"\0lighttpd/(NUMBER)(?=[ \0])", "lighttpd:lighttpd"),
        "lua": Software(r"\$LuaVersion: Lua (NUMBER) ", "lua:lua"),
        "mariadb": Software(r"\0(NUMBER)-MariaDB[-\w+~.:]{0,60}(?=\0)", "mariadb:mariadb"),
        "mbedtls": Software(r"\0mbed TLS (NUMBER)(?=\0)", "arm:mbed_tls mbed-tls:mbedtls"),
        "memcached": Software(r"\0memcached (NUMBER)(?=[\n\0])", "memcached:memcached"),
        "mongodb": Software(r"\0([3-9]\.\d{1,2}\.\d{1,3})(?=\0)", "mongodb:mongodb", r"mongodb\.org"),
        "monit": Software(r"/monit/'>monit (NUMBER)<", "mmonit:monit tildeslash:monit"),
        "mosquitto": Software(r"\0([12]\.\d\.\d{1,2})(?=\0)", "eclipse:mosquitto", r"mosquitto version %s"),
        "mysql": Software(
            r"\0([5-9]\.\d{1,2}\.\d{1,2})(?=\0)",
            "oracle:mysql oracle:mysql_server mysql:mysql",
            r"mysql-(?:\w{2,12}-)?VERSION[/-]",
        ),
        "nginx": Software(r"\0nginx/(NUMBER)(?=[ \0])", "f5:nginx nginx:nginx"),
        "nmap": Software(r"\0(\d\.\d\d)(?:SVN)?\0Nmap(?=\0)", "nmap:nmap"),
        "node": Software(r"nodejs\.org/download/release/v(NUMBER)/node-v", "nodejs:node.js"),
        "nss": Software(r"Version: NSS (NUMBER)(?=[ \0])", "mozilla:nss mozilla:network_security_services"),
        "openjpeg": Software(r"\0(2\.\d\.\d)(?=\0)", "uclouvain:openjpeg"),
        "openresty": Software(r"\0openresty/(NUMBER)(?=[ \0])", "openresty:openresty"),
        "openssh": Software(r"\0OpenSSH_(NUMBERp\d{1,2})(?=[ \0])", "openbsd:openssh"),
        "openssl": Software(
            r"OpenSSL (NUMBER[a-z]{0,2})(?=(?:-\w{1,20})?(?:\+\w{1,20})? {1,2}\d{1,2} [A-Z][a-z]{2} \d{4})",
            "openssl:openssl",
        ),
        "openvpn": Software(r"\0OpenVPN (NUMBER) [a-z]", "openvpn:openvpn"),
        "pcre": Software(r"\0(8\.\d\d) \d{4}-\d\d-\d\d(?=\0)", "pcre:pcre"),
        "pcre2": Software(r"\0(10\.\d\d) \d{4}-\d\d-\d\d(?=\0)", "pcre:pcre2"),
        "pdns": Software(r"\0 (NUMBER)(?=[-\0])", "powerdns:authoritative_server", r"PowerDNS Authoritative Server"),
        "pdns-recursor": Software(r"\0pdns-recursor (NUMBER)(?=[-\0])", "powerdns:recursor"),
        "perl": Software(r"\0v(5\.\d{1,2}\.\d{1,2})(?=\0)", "perl:perl shay:perl"),
        "pgbouncer": Software(r"\0PgBouncer (NUMBER)(?=\0)", "pgbouncer:pgbouncer"),
        "php": Software(r"X-Powered-By: PHP/(NUMBER(?:(?:alpha|beta|RC)\d{1,2})?)[-\w+~.]{0,40}(?=\0)", "php:php"),
        "poppler": Software(r"\0(\d\d\.\d\d\.\d{1,2})(?=\0)", "freedesktop:poppler poppler:poppler"),
        "postfix": Software(r"\0mail_version=(NUMBER)(?=\0)", "postfix:postfix"),
        "postgresql": Software(r"\(PostgreSQL\) (NUMBER)(?=[ \n\0])", "postgresql:postgresql"),
        "proftpd": Software(r"\0ProFTPD Version (NUMBER(?:rc\d)?[a-z]?)(?=[ \0])", "proftpd:proftpd"),
        "pypy": Software(r"\[PyPy (NUMBER)[-\w+]{0,20} with ", "pypy:pypy"),
        "python": Software(r"\0(SERIES\.\d{1,3}(?:(?:a|b|rc)\d{1,2})?)\+?(?=\0)", "python:python"),
        "redis": Software(
            r"\0(\d\d?\.\d{1,2}\.\d{1,3})(?=\0)", "redis:redis redislabs:redis", r"VERSION(?:[\w.-]{1,64}-)?1\d{9,18}\0"
        ),
        "rsync": Software(r"\0(3\.\d{1,2}\.\d{1,2})(?=\0)", "samba:rsync rsync:rsync", r"\0rsync"),
        "ruby": Software(r"ruby (NUMBER)(?:p\d{1,4})? \(\d{4}-\d\d-\d\d ", "ruby-lang:ruby"),
        "rust": Software(r"(?<![\d.])(1\.\d{1,3}\.\d{1,3}) \([0-9a-f]{9} \d{4}-\d\d-\d\d\)", "rust-lang:rust"),
        "samba": Software(r"\0(4\.\d{1,2}\.\d{1,2})(?:-[-\w.+]{1,40})?(?=\0)", "samba:samba"),
        "socat": Software(r"\0(1\.\d\.\d{1,2}(?:\.\d{1,2})?)(?=\0)", "dest-unreach:socat", r"\0socat version "),
        "sqlite": Software(r"\0(3\.\d{1,3}\.\d{1,3})(?=\0)", "sqlite:sqlite"),
        "squid": Software(r"\0squid/(NUMBER)(?=\0)", "squid-cache:squid"),
        "stunnel": Software(r"\0stunnel (NUMBER) on ", "stunnel:stunnel"),
        "sudo": Software(
            r"\0Sudo version %s\n\0(1\.\d{1,2}\.\d{1,2}(?:p\d{1,2})?)(?=\0)", "sudo_project:sudo todd_miller:sudo"
        ),
        "systemd": Software(
            r"\0systemd (?:\d{3} \()?(\d{3}(?:\.\d{1,3})?)(?=[-~+) ])", "systemd_project:systemd freedesktop:systemd"
        ),
        "tini": Software(r"\0tini version (NUMBER)(?=[ \0])", "tini_project:tini"),
        "tmux": Software(r"\0(\d\.\d[a-z]?)(?=\0)", "tmux_project:tmux", r"\0tmux "),
        "tor": Software(r"\0tor (NUMBER)(?=\0)", "torproject:tor"),
        "unbound": Software(r"\0unbound (NUMBER)(?=\0)", "nlnetlabs:unbound"),
        "uwsgi": Software(
            r"\0(2\.\d\.\d{1,2}(?:\.\d{1,2})?)(?:-\w{1,20})?(?=\0)", "unbit:uwsgi uwsgi_project:uwsgi", r"uWSGI"
        ),
        "valkey": Software(
            r"\0(\d\d?\.\d{1,2}\.\d{1,3})(?=\0)",
            "lfprojects:valkey linuxfoundation:valkey valkey-io:valkey",
            r"VERSION(?:[\w.-]{1,64}-)?1\d{9,18}\0",
        ),
        "varnish": Software(
            r"\0\(?varnish-(NUMBER) revision ", "varnish-software:varnish_cache varnish_cache_project:varnish_cache"
        ),
        "vsftpd": Software(r"\0\(vsFTPd (NUMBER)\)(?=\0)", "vsftpd_project:vsftpd"),
        "wget": Software(r"\0(1\.[1-9]\d(?:\.\d{1,2})?)(?=\0)", "gnu:wget", r"\0GNU Wget "),
        "xz": Software(r"\0(?:xz \(XZ Utils\) )?(5\.\d{1,2}\.\d{1,2})(?:alpha|beta)?(?=\0)", "tukaani:xz"),
        "zabbix": Software(r"\0Zabbix (NUMBER)(?=\0)", "zabbix:zabbix"),
        "zlib": Software(r"flate (NUMBER) Copyright ", "zlib:zlib"),
        "zstd": Software(r"(?<![\d.])(1\.\d\.\d)(?=\0)", "facebook:zstandard"),
    }
)


def catalog(file: File, /) -> Iterator[Fact]:
    """The software, where its texts name one version; else, of Windows, the product of which its resources say it is."""
    try:
        program = Executable(file.view)
    except BadExecutable:
        return
    known = next(_known(file.path, program), None)
    if known is not None:
        yield known
    else:
        yield from product(file, program)


def _known(path: str, program: Executable) -> Iterator[Package]:
    """The software of such a name; nothing where its texts name no version, or several."""
    series = _SERIES.search(path.rpartition("/")[2])
    wanted = [name for name in software_of(path) if series is not None or "SERIES" not in SOFTWARE[name].pattern]
    parts = tuple(_constants(program)) if wanted else ()
    for name in wanted:
        found = _found(name, series[1] if series else "", parts)
        if len(found) == 1:
            ((version, evidence),) = found.items()
            text = version.decode("ascii")
            number = _decoded(text) if SOFTWARE[name].coded else text
            yield Package(
                type=UNMANAGED,
                name=name,
                ecosystem=f"{KIND}:{name}",
                version=number,
                scheme=ORDER,
                evidence=evidence,
            )


def _found(name: str, series: str, parts: _Parts) -> dict[bytes, Evidence]:
    """The versions that the texts name, each with what is the surest evidence of it."""
    software = SOFTWARE[name]
    pattern, first = _compiled(software.pattern, series)
    seen: set[bytes] = set()
    found: dict[bytes, Evidence] = {}
    for start, data in parts:
        begins = first.match(data) if first is not None else None
        for match in chain((begins,) if begins else (), pattern.finditer(data)):
            version = match[1]
            if match[0] in seen:
                continue
            seen.add(match[0])
            if len(seen) > _CANDIDATES:
                return {}
            if not _is_confirmed(software, version, parts):
                continue
            before = _LETTERS.sub(b"", match[0][: match.start(1) - match.start()])
            named = software.confirmed or len(before) >= _LEAST or name.encode() in match[0].lower()
            if named or version not in found:
                found[version] = Evidence(confidence=HIGH if named else MEDIUM, offset=start + match.start(1))
    return found


def _is_confirmed(software: Software, version: bytes, parts: _Parts) -> bool:
    text = software.confirmed.replace("VERSION", re.escape(version.decode("ascii"))).encode()
    return not text or any(re.search(text, data) for _, data in parts)


def _decoded(digits: str) -> str:
    """The version of a number such as ``20914``: ``2.9.14``."""
    number = int(digits)
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


@lru_cache(256)
def _compiled(pattern: str, series: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes] | None]:
    """The expression, and the one for a text with which the data begin, where it is for one after a zero byte."""
    text = pattern.replace("NUMBER", _NUMBER).replace("SERIES", re.escape(series)).encode()
    return re.compile(text), re.compile(text.removeprefix(_END)) if text.startswith(_END) else None


def _constants(program: Executable) -> Iterator[tuple[int, memoryview]]:
    """Where constant text may be, each with its place in the file; within a bound in all.

    That is the sections for it, else what is loaded into memory.
    """
    parts = [part for part in program.all_sections() if part.name in _SECTIONS or _CONSTANT in part.name]
    left = _MOST
    for part in parts or program.segments:
        found = program.data[part.at : part.at + min(part.size, left)]
        yield program.base + part.at, found
        left -= len(found)
