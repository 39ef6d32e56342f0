"""How each package manager writes a package on its command line."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Final, NamedTuple

_APT: Final = re.compile(r"([a-z0-9][a-z0-9+.-]+)(?::[a-z0-9-]+)?(?:=(\S+)|/(\S+))?")
_APK: Final = re.compile(r"([A-Za-z0-9][\w.+-]*)(?:@[\w-]+)?(?:([=<>~]+)(\S+))?")
_RPM_NAME: Final = re.compile(r"[A-Za-z0-9][\w.+-]*")
_RPM_VERSION: Final = re.compile(r"(.+?)-((?:\d+:)?\d[\w.+~^]*-\d[\w.+~^]*|(?:\d+:)?\d+\.[\w.+~^]*)")
_RPM_ARCH: Final = re.compile(r"\.(?:x86_64|aarch64|i[3-6]86|noarch|ppc64le|s390x|armv7hl|riscv64|src)$")
_ZYPPER: Final = re.compile(r"([A-Za-z0-9][\w.+-]*)(?:(=|>=|<=|>|<)(\S+))?")
_PIP: Final = re.compile(
    r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*((?:===?|[<>!~]=|[<>])[^;@]*)?(?:;.*)?"
)
_NPM: Final = re.compile(r"((?:@[\w.~-]+/)?[\w.~][\w.~-]*)(?:@([\w.^~<>=*| +-]+))?")
_GEM: Final = re.compile(r"([A-Za-z0-9][\w.-]*)(?::(\S+))?")
_GO: Final = re.compile(r"((?:[\w-]+\.)+[\w-]+(?:/[\w.~-]+)*)(?:@(\S+))?")
_CARGO: Final = re.compile(r"([A-Za-z0-9][\w-]*)(?:@(\S+))?")
_COMPOSER: Final = re.compile(r"([a-z0-9][\w.-]*/[a-z0-9][\w.-]*|php|ext-[\w-]+)(?:[:=](\S+))?", re.IGNORECASE)
_CONDA: Final = re.compile(r"(?:[\w./-]+::)?([A-Za-z0-9_][\w.-]*)(?:([=<>!~]=?)(\S+))?")
_DEB_FILE: Final = re.compile(r"([a-z0-9][a-z0-9+.-]+)_([^_/]+)(?:_[a-z0-9-]+)?\.deb")
_RPM_FILE: Final = re.compile(r"(.+)-([^-/]+-[^-/]+)\.[^.]+\.rpm")
_WHEEL: Final = re.compile(r"([\w.]+)-([\w.!+]+)-[\w.-]+\.whl")
_EXACT: Final = re.compile(r"v?\d[\w.+!~:^-]*")


class Named(NamedTuple):
    """A package's name, and what was said of its version: the one version (else ``""``), and all as written."""

    name: str
    version: str = ""
    specifier: str = ""


Naming = Callable[[str], "Named | str | None"]
"""A word to a package; or a sentence that says what it is instead; or None for a word that installs nothing."""

_FILE: Final = "a file, or an address of one"
_PATTERN: Final = "a pattern, a group, or something that another package provides"


def _exact(text: str, specifier: str) -> tuple[str, str]:
    return (text if _EXACT.fullmatch(text) else ""), specifier


def apt(word: str) -> Named | str | None:
    """``name``, ``name=version``, ``name:arch``, ``name/release``; ``name-`` removes."""
    if word.endswith(".deb") or word.startswith((".", "/")):
        return deb_file(word)
    if word.endswith("-"):
        return None
    found = _APT.fullmatch(word)
    if found is None:
        return _PATTERN
    name = found[1]
    if name.endswith("+") and not name.endswith("++"):
        name = name[:-1]
    if found[3]:
        return Named(name, "", f"/{found[3]}")
    return Named(name, *_exact(found[2], f"={found[2]}")) if found[2] else Named(name)


def deb_file(word: str) -> Named | str:
    """A file that dpkg installs, where its name has the package's name and version."""
    found = _DEB_FILE.fullmatch(posixpath.basename(word))
    if found is None:
        return _FILE
    version = found[2].replace("%3a", ":").replace("%3A", ":")
    return Named(found[1], version, f"={version}")


def rpm_file(word: str) -> Named | str:
    """A file that rpm installs, where its name has the package's name, version and release."""
    found = _RPM_FILE.fullmatch(posixpath.basename(word))
    return Named(found[1], found[2], f"-{found[2]}") if found else _FILE


