"""Who published a Debian package, by what dpkg knows of it: it records no archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Collection

    from garboard.model.package import Package

_DOMAINS: Final = ("debian.org", "debian.net", "ubuntu.com", "canonical.com", "alioth.debian.net")
"""Of the addresses of Debian's and Ubuntu's maintainers; many of Debian's use one of their own."""
_VENDORS: Final = frozenset(
    [
        "1password.com",
        "adoptium.net",
        "agilebits.com",
        "amazon.com",
        "anydesk.com",
        "azul.com",
        "bell-sw.com",
        "brave.com",
        "chef.io",
        "chromium.org",
        "clickhouse.com",
        "cloudflare.com",
        "confluent.io",
        "couchbase.com",
        "cursor.com",
        "datadoghq.com",
        "discordapp.com",
        "docker.com",
        "dynatrace.com",
        "eclipse.org",
        "elastic.co",
        "fluentbit.io",
        "gitlab.com",
        "google.com",
        "grafana.com",
        "hashicorp.com",
        "influxdata.com",
        "jetbrains.com",
        "kubernetes.io",
        "mariadb.com",
        "mariadb.org",
        "microsoft.com",
        "mongodb.com",
        "neo4j.com",
        "newrelic.com",
        "nginx.com",
        "nodesource.com",
        "nvidia.com",
        "opera.com",
        "oracle.com",
        "percona.com",
        "puppet.com",
        "puppetlabs.com",
        "rabbitmq.com",
        "redis.com",
        "redis.io",
        "signal.org",
        "slack-corp.com",
        "slack.com",
        "splunk.com",
        "spotify.com",
        "steampowered.com",
        "sublimehq.com",
        "sublimetext.com",
        "sysdig.com",
        "tailscale.com",
        "teamviewer.com",
        "timescale.com",
        "vivaldi.com",
        "zabbix.com",
        "zoom.us",
        "zscaler.com",
    ]
)
"""Of the addresses of those who publish packages of their own software, whatever section of Debian's these name."""
_OF_UBUNTU: Final = ("ubuntu", "canonical", "launchpad", "debian")
"""In what Ubuntu's packages name as their maintainer: its builders replace any other."""
_OF_DEBIANS: Final = frozenset({"linux.it", "defaultvalue.org"})
"""Of the addresses of those who look after packages that were written for Debian, and are in many images."""
_REVISION: Final = lazy(r"-|[~+]deb\d")
"""In versions of what Debian packages; a version without is of software that was written for Debian alone, or a stranger's."""
_OTHERS: Final = lazy(
    r"pgdg|nodesource|ppa\d|sury|\+0~\d{8}|~bpo\d|~(?:debian|ubuntu)[.-]|~(?:buster|bullseye|bookworm|trixie|focal|jammy|noble)\b"
)
"""In versions of well-known archives beside the release's own, whatever the maintainer: backports are Debian's, too, but
Debian's tracker says nothing of them."""
_SECTIONS: Final = frozenset(
    [
        "admin",
        "cli-mono",
        "comm",
        "database",
        "debug",
        "devel",
        "doc",
        "editors",
        "education",
        "electronics",
        "embedded",
        "fonts",
        "games",
        "gnome",
        "gnu-r",
        "gnustep",
        "graphics",
        "hamradio",
        "haskell",
        "httpd",
        "interpreters",
        "introspection",
        "java",
        "javascript",
        "kde",
        "kernel",
        "libdevel",
        "libs",
        "lisp",
        "localization",
        "mail",
        "math",
        "metapackages",
        "misc",
        "net",
        "news",
        "ocaml",
        "oldlibs",
        "otherosfs",
        "perl",
        "php",
        "python",
        "ruby",
        "rust",
        "science",
        "shells",
        "sound",
        "tasks",
        "tex",
        "text",
        "utils",
        "vcs",
        "video",
        "virtual",
        "web",
        "x11",
        "xfce",
        "zope",
    ]
)
"""Of Debian's archive, one of which every package in it has (Debian Policy 2.4); a stranger's often has none."""
_NOT_OF_A_DISTRIBUTION: Final = ("opt/", "usr/local/", "srv/", "home/", "root/")
"""Folders in which Debian Policy 9.1 lets no package of the distribution put files."""


def published(package: Package, path: str) -> bool | None:
    """See `Ecosystem.published`."""
    if path.startswith(_NOT_OF_A_DISTRIBUTION) or _OTHERS().search(package.version):
        return False
    domain = package.vendor.rpartition("@")[2].rstrip("> \t").lower()
    if _within(domain, _DOMAINS):
        return True
    if "@" not in package.vendor:
        return None
    return False if _is_strange(package, domain) else None


def _is_strange(package: Package, domain: str) -> bool:
    if package.section.rpartition("/")[2] not in _SECTIONS or _within(domain, _VENDORS):
        return True
    if any(one in package.vendor.lower() for one in _OF_UBUNTU) or package.essential:
        return False
    if package.ecosystem.startswith("Ubuntu:"):
        return True
    return not _within(domain, _OF_DEBIANS) and not _REVISION().search(package.version)


def _within(domain: str, domains: Collection[str]) -> bool:
    labels = domain.split(".")
    return any(".".join(labels[start:]) in domains for start in range(len(labels)))
