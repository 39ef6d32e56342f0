"""How long an image's contents are maintained: its distribution, and the program that its repository is named after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Final

from garboard.baseimage import releases
from garboard.model.lifecycle import Cycle, Lifecycles, Lifespan, State
from garboard.model.package import UNMANAGED, Package
from garboard.model.timestamp import day
from garboard.patterns import lazy

DISTRO_PRODUCTS: Final = MappingProxyType(
    {
        "debian": ("debian", "Debian"), "ubuntu": ("ubuntu", "Ubuntu"), "alpine": ("alpine-linux", "Alpine"),
        "fedora": ("fedora", "Fedora"), "almalinux": ("almalinux", "AlmaLinux"), "rocky": ("rocky-linux", "Rocky Linux"),
        "amzn": ("amazon-linux", "Amazon Linux"), "ol": ("oracle-linux", "Oracle Linux"), "rhel": ("rhel", "RHEL"),
        "centos": ("centos", "CentOS"), "sles": ("sles", "SLES"), "opensuse-leap": ("opensuse", "openSUSE Leap"),
        "photon": ("vmware-photon", "Photon OS"),
    }
)  # fmt: skip
"""os-release's ``ID`` to endoflife.date's product, and its display name."""
REPOSITORY_PRODUCTS: Final = MappingProxyType(
    {
        "python": ("python", "Python"), "node": ("nodejs", "Node.js"), "ruby": ("ruby", "Ruby"), "php": ("php", "PHP"),
        "golang": ("go", "Go"), "rust": ("rust", "Rust"), "perl": ("perl", "Perl"), "elixir": ("elixir", "Elixir"),
        "erlang": ("erlang", "Erlang"), "eclipse-temurin": ("eclipse-temurin", "Temurin"),
        "amazoncorretto": ("amazon-corretto", "Corretto"), "openjdk": ("oracle-jdk", "OpenJDK"),
        "nginx": ("nginx", "nginx"), "httpd": ("apache-http-server", "Apache httpd"), "haproxy": ("haproxy", "HAProxy"),
        "postgres": ("postgresql", "PostgreSQL"), "mysql": ("mysql", "MySQL"), "mariadb": ("mariadb", "MariaDB"),
        "mongo": ("mongodb", "MongoDB"), "redis": ("redis", "Redis"), "memcached": ("memcached", "memcached"),
        "rabbitmq": ("rabbitmq", "RabbitMQ"), "tomcat": ("tomcat", "Tomcat"), "traefik": ("traefik", "Traefik"),
        "wordpress": ("wordpress", "WordPress"), "gradle": ("gradle", "Gradle"), "maven": ("apache-maven", "Maven"),
    }
)  # fmt: skip
_ECOSYSTEMS: Final = MappingProxyType(
    {
        "Debian": "debian", "Ubuntu": "ubuntu", "Alpine": "alpine", "Fedora": "fedora", "AlmaLinux": "almalinux",
        "Rocky Linux": "rocky", "Amazon Linux": "amzn", "Oracle Linux": "ol", "Red Hat": "rhel", "CentOS": "centos",
        "openSUSE": "opensuse-leap", "Photon OS": "photon",
    }
)  # fmt: skip
"""OSV's ecosystems, to os-release's ``ID``."""
SOFTWARE_PRODUCTS: Final = MappingProxyType(
    {
        "bun": ("bun", "Bun"),
        "chromium": ("chrome", "Chromium"),
        "clickhouse": ("clickhouse", "ClickHouse"),
        "deno": ("deno", "Deno"),
        "dotnet": ("dotnet", ".NET"),
        "dovecot": ("dovecot", "Dovecot"),
        "envoy": ("envoy", "Envoy"),
        "elixir": REPOSITORY_PRODUCTS["elixir"],
        "erlang": REPOSITORY_PRODUCTS["erlang"],
        "go": REPOSITORY_PRODUCTS["golang"],
        "exim": ("exim", "Exim"),
        "ffmpeg": ("ffmpeg", "FFmpeg"),
        "julia": ("julia", "Julia"),
        "lua": ("lua", "Lua"),
        "mongodb": REPOSITORY_PRODUCTS["mongo"],
        "openssl": ("openssl", "OpenSSL"),
        "openvpn": ("openvpn", "OpenVPN"),
        "postfix": ("postfix", "Postfix"),
        "postgresql": REPOSITORY_PRODUCTS["postgres"],
        "proftpd": ("proftpd", "ProFTPD"),
        "sqlite": ("sqlite", "SQLite"),
        "squid": ("squid", "Squid"),
        "valkey": ("valkey", "Valkey"),
        "zabbix": ("zabbix", "Zabbix"),
        **{
            name: REPOSITORY_PRODUCTS[name]
            for name in (
                "haproxy",
                "httpd",
                "mariadb",
                "memcached",
                "mysql",
                "nginx",
                "node",
                "perl",
                "php",
                "python",
                "rabbitmq",
                "redis",
                "ruby",
                "rust",
            )
        },
    }
)
"""Software that no package manager installed, to its product and display name."""
JAVA_PRODUCTS: Final = MappingProxyType(
    {
        "Amazon.com Inc.": ("amazon-corretto", "Corretto"),
        "Azul Systems, Inc.": ("azul-zulu", "Zulu"),
        "BellSoft": ("bellsoft-liberica", "Liberica"),
        "Eclipse Adoptium": ("eclipse-temurin", "Temurin"),
        "IBM Corporation": ("ibm-semeru", "Semeru"),
        "Microsoft": ("microsoft-build-of-openjdk", "Microsoft OpenJDK"),
        "Oracle Corporation": ("oracle-jdk", "Oracle's JDK"),
        "Red Hat, Inc.": ("red-hat-build-of-openjdk", "Red Hat OpenJDK"),
        "SAP SE": ("sapmachine", "SapMachine"),
    }
)
"""Publishers of Java runtimes, as their file ``release`` calls them."""
_JAVA: Final = "java"
_GO: Final = "stdlib"
_NUMBERS: Final = lazy(r"[0-9]+(?:\.[0-9]+)*")
_FOR_EVERYBODY: Final = frozenset(("debian",))
"""Products with free extended support in the public archive."""


class Lifetimes:
    """Asks the database for each product once."""

    def __init__(self, lifecycles: Lifecycles, now: dt.datetime) -> None:
        self._lifecycles = lifecycles
        self._today = day(now)
        self._cycles: dict[str, tuple[Cycle, ...]] = {}

    def known(self) -> bool:
        """Whether there are any data."""
        return bool(self._of("debian"))

    def of(self, repository: str, version: Sequence[str], distro: str) -> tuple[Lifespan, ...]:
        """The program's line and the distribution's (``id version``), if the products are known.

        ``repository`` is short, as in `tags.Tag`; ``version`` has its components.
        """
        found = []
        if repository in REPOSITORY_PRODUCTS and version:
            found.append(self._lifespan(*REPOSITORY_PRODUCTS[repository], version))
        identity, _, release = distro.partition(" ")
        if identity in DISTRO_PRODUCTS and release:
            found.append(self._lifespan(*DISTRO_PRODUCTS[identity], release.split(".")))
        return tuple(found)

    def of_ecosystem(self, ecosystem: str) -> Lifespan | None:
        """The line of a distribution's release, by its OSV ecosystem; None if that is no release of a known product."""
        name, _, release = ecosystem.partition(":")
        numbers = _NUMBERS().search(release)
        if name not in _ECOSYSTEMS or numbers is None:
            return None
        return self._lifespan(*DISTRO_PRODUCTS[_ECOSYSTEMS[name]], numbers[0].split("."))

    def of_program(self, package: Package) -> Lifespan | None:
        """The line of a program that no package manager installed, or of the Go that built one; None if it is not known."""
        product, numbers = _product(package), _NUMBERS().match(package.version)
        if product is None or numbers is None:
            return None
        version = numbers[0].split(".")
        if _is_java(package) and version[0] == "1":  # 1.8.0_402 is Java 8
            version = version[1:]
        return self._lifespan(*product, version) if version else None

    def _of(self, product: str) -> tuple[Cycle, ...]:
        if product not in self._cycles:
            self._cycles[product] = self._lifecycles.cycles(product)
        return self._cycles[product]

    def _lifespan(self, product: str, name: str, version: Sequence[str]) -> Lifespan:
        cycles = self._of(product)
        cycle = _cycle(cycles, version)
        if cycle is None:
            return Lifespan(name=f"{name} {'.'.join(version[:2])}", product=product)
        extended = cycle.extended if product in _FOR_EVERYBODY else ""
        return Lifespan(
            name=f"{name} {cycle.name}",
            product=product,
            cycle=cycle.name,
            eol=cycle.eol,
            extended=extended,
            state=self._state(cycle, extended),
            lts=cycle.lts if any(one.lts for one in cycles) else None,
        )

    def _state(self, cycle: Cycle, extended: str) -> State:
        """The state of a cycle today; the last day of support still counts as supported."""
        if cycle.eol and self._today <= cycle.eol:
            return State.SUPPORTED
        if extended and self._today <= extended:
            return State.EXTENDED
        if cycle.eol or cycle.ended:
            return State.ENDED
        return State.SUPPORTED if cycle.ended is False else State.UNKNOWN


