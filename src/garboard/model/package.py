"""Packages, distributions, and the facts that catalogers read from single files."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from garboard.model.base import Value
from garboard.model.gap import Gap

SYSTEM_TYPES: Final = frozenset({"alpm", "apk", "deb", "ebuild", "opkg", "qpkg", "rpm"})
"""Package URL types of the package managers of operating systems (purl-spec's list of types, and Gentoo's)."""

UNMANAGED: Final = "generic"
"""Package URL type of software that no package manager installed."""


class JarName(NamedTuple):
    """What names a package of Maven: its group, its artifact and the version."""

    namespace: str
    name: str
    version: str


HIGH: Final = "high"
MEDIUM: Final = "medium"


class Evidence(Value):
    """What tells software that no metadata describe: a text or a header in a file.

    ``confidence`` is `HIGH` where it names the software and its version, and `MEDIUM` where the version alone is there and
    the file's name tells of what. ``offset`` is its place in the file, in bytes.
    """

    confidence: str
    offset: int = 0


class Location(Value):
    """Evidence for a package: a path without a leading slash, and the index of the layer, lowest 0.

    What lies in an archive has its path and the place in it, after ``!/``.
    """

    path: str
    layer: int = 0
    line: int = 0
    """Of a file that declares the package, from 1; 0 where that is not known."""

    @property
    def file(self) -> str:
        """The path of the file in the image."""
        return self.path.partition("!/")[0]


class Package(Value, tag_field="fact", tag="package"):
    """An installed package.

    A cataloger fills in what the file states. `inventory.assemble` adds what only the whole image shows: ``purl``,
    ``ecosystem``, ``locations``, ``layer``, ``depends_on``, ``owner``.
    """

    type: str
    """Package URL type: deb, apk, rpm, pypi, npm, …"""
    name: str
    version: str
    """As the package manager prints it: ``[epoch:]version[-release]`` for deb and rpm."""
    scheme: str
    """Name of the version order in `garboard.ecosystems`."""
    namespace: str = ""
    """Package URL namespace if the file states it (an npm scope ``@babel``); a distribution's is added later."""
    arch: str = ""
    source_name: str = ""
    """Name of the source package, origin or source RPM; empty if it is the package's own."""
    source_version: str = ""
    source_unknown: bool = False
    """Whether it may have been built from another source package that nothing names (in an SBOM without sources)."""
    module: str = ""
    """RPM modularity ``name:stream``."""
    licenses: tuple[str, ...] = msgspec.field(default=(), name="licences")
    """As stated, unchanged."""
    requires: tuple[tuple[str, ...], ...] = ()
    """Each requirement as its alternatives, each a capability name without version or architecture."""
    recommends: tuple[tuple[str, ...], ...] = ()
    """What the package manager installs with it by default, in the shape of ``requires``."""
    suggests: tuple[tuple[str, ...], ...] = ()
    """What keeps another package from being removed as unneeded, in the shape of ``requires``."""
    essential: bool = False
    """Never removed as unneeded: essential, important, protected, or of priority required (dpkg, apt)."""
    provides: tuple[str, ...] = ()
    """Capability names that it provides in addition to its own."""
    limits: tuple[tuple[str, str], ...] = ()
    """Names that it requires with the versions that it allows (PEP 440), where the file states some."""
    vendor: str = ""
    """Maintainer, vendor or packager as stated: distinguishes third-party packages."""
    section: str = ""
    """Of the distribution's archive, as dpkg records it."""
    installed_size: int = 0
    """Bytes that its files take, as its package manager states; 0 where it does not."""
    automatic: bool | None = None
    """Installed only as a dependency (True), asked for (False), or not recorded (None)."""
    application: bool = False
    """The image's own application (a root package.json), not a dependency of it."""
    inside: str = ""
    """Where in the file it lies, if that is an archive: nested ones are separated by ``!/``."""
    namespaces: tuple[str, ...] = ()
    """Where ``namespace`` is not stated: namespaces of the code that it holds."""
    sha1: str = ""
    """Of an archive whose ``namespace`` is not stated."""
    declared: bool = False
    """Named by a file from which a build installs packages (a lock file), and not found installed."""
    line: int = 0
    """Of that file, from 1; 0 where that is not known."""
    asked: tuple[Location, ...] = ()
    """Where manifests ask for a declared package by name."""
    scope: str = ""
    """For what alone the project needs a declared package, where that is told: ``test``, ``provided``, ``development``."""
    evidence: Evidence | None = None
    """What tells it, where that is no metadata."""
    functions: bytes = b""
    """Of a module in a program of Go: digests of the functions that the program holds of it; empty if that is not known."""
    built_for: str = ""
    """Of a module in a program of Go: the system and the processor that it was built for, ``linux/amd64``."""
    vendored_by: str = ""
    """What carries this copy of it among its own files, and imports it from there (``pip``); empty if it is installed."""
    publishable: bool = False
    """Nothing in the application's own file keeps it from being a package of a registry."""
    # What the whole image shows:
    held: str = ""
    """What keeps its package manager from bringing another version (``held by dpkg``); empty if nothing does."""
    purl: str = ""
    ecosystem: str = ""
    """OSV ecosystem with its release, as ``Debian:12`` or ``PyPI``; empty if no feed covers it."""
    locations: tuple[Location, ...] = ()
    layer: int | None = None
    """Index of the layer that brought this name in at this version; None if there are no layers."""
    programs: tuple[str, ...] = ()
    """Names of the programs in its file list, of packages of operating systems."""
    owner: str = ""
    """purl of the operating-system package that has this one in its file list."""
    same_as: str = ""
    """Id of the package of another package manager that describes the same files, by which they are judged."""
    depends_on: tuple[str, ...] = ()
    """Ids (see `id`) of installed packages that satisfy ``requires``."""

    @property
    def full_name(self) -> str:
        """Name with the namespace that is part of it (``@babel/core``)."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def source(self) -> str:
        """The source package's name."""
        return self.source_name or self.full_name

    @property
    def source_version_or_own(self) -> str:
        """The source package's version."""
        return self.source_version or self.version

    @property
    def id(self) -> str:
        """Unique in an inventory: the purl, with the path if several copies share one."""
        return (
            self.purl if self.type in SYSTEM_TYPES or not self.locations else (f"{self.purl}#{self.locations[0].path}")
        )

    @property
    def only_named(self) -> bool:
        """Whether it is a runtime that a file names, and that may be there in any build."""
        return self.declared and self.type == UNMANAGED

    @property
    def outside_system(self) -> bool:
        """Whether neither a package manager of an operating system nor one of its packages brought it."""
        return self.type not in SYSTEM_TYPES and not self.owner

    @property
    def display_name(self) -> str:
        """``source/binary`` if they differ, as ``docker scan`` prints it."""
        return f"{self.source_name}/{self.name}" if self.source_name not in {"", self.name} else self.full_name


