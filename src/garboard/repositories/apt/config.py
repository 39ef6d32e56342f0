"""An image's apt settings: sources.list(5), the parts of apt.conf(5) that change an upgrade, and the keyrings."""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.limits import DEFAULT, MIB
from garboard.model.package import Fact
from garboard.repositories.apt.deb822 import paragraphs
from garboard.repositories.apt.package import FIELDS
from garboard.repositories.config_files import Amiss, keep, lines, without_login

GLOBS: Final = (
    "etc/apt/sources.list",
    "etc/apt/sources.list.d/*",
    "etc/apt/preferences",
    "etc/apt/preferences.d/*",
    "etc/apt/apt.conf",
    "etc/apt/apt.conf.d/*",
    "etc/apt/trusted.gpg",
    "etc/apt/trusted.gpg.d/*",
    "etc/apt/keyrings/*",
    "usr/share/keyrings/*",
    "usr/local/share/keyrings/*",
    "var/lib/dpkg/arch",
    "var/lib/dpkg/status",
)
STATUS: Final = "var/lib/dpkg/status"
_STATUS_BYTES: Final = 32 * MIB
_KEPT_FIELD: Final = re.compile(rb"^(?:" + "|".join(FIELDS).encode() + rb"):[^\n]*(?:\n[ \t][^\n]*)*", re.MULTILINE)
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_ONE_LINE: Final = re.compile(r"(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)")
_TRUE: Final = frozenset({"yes", "true", "with", "on", "enable", "1"})
_FALSE: Final = frozenset({"no", "false", "without", "off", "disable", "0"})
_CONF: Final = re.compile(
    r'//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)|"((?:\\.?|[^"\\])*)(?:"|\Z)|([{};])|([^\s{};"]+)', re.DOTALL
)
"""An unclosed part extends to the end, so that no part is read twice."""
_DEEPEST: Final = 8
_NAME_CHARS: Final = 100
_HEEDED: Final = frozenset({"acquire::check-valid-until", "apt::default-release", "apt::install-recommends"})
_KEYRINGS: Final = (".gpg", ".pgp", ".asc")


def catalog(file: File) -> Iterator[Fact]:
    """Keep the file; of dpkg's status only the fields about dependencies."""
    if file.path.endswith("dpkg/status"):
        stanzas = (b"\n".join(_KEPT_FIELD.findall(stanza)) for stanza in file.data.split(b"\n\n"))
        yield from keep(file, b"\n\n".join(stanzas), _STATUS_BYTES)
    else:
        yield from keep(file)


@dataclass(frozen=True, slots=True)
class AptSource:
    """One suite of one repository.

    ``components`` is empty for a flat repository, which has a ``suite`` with a trailing slash. ``signed_by`` is as
    written: paths, fingerprints, or a key's own text. ``trusted`` and ``expires`` are None if the source does not set
    them. ``where`` names the file for people.
    """

    uri: str
    suite: str
    components: tuple[str, ...]
    where: str
    architectures: tuple[str, ...] = ()
    signed_by: str = ""
    trusted: bool | None = None
    expires: bool | None = None

    @property
    def base(self) -> str:
        """The folder of its Release, with a trailing slash."""
        uri = self.uri if self.uri.endswith("/") else f"{self.uri}/"
        return f"{uri}{'' if self.suite == '/' else self.suite}" if self.flat else f"{uri}dists/{self.suite}/"

    @property
    def flat(self) -> bool:
        """Whether it has no components."""
        return self.suite.endswith("/")


@dataclass(slots=True)
class Sources:
    """The contents of the image's source lists, up to a limit, and their unusable parts."""

    found: dict[tuple[str, str, tuple[str, ...]], AptSource] = field(default_factory=dict)
    amiss: Amiss = field(default_factory=Amiss)
    full: bool = False
    """Whether more repositories are named than the limit allows."""

    @property
    def gaps(self) -> list[Gap]:
        """Return the unusable parts."""
        return self.amiss.gaps

    def add(self, one: AptSource) -> None:
        """Add a source; a second mention adds nothing, and an address that is not a web address is a gap."""
        key = one.uri, one.suite, one.components
        if not one.uri.startswith(("http://", "https://")):
            kind = one.uri.partition(":")[0][:20]
            self.amiss.add(one.where, f"packages from {kind}: are not looked at, only http and https are")
        elif key not in self.found and len(self.found) == DEFAULT.repositories:
            self.full = True
            self.amiss.too_many(one.where)
        else:
            self.found.setdefault(key, one)

    def gap(self, subject: str, reason: str) -> None:
        """Add a gap."""
        self.amiss.add(subject, reason)


def sources(files: Mapping[str, bytes], native: str) -> Sources:
    """Return the repositories in the image's source lists, in order."""
    read = Sources()
    for path in sorted(files):
        if read.full:
            break
        folder, _, name = path.rpartition("/")
        listed = folder == "etc/apt/sources.list.d" and _NAME.fullmatch(name)
        if path == "etc/apt/sources.list" or (listed and name.endswith(".list")):
            _one_line_file(path, files[path], read)
        elif listed and name.endswith(".sources"):
            for fields in paragraphs(files[path].decode("utf-8", "replace")):
                _paragraph(path, fields, native, read)
    return read