def has_end(package: Package) -> bool:
    """Report whether its maintenance is something that can be asked for."""
    return _product(package) is not None


def _is_java(package: Package) -> bool:
    """Whether it is a Java runtime, of any virtual machine."""
    return package.name.partition("-")[0] == _JAVA


def _product(package: Package) -> tuple[str, str] | None:
    if package.type == UNMANAGED:
        return JAVA_PRODUCTS.get(package.vendor) if _is_java(package) else SOFTWARE_PRODUCTS.get(package.name)
    return REPOSITORY_PRODUCTS["golang"] if (package.type, package.name) == ("golang", _GO) else None


def _cycle(cycles: Iterable[Cycle], version: Sequence[str]) -> Cycle | None:
    """The cycle with the longest name that is a prefix of the version: ``3.12`` for 3.12.4."""
    by_name = {cycle.name: cycle for cycle in cycles}
    names = (".".join(version[:count]) for count in range(len(version), 0, -1))
    return next((by_name[name] for name in names if name in by_name), None)


def short_lived(repository: str, numbers: Sequence[int], lifespans: Iterable[Lifespan]) -> str:
    """Why a line is not one to build on: it is for development, or it is not one of its program's long-term lines.

    Empty if it is one to build on. Some lines are recognized by their numbers alone, without any data.
    """
    if repository in releases.ODD_MINORS and len(numbers) > 1 and numbers[1] % 2:
        return f"{numbers[0]}.{numbers[1]} is odd, which is for development"
    if repository in releases.ODD_MAJORS and numbers and numbers[0] % 2:
        return f"{numbers[0]} is odd, which never has long-term support"
    if repository == "ubuntu" and len(numbers) > 1 and (numbers[0] % 2 or numbers[1] != 4):
        return f"{numbers[0]}.{numbers[1]:02} is not a release of long-term support"
    if repository in releases.WEEKLIES and len(numbers) == 2:
        return f"{numbers[0]}.{numbers[1]} is a weekly release, not one of long-term support"
    for one in lifespans:
        if one.lts is False:
            return f"{one.name} is not a line of long-term support"
    return ""