class Distro(Value, tag_field="fact", tag="distro"):
    """The distribution of an image.

    ``id`` and ``version`` are os-release's ``ID`` and ``VERSION_ID``. ``ecosystem`` is the OSV ecosystem with
    advisories for it (``Debian:12``, ``Alpine:v3.20``), empty if there is none.
    """

    id: str
    version: str = ""
    codename: str = ""
    pretty_name: str = ""
    ecosystem: str = ""
    streams: tuple[str, ...] = ()
    """Streams for subscribers that its packages are of (``Red Hat EUS 9.2``), and `MAINLINE` if some are of that."""
    repositories: tuple[str, ...] = ()
    """Red Hat's repositories that its packages came from, as its content manifests name them."""


MAINLINE: Final = "Red Hat Enterprise Linux"
"""The stream of Red Hat Enterprise Linux that everybody gets."""


class Owns(Value, tag_field="fact", tag="owns"):
    """Files of a package that describe or hold other packages, and its programs.

    Paths have no leading slash. ``package``, of purl type ``type``, is of an operating system's packages the name alone or
    ``name:arch`` (a name with its namespace), and of others ``name@version``, or the name where no two versions are installed.
    """

    type: str
    package: str
    paths: tuple[str, ...]


class Marks(Value, tag_field="fact", tag="marks"):
    """Which packages of purl type ``type`` were asked for, and which came along; each as ``name`` or ``name:arch``.

    ``complete`` says that a package named in neither was asked for too (apt) or came along (apk's world names
    everything that was asked for, so there it is False and ``requested`` is exhaustive).
    """

    type: str
    automatic: tuple[str, ...] = ()
    requested: tuple[str, ...] = ()


class Licenses(Value, tag_field="fact", tag="licences"):
    """Licenses of an operating-system package, stated in a file other than the package database.

    ``package`` is the name alone, of purl type ``type``; ``licenses`` are as stated, without repetition.
    """

    type: str
    package: str
    licenses: tuple[str, ...] = msgspec.field(name="licences")


class Retention(Value, tag_field="fact", tag="retention"):
    """Whether packages that another one recommends or suggests are kept from being removed as unneeded.

    None if the file does not say; of several files, the last that says counts.
    """

    type: str
    recommended: bool | None = None
    suggested: bool | None = None


class Hold(Value, tag_field="fact", tag="hold"):
    """The package manager is told to leave packages of purl type ``type`` at their versions; ``how`` in a few words.

    Each of ``names`` is a name alone or ``name:arch``, with ``src:`` before it that of a source package. ``*`` and ``?`` stand
    for any characters, and ``/name/`` is a regular expression.
    """

    type: str
    names: tuple[str, ...]
    how: str