def _one_line_file(path: str, data: bytes, read: Sources) -> None:
    for number, line in lines(data):
        if read.full:
            return
        match = _ONE_LINE.fullmatch(line)
        if match is None:
            read.gap(f"{path}:{number}", "is not a line that apt understands, and was left out")
        elif match[1] == "deb":
            options = dict(_option(word) for word in (match[2] or "").split())
            _add(read, f"{path}:{number}", match[3], match[4], match[5].split(), options)


def _option(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name.rstrip("+-").lower(), value.replace(",", " ")


def _paragraph(path: str, fields: Mapping[str, str], native: str, read: Sources) -> None:
    if fields.get("enabled", "yes").lower() in _FALSE or "deb" not in fields.get("types", "").split():
        return
    if not fields.get("uris") or not fields.get("suites"):
        read.gap(path, "a source without URIs or Suites, which was left out")
        return
    options = {
        "arch": fields.get("architectures", ""),
        "signed-by": fields.get("signed-by", ""),
        "trusted": fields.get("trusted", ""),
        "check-valid-until": fields.get("check-valid-until", ""),
    }
    components = fields.get("components", "").split()
    pairs = itertools.product(dict.fromkeys(fields["uris"].split()), dict.fromkeys(fields["suites"].split()))
    # Each pair is another source or, if the address is unusable, a gap: both have their limit.
    for uri, suite in itertools.islice(pairs, 4 * DEFAULT.repositories):
        if not read.full:
            _add(read, path, uri, suite.replace("$(ARCH)", native), components, options)
    if next(pairs, None):
        read.amiss.too_many(path)


def _add(read: Sources, where: str, uri: str, suite: str, components: list[str], options: Mapping[str, str]) -> None:
    if len(components) > DEFAULT.repositories:
        read.amiss.once(
            where, f"names more than {DEFAULT.repositories} components, the limit: the others were not read"
        )
    read.add(
        AptSource(
            uri=without_login(uri),
            suite=suite,
            components=tuple(components[: DEFAULT.repositories]),
            where=where,
            architectures=tuple(options.get("arch", "").split()),
            signed_by=options.get("signed-by", ""),
            trusted=truth(options.get("trusted", "")),
            expires=truth(options.get("check-valid-until", "")),
        )
    )


def truth(text: str) -> bool | None:
    """Parse a yes or a no like apt; return None for anything else."""
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def configuration(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """Return apt.conf's values by lower-case name (``apt::install-recommends``), as far as they matter here."""
    found: dict[str, str] = {}
    parts = sorted(path for path in files if path.startswith("etc/apt/apt.conf.d/") and _is_part(path))
    for path in (*parts, "etc/apt/apt.conf"):
        _read_conf(files.get(path, b"").decode("utf-8", "replace"), found)
    return MappingProxyType(found)


def _is_part(path: str) -> bool:
    name = path.rpartition("/")[2]
    return bool(_NAME.fullmatch(name)) and ("." not in name or name.endswith(".conf"))


def _read_conf(text: str, found: dict[str, str]) -> None:
    scopes: list[str] = []
    name = ""
    for match in _CONF.finditer(text):
        value, mark, word = match.groups()
        if mark == "{":
            scopes.append(name)
            name = ""
        elif mark == "}":
            del scopes[-1:]
            name = ""
        elif mark == ";":
            name = ""
        elif word is not None and not name:
            name = word if len(word) <= _NAME_CHARS else "?"
        elif name and (value is not None or word is not None):
            whole = "::".join((*scopes[:_DEEPEST], name)).lower()
            if len(scopes) <= _DEEPEST and whole in _HEEDED:
                found[whole] = value if value is not None else word


def keyrings(source: AptSource, files: Mapping[str, bytes]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the keyrings that may sign for a source, by path, and the fingerprints that it is limited to (none: any).

    A path that does not exist in the image maps to empty bytes.
    """
    words = source.signed_by.split()
    if "-----BEGIN" in source.signed_by:
        text = "\n".join("" if line == "." else line for line in source.signed_by.strip().split("\n"))
        return {f"Signed-By in {source.where}": text.encode()}, ()
    paths = [word.lstrip("/") for word in words if word.startswith("/")]
    prints = tuple(word.rstrip("!").lower() for word in words if not word.startswith("/"))
    if paths:
        return {path: _keyring(path, files) for path in paths}, ()
    folder = "etc/apt/trusted.gpg.d/*"
    trusted = {
        path: data
        for path, data in files.items()
        if path == "etc/apt/trusted.gpg" or (fnmatch.fnmatchcase(path, folder) and path.endswith((".gpg", ".asc")))
    }
    return trusted, prints


def _keyring(path: str, files: Mapping[str, bytes]) -> bytes:
    """Return its bytes; distributions ship it with two extensions, one of them a link to the other."""
    stem, dot, ending = path.rpartition(".")
    names = [path]
    if f"{dot}{ending}" in _KEYRINGS:
        names += [stem + other for other in _KEYRINGS if other != f"{dot}{ending}"]
    return next((files[name] for name in names if name in files), b"")
