"""Installed Perl distributions: ``.meta/NAME-VERSION/install.json``, which ``cpanm`` writes, and ``perllocal.pod``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard.model.bounded import bounded
from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "cpan"
_LONGEST: Final = 256
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_DISTRIBUTION: Final = re.compile(r"([A-Za-z0-9_.+-]+)-(v?[0-9][!-~]*)")


_ENTRY: Final = re.compile(r"^=head2 ", re.MULTILINE)
_MODULE: Final = re.compile(r"C<Module> L<([A-Za-z_][\w:]{0,255})[|>]")
_STATED: Final = re.compile(r"C<VERSION: ([^>\s]{1,64})>")


class _Installed(msgspec.Struct):
    dist: Any = None
    version: Any = None


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The distribution that the file names, or all that Perl's own installer wrote down."""
    del owned
    if file.path.endswith("/perllocal.pod"):
        yield from bounded(file.path, _journal(file))
        return
    try:
        stated = msgspec.json.decode(file.data, type=_Installed)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        yield Gap(
            stage="catalog", subject=file.path, reason=f"is not what cpanm writes of a distribution: {worded(error)}"
        )
        return
    whole, version = _text(stated.dist), _text(stated.version)
    name = whole.removesuffix(f"-{version}") if version and whole.endswith(f"-{version}") else ""
    if not name:
        found = _DISTRIBUTION.fullmatch(whole)
        name, version = (found[1], found[2]) if found else ("", "")
    if not _NAME.fullmatch(name):
        reason = "does not state the name and the version of a distribution: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    yield Package(type=TYPE, name=name, version=version, scheme="")


def of_name(whole: str) -> Package | None:
    """The distribution that is named ``NAME-VERSION``; None where it is not named so."""
    found = _DISTRIBUTION.fullmatch(whole)
    if found is None or not _NAME.fullmatch(found[1]):
        return None
    return Package(type=TYPE, name=found[1], version=found[2], scheme="")


def _journal(file: File) -> Iterator[Fact]:
    """The last version of each distribution: the installer adds an entry with every installation."""
    found: dict[str, str] = {}
    for entry in _ENTRY.split(file.data.decode("utf-8", "replace"))[1:]:
        module, stated = _MODULE.search(entry), _STATED.search(entry)
        if module is not None:
            found[module[1].replace("::", "-")] = stated[1] if stated else ""
    for name, version in found.items():
        if version:
            yield Package(type=TYPE, name=name, version=version, scheme="")
        else:
            yield Gap(
                stage="catalog", subject=file.path, reason=f"distribution {name} has no version: it was not judged"
            )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= _LONGEST else ""