class Frozen(Value, tag_field="fact", tag="frozen"):
    """The package manager of purl type ``type`` is told of an archive that never changes: its address, or its moment.

    The whole image shows the layers in which that holds: from ``since`` on, to ``until`` (None: the last one).
    """

    type: str
    archive: str
    since: int = 0
    until: int | None = None


NAMED_RUNTIMES: Final = "runtimes that files name"
"""What a report calls these, of which no build is known."""
SOFTWARE: Final = "Software"
"""The ecosystem of software that no package manager installed; each program is a release of it (``Software:redis``)."""
NOT_READ: Final = "found, and not read"
"""Why most files of which the packages are not known are told of."""


class Unread(Value, tag_field="fact", tag="unread"):
    """The file holds or lists packages that no cataloger reads; ``kind`` is what a report calls such files.

    ``names`` are the first packages that a lock file names, and with a ``reason`` of its own those of which it speaks.
    ``reason`` is what a report says of all files of the kind: found, and not read, or why something is not known of a file
    that was read in part. ``folder`` is the one that the file stands for, if it does, and ``software`` what it is, if
    nothing that was read answers for it.
    """

    kind: str
    names: tuple[str, ...] = ()
    folder: str = ""
    reason: str = NOT_READ
    software: Package | None = None


class Absent(Value, tag_field="fact", tag="absent"):
    """The database of a package manager names this package of purl type ``type`` as one that is not, or not fully, there."""

    type: str
    name: str


class Replaced(Value, tag_field="fact", tag="replaced"):
    """The file was another in a lower layer: ``layers`` wrote the very content that it has now, ``others`` another."""

    layers: tuple[int, ...]
    others: tuple[int, ...]


class Diverted(Value, tag_field="fact", tag="diverted"):
    """What packages other than ``by`` (empty: all) bring at ``path`` lies at ``to`` (dpkg-divert(1)); of purl type ``type``."""

    type: str
    path: str
    to: str
    by: str = ""


class Script(Value, tag_field="fact", tag="script"):
    """A script that no package of the distribution has to bring: the words in it that may be names of programs."""

    words: tuple[str, ...]


class Users(Value, tag_field="fact", tag="users"):
    """The names that an image has for user 0, and for others."""

    root: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Asked(Value, tag_field="fact", tag="asked"):
    """The file is a manifest: it asks for packages of purl type ``type`` by name, each with its line.

    Of ``open`` ones it states no version. What else it states counts only where no lock file answers for it, in its folder or
    above, or below if it is ``spread``; ``hint`` says how to make one. ``told`` if others tell where none does. Those of
    ``development`` nothing else needs. ``project`` is what it calls its own, if it does. Those of ``elsewhere`` are for some
    platforms only: they are not missing from a lock file that asks for them and does not list them. Those of ``provided`` the
    project itself stands for, so that no lock file has to list what needs them. Of ``inherited`` ones it leaves the version to
    a manifest beside it or above.
    """

    type: str
    names: tuple[tuple[str, int], ...] = ()
    open: tuple[str, ...] = ()
    hint: str = ""
    told: bool = False
    spread: bool = False
    development: tuple[str, ...] = ()
    project: str = ""
    elsewhere: tuple[str, ...] = ()
    provided: tuple[str, ...] = ()
    inherited: tuple[str, ...] = ()


class Unlisted(Value, tag_field="fact", tag="unlisted"):
    """The file is a lock file: it says that packages of purl type ``type`` are asked for, of which it lists none.

    Where entries of it need them, ``by`` has the name of one for each.
    """

    type: str
    names: tuple[str, ...]
    by: tuple[str, ...] = ()


class Kept(Value, tag_field="fact", tag="kept"):
    """A configuration file, or the relevant part of it: ``path`` is as its reader was shown it."""

    path: str
    data: bytes


Fact = (
    Package
    | Distro
    | Owns
    | Marks
    | Licenses
    | Retention
    | Hold
    | Frozen
    | Unread
    | Absent
    | Replaced
    | Diverted
    | Script
    | Users
    | Asked
    | Unlisted
    | Kept
    | Gap
)
"""What one file states."""


def usr_merged(path: str) -> tuple[str, str]:
    """A path's spellings before and after the /usr merge: a file list may have either."""
    return (path, path.removeprefix("usr/") if path.startswith("usr/") else "usr/" + path)


class Inventory(Value):
    """All packages of an image, its distribution, and what could not be read."""

    packages: tuple[Package, ...] = ()
    distro: Distro | None = None
    gaps: tuple[Gap, ...] = ()
    retention: tuple[Retention, ...] = ()
    """In the order in which the package manager reads them."""
    frozen: tuple[Frozen, ...] = ()
    """Archives that never change, each with the layers in which the image's settings named it."""
    dockerfiles: tuple[str, ...] = ()
    """Paths of the Dockerfiles of a source tree."""
    tools: frozenset[str] = frozenset()
    """Words of the image's own scripts: what they may call."""
    users: Users | None = None
    """None if the image has no list of them."""