def apk(word: str) -> Named | str | None:
    """``name``, ``name=version``, ``name~version``, ``name>version``, ``name@repository``; ``!name`` removes."""
    if word.startswith("!"):
        return None
    if word.startswith(("/", "./")) or word.endswith(".apk"):
        return _FILE
    found = _APK.fullmatch(word)
    if found is None:
        return _PATTERN
    if not found[2]:
        return Named(found[1])
    return Named(found[1], found[3] if found[2] == "=" and "*" not in found[3] else "", found[2] + found[3])


def rpm(word: str) -> Named | str:
    """``name``, ``name-version-release``, ``name-1.2``, each with or without an architecture."""
    if "://" in word or word.startswith(("/", "./")) or word.endswith(".rpm"):
        return rpm_file(word) if word.endswith(".rpm") else _FILE
    bare = _RPM_ARCH.sub("", word)
    if not _RPM_NAME.fullmatch(bare.replace("~", "").replace("^", "").replace(":", "")):
        return _PATTERN
    found = _RPM_VERSION.fullmatch(bare)
    return Named(found[1], found[2], f"-{found[2]}") if found else Named(bare)


def zypper(word: str) -> Named | str | None:
    """``name``, ``name=version``, ``name>=version``; ``-name`` and ``!name`` remove."""
    if word.startswith(("-", "!")):
        return None
    if "://" in word or word.startswith(("/", "./")) or word.endswith(".rpm"):
        return rpm(word)
    found = _ZYPPER.fullmatch(_RPM_ARCH.sub("", word))
    if found is None:
        return _PATTERN
    if not found[2]:
        return Named(found[1])
    return Named(found[1], found[3] if found[2] == "=" else "", found[2] + found[3])


def pip(word: str) -> Named | str:
    """A requirement of PEP 508: ``name``, ``name[extra]==version``; a wheel by the name of its file."""
    wheel = _WHEEL.fullmatch(posixpath.basename(word))
    if wheel is not None:
        return Named(wheel[1], wheel[2], f"=={wheel[2]}")
    if word.endswith((".whl", ".tar.gz", ".zip")):
        return _FILE
    found = _PIP.fullmatch(word)
    if found is None:
        return _FILE
    said = (found[2] or "").strip()
    exact = re.fullmatch(r"===?\s*([^\s,*]+)", said)
    return Named(found[1], exact[1] if exact else "", said)


def npm(word: str) -> Named | str:
    """``name``, ``@scope/name``, each with ``@version`` or ``@tag``."""
    found = None if word.endswith((".tgz", ".tar.gz")) or word.startswith(".") else _NPM.fullmatch(word)
    if found is None:
        return _FILE
    said = found[2] or ""
    return Named(found[1], *_exact(said, f"@{said}" if said else ""))


def gem(word: str) -> Named | str:
    """``name`` or ``name:version``."""
    found = None if word.endswith(".gem") else _GEM.fullmatch(word)
    return _colon(found) if found else _FILE


def composer(word: str) -> Named | str:
    """``vendor/name`` or ``vendor/name:constraint``."""
    found = _COMPOSER.fullmatch(word)
    return _colon(found) if found else _FILE


def go(word: str) -> Named | str:
    """A package's import path with ``@version``."""
    found = _GO.fullmatch(word)
    return _at(found) if found else _FILE


def cargo(word: str) -> Named | str:
    """``name`` or ``name@version``."""
    found = _CARGO.fullmatch(word)
    return _at(found) if found else _FILE


def conda(word: str) -> Named | str:
    """``name``, ``channel::name``, ``name=version`` or ``name=version=build``."""
    found = _CONDA.fullmatch(word)
    if found is None:
        return _FILE
    if not found[2]:
        return Named(found[1])
    version = found[3].split("=")[0]
    return Named(
        found[1], version if found[2] in ("=", "==") and _EXACT.fullmatch(version) else "", found[2] + found[3]
    )


def _colon(found: re.Match[str]) -> Named:
    said = found[2] or ""
    return Named(found[1], *_exact(said, f":{said}" if said else ""))


def _at(found: re.Match[str]) -> Named:
    said = found[2] or ""
    return Named(found[1], *_exact(said, f"@{said}" if said else ""))
